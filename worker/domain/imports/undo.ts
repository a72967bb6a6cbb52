/**
 * Undoing an import, the last row first: what it made is deleted, what it changed gets its values
 * back, unless somebody has changed them since. The same manner as importing: so many rows and
 * the place where the next begin, in one transaction.
 * @module
 */
import { and, desc, eq, lt } from "drizzle-orm";
import { among } from "../../../db/among.ts";
import { importRows, imports } from "../../../db/schema/imports.ts";
import { type RecordRow, recordTable } from "../../../db/schema/record-tables.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { emit } from "../../events/emit.ts";
import { type Plan, planChanges, together } from "../records/plan.ts";
import type { Change } from "../records/rules/rule.ts";
import { type Advance, findImport } from "./advance.ts";
import type { ImportRow, Job } from "./job.ts";

type Entry = typeof importRows.$inferSelect;

const rowsAtOnce = 200;
const attempts = 12;

export async function undoStep(job: Job, id: string): Promise<Advance | null> {
  const { db } = job.ctx;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const at = await findImport(job.ctx, id);
    if (!at) return null;
    if (at.status !== "undoing") return { now: at, state: "over" };
    const cursor = at.undo_cursor ?? at.row + 1;
    const entries = await db.select(importRows, { where: and(eq(importRows.import_id, id), lt(importRows.row, cursor)), orderBy: desc(importRows.row), limit: rowsAtOnce });
    const here = db.exists(imports, and(eq(imports.id, id), eq(imports.status, "undoing"), eq(imports.undo_cursor, cursor)));
    const plan = entries.length === 0 ? end(job, at) : await planStep(job, at, entries);
    const { condition, statements } = together([{ statements: [], condition: here, result: null }, plan], null);
    if (condition !== null && (await db.batchIf(condition, statements))) return { now: (await findImport(job.ctx, id)) ?? at, state: entries.length === 0 ? "over" : "more" };
  }
  throw new Error("others keep changing the same records at this moment");
}

function end({ ctx }: Job, at: ImportRow): Plan<null> {
  const { db, now } = ctx;
  const data = { import_id: at.id, entity: at.kind, file_name: at.file_name, undone: at.undone, kept: at.undo_kept };
  return { statements: [db.update(imports, { status: "undone", updated_at: now }, eq(imports.id, at.id)), emit(ctx, { type: "import.undone", data, record: { type: "import", id: at.id } })], condition: null, result: null };
}

interface Result {
  entry: Entry;
  undo: NonNullable<Entry["undo"]>;
  detail: string | null;
}

async function planStep(job: Job, at: ImportRow, entries: readonly Entry[]): Promise<Plan<null>> {
  const { ctx, of } = job;
  const { db, now } = ctx;
  const written = entries.filter(({ action, record_id, before }) => record_id !== null && (action === "created" || before !== null));
  const table = recordTable(of);
  const rows = (await db.select(table, { where: among(table.id, [...new Set(written.flatMap(({ record_id }) => record_id ?? []))]) })) as RecordRow[];
  const before = new Map(rows.map((row) => [row.id, row]));
  const after = new Map(rows.map((row) => [row.id, { ...row, custom: { ...row.custom } }]));
  const results = written.map((entry) => undone(entry, after.get(entry.record_id ?? ""), now));
  const changes = [...after.values()].flatMap((row): Change[] => {
    const was = before.get(row.id);
    return was && JSON.stringify(was) !== JSON.stringify(row) ? [{ before: was, after: row, given: given(was, row) }] : [];
  });
  const refused = new Map<string, string>();
  const plan = await planSifted(job, changes, refused);
  const told = results.map((one): Result => {
    const reason = refused.get(one.entry.record_id ?? "");
    return reason === undefined ? one : { ...one, undo: "kept", detail: reason };
  });
  const ledger = told.map(({ entry, undo, detail }) => ({ import_id: entry.import_id, row: entry.row, action: entry.action, record_id: entry.record_id, before: entry.before, after: entry.after, errors: entry.errors, undo, undo_detail: detail }));
  const moved = { undo_cursor: entries.at(-1)?.row ?? 0, undone: at.undone + told.filter(({ undo }) => undo === "undone").length, undo_kept: at.undo_kept + told.filter(({ undo }) => undo === "kept").length, updated_at: now };
  const statements = [...(ledger.length > 0 ? [db.upsertMany(importRows, ledger, [importRows.tenant_id, importRows.import_id, importRows.row], ["undo", "undo_detail"])] : []), db.update(imports, moved, eq(imports.id, at.id))];
  return together([{ statements, condition: null, result: null }, plan], null);
}

/** Changes the row to what it was before. */
function undone(entry: Entry, row: RecordRow | undefined, now: number): Result {
  if (!row || row.deleted_at !== null) return { entry, undo: "gone", detail: null };
  if (entry.action === "created") {
    row.deleted_at = now;
    return { entry, undo: "undone", detail: null };
  }
  const kept: string[] = [];
  for (const [name, value] of Object.entries(entry.before ?? {})) {
    const [holder, key] = name.startsWith("custom.") ? [row.custom, name.slice(7)] : [row as Record<string, unknown>, name];
    if (JSON.stringify(holder[key] ?? null) !== JSON.stringify(entry.after?.[name] ?? null)) kept.push(name);
    else if (holder === row.custom && value === null) delete row.custom[key];
    else holder[key] = value;
  }
  return { entry, undo: kept.length > 0 ? "kept" : "undone", detail: kept.length > 0 ? kept.join(", ") : null };
}

function given(before: RecordRow, after: RecordRow): Record<string, unknown> {
  return Object.fromEntries(Object.entries(after).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name]) && name !== "deleted_at"));
}

/** What a rule refuses stays as it is; the rest is undone. */
async function planSifted(job: Job, changes: readonly Change[], refused: Map<string, string>): Promise<Plan<RecordRow[]>> {
  const fresh = (some: readonly Change[]) => planChanges(job.ctx, job.of, some.map((one) => ({ ...one, after: { ...one.after } })));
  try {
    return await fresh(changes);
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    const fine: Change[] = [];
    for (const change of changes) {
      try {
        await fresh([change]);
        fine.push(change);
      } catch (reason) {
        if (!(reason instanceof PlatformError)) throw reason;
        refused.set(change.after.id, reason.message);
      }
    }
    return fresh(fine);
  }
}
