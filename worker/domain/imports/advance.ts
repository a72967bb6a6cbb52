/**
 * One step of an import's way: the next chunk, or its end.
 * @module
 */
import { and, eq } from "drizzle-orm";
import { imports } from "../../../db/schema/imports.ts";
import type { Statement } from "../../../db/tenant-db.ts";
import { emit } from "../../events/emit.ts";
import type { RecordContext } from "../records/context.ts";
import { planChunk } from "./chunk.ts";
import { fileOf, formatOf, type ImportRow, type Job } from "./job.ts";
import { readRows } from "./reader.ts";

export const rowsAtOnce = 100;
/** Ledger and file of an import are kept so long, ms: until then it can be undone. */
export const keptMs = 30 * 86_400_000;
const attempts = 12;

export const findImport = ({ db }: Pick<RecordContext, "db">, id: string): Promise<ImportRow | null> => db.first(imports, eq(imports.id, id));

/** `more`: there is a next step; `over`: it runs no more. */
export type Advance = { now: ImportRow; state: "more" | "over" };

/**
 * Writes the next chunk. Crashing anywhere in here leaves it written or not, and nothing in between.
 * @throws whatever keeps it from being written this time
 */
export async function advance(job: Job, id: string): Promise<Advance | null> {
  const { ctx } = job;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const at = await findImport(ctx, id);
    if (!at) return null;
    if (at.status !== "running") return { now: at, state: "over" };
    if (at.cursor >= at.file_size) {
      if (await finish(ctx, at, "completed", null)) return { now: (await findImport(ctx, id)) ?? at, state: "over" };
      continue;
    }
    // As much as the rows so far let expect, and half of it more.
    const window = at.row < rowsAtOnce ? 64 * 1024 : Math.ceil((at.cursor / at.row) * rowsAtOnce * 1.5);
    const { rows, next } = await readRows(fileOf(ctx.env, at), at.file_size, formatOf(at), at.cursor, rowsAtOnce, Math.max(4096, window));
    const { plan, moved } = await planChunk(job, at, rows, next);
    try {
      if (plan.condition !== null && (await ctx.db.batchIf(plan.condition, plan.statements))) return { now: { ...at, ...moved }, state: "more" };
    } catch (error) {
      // Another import may have made what has to be unique; then it is found now.
      if (attempt + 1 === attempts || !/UNIQUE/.test(messageOf(error))) throw error;
    }
  }
  throw new Error("others keep changing the same records at this moment");
}

const messageOf = (error: unknown): string => (error instanceof Error ? `${error.message} ${messageOf(error.cause)}` : "");

/** Ends it, and says so. False when it had ended already. */
export async function finish(ctx: Pick<RecordContext, "db" | "now"> & Partial<Pick<RecordContext, "actor">>, at: ImportRow, status: "completed" | "failed", error: string | null): Promise<boolean> {
  const { db, now, actor = { kind: "system" as const } } = ctx;
  const data = { import_id: at.id, entity: at.kind, status, file_name: at.file_name, rows: at.rows_done, created: at.created, updated: at.updated, skipped: at.skipped, invalid: at.invalid, error, started_by: at.started_by_kind === "user" ? at.started_by_id : null };
  const statements: Statement[] = [
    db.update(imports, { status, error, ended_at: now, updated_at: now, expires_at: now + keptMs }, eq(imports.id, at.id)),
    emit({ db, now, actor }, { type: "import.completed", data, record: { type: "import", id: at.id } }),
  ];
  return db.batchIf(db.exists(imports, and(eq(imports.id, at.id), eq(imports.status, "running"), eq(imports.cursor, at.cursor))), statements);
}
