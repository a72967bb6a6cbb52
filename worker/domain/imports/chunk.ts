/**
 * A chunk of an import: some rows, what they write, what became of each of them, and where the
 * next chunk begins, in one transaction. Its condition is that the import still is where this
 * chunk began: however often a chunk is tried, and by however many at once, it is written once.
 * @module
 */
import { and, eq, type SQL } from "drizzle-orm";
import type { JsonObject } from "../../../db/schema/json.ts";
import { importRows, imports } from "../../../db/schema/imports.ts";
import type { RecordRow } from "../../../db/schema/record-tables.ts";
import type { Statement } from "../../../db/tenant-db.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { type Plan, planRecords, together } from "../records/plan.ts";
import { changedFields } from "../records/values.ts";
import type { RowError } from "./convert.ts";
import { type Decision, decide, type Entry, type Outcome, type Seen } from "./decide.ts";
import type { ImportRow, Job } from "./job.ts";
import { stillFree } from "./keys.ts";
import type { FileRow } from "./reader.ts";

export type LedgerRow = Omit<typeof importRows.$inferInsert, "tenant_id">;

export interface ChunkPlan {
  plan: Plan<null>;
  /** The import as it is when it is written. */
  moved: Partial<ImportRow>;
}

export interface RowsPlan {
  outcomes: Outcome[];
  plan: Plan<RecordRow[]>;
  entries: Entry[];
  fresh: Decision["fresh"];
}

/** Plans all rows of a chunk together; those that cannot be written are refused, and the rest is planned. */
export async function planRows(job: Job, rows: readonly FileRow[], first: number, seen: Seen | null = null): Promise<RowsPlan> {
  const refused = new Map<number, RowError>();
  for (;;) {
    const { outcomes, entries, fresh, begun } = await decide(job, rows, first, { seen, refused });
    const plan = await planOf(job, entries).catch((error: unknown) => {
      if (error instanceof PlatformError) return error;
      throw error;
    });
    if (plan instanceof PlatformError) {
      const before = refused.size;
      await sift(job, entries, refused);
      // Without those that are refused, others may not be what they seemed: all is decided anew.
      if (refused.size === before) throw plan;
      continue;
    }
    for (const [place, entry] of seen ? begun : []) if (!seen?.has(place)) seen?.set(place, entry.rows[0] ?? first);
    return { outcomes, plan, entries, fresh };
  }
}

const planOf = ({ ctx, of }: Job, entries: readonly Entry[]): Promise<Plan<RecordRow[]>> => planRecords(ctx, of, entries.map(({ before, given }) => ({ before, given })));

/** What refuses many at once is found by halves. */
async function sift(job: Job, entries: readonly Entry[], refused: Map<number, RowError>): Promise<void> {
  const [only] = entries;
  if (!only) return;
  try {
    await planOf(job, entries);
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    if (entries.length === 1) {
      for (const row of only.rows) refused.set(row, reasonOf(job, error));
      return;
    }
    const half = entries.length >> 1;
    await sift(job, entries.slice(0, half), refused);
    await sift(job, entries.slice(half), refused);
  }
}

function reasonOf({ mapping }: Job, { message, errors }: PlatformError): RowError {
  const pointer = errors?.[0]?.pointer.slice(1).replaceAll("/", ".");
  const column = mapping.find(({ target }) => target.name === pointer)?.title ?? null;
  return { column, value: null, message: column === null ? message : (errors?.[0]?.detail ?? message) };
}

/** What became of the rows, as the ledger keeps it. */
export function ledgerOf(of: AnyEntity, id: string, outcomes: readonly Outcome[], entries: readonly Entry[], written: readonly RecordRow[]): LedgerRow[] {
  const rowOf = new Map(entries.map((entry, index) => [entry, written[index]]));
  return outcomes.map(({ row, entry, action, errors }): LedgerRow => {
    const after = entry && rowOf.get(entry);
    if (!entry || !after) return { import_id: id, row, action: action === "write" ? "updated" : action, errors };
    const common = { import_id: id, row, record_id: after.id };
    if (entry.before === null) return { ...common, action: entry.rows[0] === row ? "created" : "updated" };
    const changed = changesOf(of, entry.before, after);
    if (Object.keys(changed.after).length === 0) return { ...common, action: "skipped", errors: [{ column: null, value: null, message: "the record has these values already" }] };
    return { ...common, action: "updated", ...(entry.rows[0] === row ? changed : {}) };
  });
}

/** The fields that differ, as the table has them; the tenant's own each by itself. */
function changesOf(of: AnyEntity, before: RecordRow, after: RecordRow): { before: JsonObject; after: JsonObject } {
  const flat = (row: RecordRow, names: readonly string[]) => Object.fromEntries(names.flatMap((name) => (name === "custom" ? [...new Set([...Object.keys(before.custom), ...Object.keys(after.custom)])].filter((key) => JSON.stringify(before.custom[key]) !== JSON.stringify(after.custom[key])).map((key) => [`custom.${key}`, row.custom[key] ?? null]) : [[name, row[name] ?? null]]))) as JsonObject;
  const names = changedFields(of, before, after);
  return { before: flat(before, names), after: flat(after, names) };
}

export const stillAt = (job: Job, { id, cursor, row }: Pick<ImportRow, "id" | "cursor" | "row">): SQL => job.ctx.db.exists(imports, and(eq(imports.id, id), eq(imports.status, "running"), eq(imports.cursor, cursor), eq(imports.row, row)));

/** @param next where the chunk after this one begins */
export async function planChunk(job: Job, at: ImportRow, rows: readonly FileRow[], next: number): Promise<ChunkPlan> {
  const { ctx, of } = job;
  const { outcomes, plan, entries, fresh } = await planRows(job, rows, at.row + 1);
  const ledger = ledgerOf(of, at.id, outcomes, entries, plan.result);
  const count = (action: LedgerRow["action"]): number => ledger.filter((one) => one.action === action).length;
  const moved = {
    cursor: next,
    row: at.row + rows.length,
    rows_done: at.rows_done + ledger.length,
    created: at.created + count("created"),
    updated: at.updated + count("updated"),
    skipped: at.skipped + count("skipped"),
    invalid: at.invalid + count("invalid"),
    updated_at: ctx.now,
  };
  const statements: Statement[] = [...(ledger.length > 0 ? [ctx.db.insertMany(importRows, ledger)] : []), ctx.db.update(imports, moved, eq(imports.id, at.id))];
  const free = [...fresh].map(([key, forms]) => ({ statements: [], condition: stillFree(ctx, of, key, forms), result: null }));
  return { plan: together([{ statements, condition: stillAt(job, at), result: null }, plan, ...free], null), moved };
}
