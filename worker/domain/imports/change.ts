/**
 * What is done with an import: set up, started, cancelled, undone.
 * @module
 */
import { and, eq, inArray } from "drizzle-orm";
import { imports } from "../../../db/schema/imports.ts";
import { recordTable } from "../../../db/schema/record-tables.ts";
import type { TenantDb } from "../../../db/tenant-db.ts";
import { entities } from "../../../sdk/schema/crm/index.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { mustBeAllowed } from "../records/access.ts";
import { actorId, recordContext } from "../records/context.ts";
import { customFieldsOf } from "../records/custom.ts";
import { findImport, keptMs } from "./advance.ts";
import { entityOf, fileOf, formatOf, type ImportRow } from "./job.ts";
import { nudgeImporter } from "./platform.ts";
import { detailOf, type ImportDetail, importOf } from "./read.ts";
import { isBlank, readRows } from "./reader.ts";
import { checkDedupe, checkMapping, type ImportSettings } from "./settings.ts";
import { targetsOf } from "./targets.ts";
import { columnsOf } from "./upload.ts";
import { type ImportView, viewImport } from "./view.ts";

/** Imports of a tenant under way at once: each takes its share of the database. */
const mostRunning = 5;

interface Asked {
  ctx: TenantContext;
  id: string;
}

/** Changes it, if it still has one of these statuses. @throws PlatformError `conflict` */
async function set(ctx: TenantContext, row: ImportRow, from: readonly ImportRow["status"][], to: Partial<ImportRow>, action: `import.${string}`, after: object = {}): Promise<ImportRow> {
  const { db } = ctx;
  const done = from.includes(row.status) && (await db.batchIf(db.exists(imports, and(eq(imports.id, row.id), inArray(imports.status, [...from]))), [db.update(imports, to, eq(imports.id, row.id)), audited(ctx, { action, entityId: row.id, after: { ...after, ...(to.status ? { status: to.status } : {}) } })]));
  const now = await findImport(ctx, row.id);
  if (!now) throw new PlatformError("not-found", `There is no import ${row.id}.`);
  if (!done) throw new PlatformError("conflict", `The import is ${now.status}: this can be done while it is ${from.join(" or ")}.`);
  return now;
}

/** @throws PlatformError `not-found`, `bad-request`, `conflict` once it has started */
export async function configureImport({ ctx, id, input }: Asked & { input: ImportSettings }): Promise<ImportDetail> {
  const row = await importOf(ctx, id);
  const of = entityOf(row);
  const encoding = input.encoding !== undefined && row.encoding.startsWith("utf-16") ? row.encoding : (input.encoding ?? row.encoding);
  const read = { encoding, delimiter: input.delimiter ?? row.delimiter, has_header: input.has_header ?? row.has_header };
  const again = read.encoding !== row.encoding || read.delimiter !== row.delimiter || read.has_header !== row.has_header;
  // Read in another way, the columns are others.
  const columns = again ? await columnsOf(ctx, { ...row, ...read }) : { columns: row.columns, mapping: row.mapping, dedupe: row.dedupe };
  const custom = await customFieldsOf(ctx.db, of);
  const mapping = input.mapping ?? columns.mapping;
  const by = input.dedupe ?? { ...columns.dedupe, keys: columns.dedupe.keys.filter((key) => mapping.some(({ field }) => field === key)) };
  const dedupe = input.dedupe === undefined && by.keys.length === 0 ? { keys: [], mode: "create" as const } : by;
  checkMapping(of, custom, mapping, columns.columns.length, ctx.actor);
  checkDedupe(of, custom, dedupe, mapping);
  const tag = input.options?.tag === undefined ? row.tag : input.options.tag;
  if (tag !== null) await mustBeTag(ctx.db, tag);
  const to = { ...read, columns: columns.columns, mapping, dedupe, tag, fire_events: input.options?.fire_events ?? row.fire_events };
  return detailOf(ctx, await set(ctx, row, ["ready"], to, "import.update", { dedupe, fire_events: to.fire_events, tag }));
}

