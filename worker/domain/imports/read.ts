/**
 * Looking at imports.
 * @module
 */
import { desc, lt } from "drizzle-orm";
import { z } from "zod";
import { imports } from "../../../db/schema/imports.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { TenantContext } from "../context.ts";
import { type Page, type pageQuery, readCursor, toPage } from "../page.ts";
import { scopeOf } from "../../auth/can.ts";
import { permissionFor } from "../records/access.ts";
import { findImport } from "./advance.ts";
import { entityOf, fileOf, formatOf, type ImportRow } from "./job.ts";
import { isBlank, readRows } from "./reader.ts";
import { type ImportView, importView, viewImport } from "./view.ts";

export const importDetail = importView.extend({ sample: z.array(z.array(z.string())).describe("The first rows below the header; nothing for who may not see all such records whole") });
export type ImportDetail = z.input<typeof importDetail>;

const sampleRows = 5;

/** @throws PlatformError `not-found` */
export async function importOf(ctx: TenantContext, id: string): Promise<ImportRow> {
  const row = await findImport(ctx, id);
  if (!row) throw new PlatformError("not-found", `There is no import ${id}.`);
  return row;
}

export async function listImports({ ctx, input }: { ctx: TenantContext; input: z.output<typeof pageQuery> }): Promise<Page<ImportView>> {
  const before = readCursor(input.cursor);
  const rows = await ctx.db.select(imports, { where: before === null ? undefined : lt(imports.id, before), orderBy: desc(imports.id), limit: input.limit + 1 });
  return toPage(rows, input.limit, ({ id }) => id, (row) => viewImport(row, ctx.now));
}

export async function getImport({ ctx, id }: { ctx: TenantContext; id: string }): Promise<ImportDetail> {
  return detailOf(ctx, await importOf(ctx, id));
}

/** Whether the file may be shown to them as it came: they see all such records, and nothing of them masked. */
export function seesAll({ actor }: Pick<TenantContext, "actor">, row: ImportRow): boolean {
  const of = entityOf(row);
  return scopeOf(actor, permissionFor(of, "read")) === "all" && (actor.masked[of.path] ?? []).length === 0;
}

export async function detailOf(ctx: TenantContext, row: ImportRow): Promise<ImportDetail> {
  const shown = row.file_key !== null && row.status !== "uploading" && seesAll(ctx, row);
  const { rows } = shown ? await readRows(fileOf(ctx.env, row), row.file_size, formatOf(row), 0, sampleRows + 1) : { rows: [] };
  return { ...viewImport(row, ctx.now), sample: rows.filter((one) => !isBlank(one)).slice(row.has_header ? 1 : 0).slice(0, sampleRows).map(({ cells }) => cells) };
}
