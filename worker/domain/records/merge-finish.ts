/**
 * Moving what refers to merged records to its end, or back: a transaction for every fifty. Who
 * is cut off leaves a row that says how far it came; the cron goes on from there.
 * @module
 */
import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import { among } from "../../../db/among.ts";
import { errorMessage } from "../../../db/error-message.ts";
import { mergeMoves, merges } from "../../../db/schema/merges.ts";
import { recordTable } from "../../../db/schema/record-tables.ts";
import { tenantDb } from "../../../db/tenant-db.ts";
import { listUnfinishedMerges } from "../../../db/unfinished-merges.ts";
import { entityOfKind } from "../../../sdk/schema/crm/index.ts";
import type { Env } from "../../env.ts";
import type { RecordContext } from "./context.ts";
import { survivorOf } from "./merged.ts";
import { atOnce, planMoves, planMovesBack } from "./merge-moves.ts";
import { carryOut, type Plan, together } from "./plan.ts";

type MergeRow = typeof merges.$inferSelect;

/** Transactions that one go takes at most. */
const mostRounds = 200;

/** @returns whether it is done */
export async function finishMerge(ctx: RecordContext, id: string, rounds = mostRounds): Promise<boolean> {
  for (let round = 0; round < rounds; round++) if (await carryOut(ctx, () => planRound(ctx, id))) return true;
  return false;
}

async function planRound(ctx: RecordContext, id: string): Promise<Plan<boolean>> {
  const merge = await ctx.db.first(merges, and(eq(merges.id, id), inArray(merges.status, ["moving", "moving_back"])));
  const done = { statements: [], condition: null, result: true };
  if (!merge) return done;
  return merge.status === "moving" ? planOn(ctx, merge) : planBack(ctx, merge);
}

async function planOn(ctx: RecordContext, merge: MergeRow): Promise<Plan<boolean>> {
  const { db } = ctx;
  const of = entityOfKind.get(merge.kind);
  if (!of) return { statements: saved(ctx, merge, 0, "done"), condition: same(ctx, merge), result: true };
  // Somebody may have merged the survivor in turn.
  const to = await survivorOf(ctx, of, merge.survivor_id);
  const table = recordTable(of);
  // To what is deleted nothing is moved; it may be restored, and is looked at again.
  if (!(await db.first(table, and(eq(table.id, to), isNull(table.deleted_at))))) return { statements: saved(ctx, merge, 0, "moving"), condition: same(ctx, merge), result: true };
  const moves = await planMoves(ctx, merge.kind, merge.merged_ids, to);
  const over = moves.result.length < atOnce;
  const noted = moves.result.length > 0 ? [db.insertMany(mergeMoves, moves.result.map((move) => ({ ...move, merge_id: merge.id })))] : [];
  const there = db.exists(table, and(eq(table.id, to), isNull(table.deleted_at)));
  return together([moves, { statements: [...noted, ...saved(ctx, merge, moves.result.length, over ? "done" : "moving")], condition: and(same(ctx, merge), there) ?? null, result: null }], over);
}

async function planBack(ctx: RecordContext, merge: MergeRow): Promise<Plan<boolean>> {
  const { db } = ctx;
  const moves = await db.select(mergeMoves, { where: eq(mergeMoves.merge_id, merge.id), limit: atOnce });
  const back = await planMovesBack(ctx, merge.kind, moves, merge.survivor_id);
  const over = moves.length < atOnce;
  const keys = moves.map(({ kind, record_id, field, from_id }) => `${kind} ${record_id} ${field} ${from_id}`);
  const forgotten = db.delete(mergeMoves, and(eq(mergeMoves.merge_id, merge.id), sql`${mergeMoves.kind} || ' ' || ${mergeMoves.record_id} || ' ' || ${mergeMoves.field} || ' ' || ${mergeMoves.from_id} in (select value from json_each(${JSON.stringify(keys)}))`, among(mergeMoves.record_id, moves.map(({ record_id }) => record_id))));
  return together([back, { statements: [forgotten, ...saved(ctx, merge, moves.length, over ? "undone" : "moving_back")], condition: same(ctx, merge), result: null }], over);
}

const saved = ({ db, now }: RecordContext, { id, moved }: MergeRow, count: number, status: MergeRow["status"]) => [db.update(merges, { moved: moved + count, status, updated_at: now }, eq(merges.id, id))];

/** Nobody else has gone on with it meanwhile. */
const same = ({ db }: RecordContext, { id, status, moved }: MergeRow) => db.exists(merges, and(eq(merges.id, id), eq(merges.status, status), eq(merges.moved, moved)));

/** Whoever works on one shows it in that time. */
const idleMs = 60_000;

/** For the cron. */
export async function sweepMerges(env: Env, now: number): Promise<void> {
  const after: Promise<unknown>[] = [];
  for (const merge of await listUnfinishedMerges(env.DB, now - idleMs, 5)) {
    const ctx: RecordContext = { env, db: tenantDb(env.DB, merge.tenant_id), tenant: merge.tenant_id, now, actor: actorOf(merge), access: null, chain: [], requestId: null, caller: { ip: null }, silent: merge.silent, waitUntil: (work) => void after.push(work) };
    try {
      await finishMerge(ctx, merge.id, 20);
    } catch (error) {
      // It goes to the end of the queue, so that it keeps no other from its turn.
      await ctx.db.batch([ctx.db.update(merges, { updated_at: now }, eq(merges.id, merge.id))]);
      console.error(JSON.stringify({ level: "error", event: "merge.stuck", tenant: merge.tenant_id, merge: merge.id, message: errorMessage(error), consequence: "it is tried again a minute from now" }));
    }
  }
  await Promise.allSettled(after);
}

/** Whose doing it was. */
function actorOf({ actor_kind, actor_id }: MergeRow): RecordContext["actor"] {
  const id = actor_id ?? "";
  if (actor_kind === "user") return { kind: "user", userId: id };
  if (actor_kind === "api_key") return { kind: "api_key", keyId: id };
  return actor_kind === "execution" ? { kind: "execution", executionId: id } : { kind: "system" };
}