async function mustBeTag(db: TenantDb, id: string): Promise<void> {
  const table = recordTable(entities.tag);
  if (!(await db.first(table, eq(table.id, id)))) throw new PlatformError("bad-request", `/options/tag: there is no tag ${id}`, [{ pointer: "/options/tag", detail: "there is no such tag" }]);
}

/** @throws PlatformError `bad-request` when what a record needs has no column, `conflict`, `forbidden` */
export async function startImport({ ctx, id }: Asked): Promise<ImportView> {
  const row = await importOf(ctx, id);
  const of = entityOf(row);
  mustBeAllowed({ db: ctx.db, access: ctx.actor }, of, "write");
  const custom = await customFieldsOf(ctx.db, of);
  checkMapping(of, custom, row.mapping, row.columns.length, ctx.actor);
  checkDedupe(of, custom, row.dedupe, row.mapping);
  const missing = [...targetsOf(of, custom).values()].filter(({ name, required }) => required && !row.mapping.some(({ field }) => field === name));
  if (missing.length > 0 && row.dedupe.mode !== "update") throw new PlatformError("bad-request", `/mapping: no column becomes ${missing.map(({ name }) => name).join(", ")}, which every ${of.title.toLowerCase()} has`, missing.map(({ name }) => ({ pointer: "/mapping", detail: `no column becomes ${name}` })));
  if ((await ctx.db.count(imports, inArray(imports.status, ["running", "undoing"]))) >= mostRunning) throw new PlatformError("conflict", `${mostRunning} imports are under way: wait until one has ended.`);
  const now = await set(ctx, row, ["ready"], { status: "running", started_at: ctx.now, updated_at: ctx.now, expires_at: null, ...doer(ctx), ...(row.has_header && row.row === 0 ? await belowHeader(ctx, row) : {}) }, "import.start");
  ctx.waitUntil(nudgeImporter(ctx.env, ctx.tenant, id));
  return viewImport(now, ctx.now);
}

const doer = (ctx: TenantContext) => ({ started_by_kind: ctx.actor.kind, started_by_id: actorId(recordContext(ctx)) });

async function belowHeader(ctx: TenantContext, row: ImportRow): Promise<Pick<ImportRow, "cursor" | "row">> {
  const at = { cursor: 0, row: 0 };
  for (let blank = true; blank && at.cursor < row.file_size; at.row++) {
    const { rows, next } = await readRows(fileOf(ctx.env, row), row.file_size, formatOf(row), at.cursor, 1);
    blank = rows.every(isBlank);
    at.cursor = next;
  }
  return at;
}

/** Ends it between two chunks; what is written stays. @throws PlatformError `conflict` when it is not under way */
export async function cancelImport({ ctx, id }: Asked): Promise<ImportView> {
  const row = await importOf(ctx, id);
  return viewImport(await set(ctx, row, ["running", "ready"], { status: "cancelled", ended_at: ctx.now, updated_at: ctx.now, expires_at: ctx.now + keptMs }, "import.cancel"), ctx.now);
}

/** @throws PlatformError `conflict` when it is under way, undone already, or too old */
export async function undoImport({ ctx, id }: Asked): Promise<ImportView> {
  const row = await importOf(ctx, id);
  const access = { db: ctx.db, access: ctx.actor };
  for (const verb of ["write", "delete"] as const) mustBeAllowed(access, entityOf(row), verb);
  if (row.file_key === null) throw new PlatformError("conflict", "The import is too old to be undone: what it changed is not kept any more.");
  const now = await set(ctx, row, ["completed", "cancelled", "failed"], { status: "undoing", updated_at: ctx.now, undo_cursor: row.undo_cursor ?? row.row + 1, error: null, expires_at: ctx.now + keptMs, ...doer(ctx) }, "import.undo");
  ctx.waitUntil(nudgeImporter(ctx.env, ctx.tenant, id));
  return viewImport(now, ctx.now);
}
