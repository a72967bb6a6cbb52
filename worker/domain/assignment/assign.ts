/**
 * Giving a record to somebody: to a person, to each of a circle in turn, or to whoever has
 * least to do.
 *
 * Whose turn it is stands in a row that moves on in the transaction of the change, on condition
 * that nobody else moved it: two records at once never meet the same turn. The least loaded
 * are counted under one such row for a kind, so that each sees what the one before it got.
 * @module
 */
import { and, eq, sql, type SQL } from "drizzle-orm";
import { among } from "../../../db/among.ts";
import { assignmentTimes, assignmentTurns } from "../../../db/schema/assignment.ts";
import type { RecordRow } from "../../../db/schema/record-tables.ts";
import type { Statement } from "../../../db/tenant-db.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { entityOfKind } from "../../../sdk/schema/crm/index.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { findRecord } from "../records/access.ts";
import type { RecordContext } from "../records/context.ts";
import { type Plan, planRecords } from "../records/plan.ts";
import { type Circle, membersIn, nameOf } from "./candidates.ts";
import { loadOf } from "./load.ts";

export interface Assignment {
  record: { type: string; id: string };
  strategy: "user" | "round_robin" | "least_loaded";
  user_id?: string | undefined;
  among?: Circle | undefined;
  /** Whoever has it already keeps it. */
  keep: boolean;
}

export type Owned = AnyEntity & { owner: string };

/** @throws PlatformError `bad-request` for a kind that belongs to nobody */
export function ownedKind(type: string, pointer: string): Owned {
  const of = entityOfKind.get(type);
  if (of && of.owner !== null) return { ...of, owner: of.owner };
  const detail = of ? `a ${of.title.toLowerCase()} belongs to nobody` : `there is no kind of record ${JSON.stringify(type)}`;
  throw new PlatformError("bad-request", `${pointer}: ${detail}`, [{ pointer, detail }]);
}

export interface Assigned {
  of: Owned;
  before: RecordRow;
  userId: string;
}

/** @throws PlatformError `not-found`, `forbidden`, `bad-request`, `conflict` when there is nobody to give it to */
export async function planAssign(ctx: RecordContext, { record, strategy, user_id, among: circle = {}, keep }: Assignment): Promise<Plan<RecordRow[]> & Assigned> {
  const of = ownedKind(record.type, "/record/type");
  const before = await findRecord(ctx, of, record.id, { verb: "write" });
  const owner = before[of.owner];
  if (keep && typeof owner === "string") return { statements: [], condition: null, result: [before], of, before, userId: owner };
  const turn = strategy === "user" ? { userId: user_id ?? "", statements: [], condition: null } : await nextTurn(ctx, of, strategy, circle);
  const plan = await planRecords(ctx, of, [{ before, given: { [of.owner]: turn.userId } }]);
  // In the circle's line as far as there is one: many that come at once would undo each other's plans.
  const line = plan.line ?? (strategy === "user" ? undefined : `assign ${of.kind}`);
  const condition = and(plan.condition ? sql`(${plan.condition})` : undefined, turn.condition ? sql`(${turn.condition})` : undefined) ?? null;
  return { ...plan, statements: [...plan.statements, ...turn.statements, timeOf(ctx, of, turn.userId)], condition, line, of, before, userId: turn.userId };
}

interface Turn {
  userId: string;
  statements: Statement[];
  condition: SQL | null;
}

async function nextTurn(ctx: RecordContext, of: Owned, strategy: "round_robin" | "least_loaded", circle: Circle): Promise<Turn> {
  const { db } = ctx;
  const candidates = (await membersIn(ctx, circle)).map(({ id }) => id);
  const [first] = candidates;
  if (first === undefined) throw new PlatformError("conflict", `There is nobody to give the ${of.title.toLowerCase()} to: no active member ${nameOf(circle) === "" ? "at all" : `with ${nameOf(circle)}`}.`);
  const pool = strategy === "least_loaded" ? `${of.kind} least` : `${of.kind} ${nameOf(circle)}`.trim();
  const row = await db.first(assignmentTurns, eq(assignmentTurns.pool, pool));
  const userId = strategy === "least_loaded" ? await leastLoaded(ctx, of, candidates) : (candidates.find((id) => row !== null && id > row.last_user_id) ?? first);
  const turn = (row?.turn ?? 0) + 1;
  const moved = { turn, last_user_id: userId, updated_at: ctx.now };
  const here = row ? db.exists(assignmentTurns, and(eq(assignmentTurns.pool, pool), eq(assignmentTurns.turn, row.turn))) : sql`not ${db.exists(assignmentTurns, eq(assignmentTurns.pool, pool))}`;
  return { userId, statements: [db.upsert(assignmentTurns, { pool, ...moved }, [assignmentTurns.tenant_id, assignmentTurns.pool], moved)], condition: here };
}

/** Of several, who was given none for longest; then who has been there longest. */
async function leastLoaded({ db }: RecordContext, of: Owned, candidates: readonly string[]): Promise<string> {
  const [load, times] = await Promise.all([loadOf(db, of, candidates), db.select(assignmentTimes, { where: and(eq(assignmentTimes.kind, of.kind), among(assignmentTimes.user_id, candidates)) })]);
  const given = new Map(times.map(({ user_id, last_at }) => [user_id, last_at]));
  const [least = ""] = [...candidates].sort((one, other) => (load.get(one) ?? 0) - (load.get(other) ?? 0) || (given.get(one) ?? 0) - (given.get(other) ?? 0) || (one < other ? -1 : 1));
  return least;
}

/** Later than anybody's before, also within the same millisecond. */
function timeOf({ db, now }: RecordContext, { kind }: AnyEntity, user: string): Statement {
  const latest = sql`max(${now}, coalesce((select max(${assignmentTimes.last_at}) from ${assignmentTimes} where ${and(eq(assignmentTimes.tenant_id, db.tenant), eq(assignmentTimes.kind, kind))}), 0) + 1)`;
  return db.upsert(assignmentTimes, { kind, user_id: user, last_at: latest }, [assignmentTimes.tenant_id, assignmentTimes.kind, assignmentTimes.user_id], { last_at: latest });
}
