/**
 * What time does with requests: reminders, escalation, and ends that nobody was told of. The
 * cron calls it; each change is made only on top of the state it was seen in, so that two calls
 * at once do nothing twice.
 * @module
 */
import { eq } from "drizzle-orm";
import { listDueApprovals } from "../../../db/due-approvals.ts";
import { approvals } from "../../../db/schema/approvals.ts";
import { tenantDb } from "../../../db/tenant-db.ts";
import type { Env } from "../../env.ts";
import { announceNotifications } from "../notifications/notify.ts";
import { objectsOf, type ObjectsPort } from "../ports.ts";
import { ask, toBeAsked } from "./ask.ts";
import { type CloseContext, closed } from "./close.ts";
import { delegationsNow, peopleFor, resolveNames } from "./people.ts";
import { type ApprovalRow, asSeen, isOver, votesOf } from "./row.ts";
import { nextAt, overdueMs, tellAgainMs } from "./schedule.ts";
import { tellExecution } from "./tell.ts";

/** Of one call. */
const most = 500;

type SweepContext = CloseContext & { objects: Pick<ObjectsPort, "execution"> };

/** @throws AggregateError after all were tried */
export async function keepUpApprovals(env: Env, now: number, waitUntil: (work: Promise<unknown>) => void, objects: Pick<ObjectsPort, "execution"> = objectsOf(env)): Promise<void> {
  const failures: unknown[] = [];
  for (const row of await listDueApprovals(env.DB, now, most)) {
    await look({ env, db: tenantDb(env.DB, row.tenant_id), now, waitUntil, objects }, row).catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw new AggregateError(failures, `upkeep of approvals failed: ${failures.map(String).join("; ")}`);
}

async function look(ctx: SweepContext, row: ApprovalRow): Promise<void> {
  const { db, now } = ctx;
  if (row.status !== "pending") {
    // Put off first: one that can never be told must not keep others waiting.
    await db.batch([db.update(approvals, { next_at: row.told_at === null ? now + tellAgainMs : null }, eq(approvals.id, row.id))]);
    if (row.told_at === null) await tellExecution(ctx, row);
    return;
  }
  if (isOver(row, now)) {
    if (row.expires_at !== null && row.expires_at + overdueMs <= now) await closed(ctx, row);
    else await db.batchIf(asSeen(ctx, row), [db.update(approvals, { next_at: nextAt({ ...row, reminders: [], escalate_at: null }) }, eq(approvals.id, row.id))]);
    return;
  }
  if (row.escalate_at !== null && row.escalate_at <= now) return escalate(ctx, row);
  return remind(ctx, row);
}

/** Of several that are due, one is enough. */
async function remind(ctx: SweepContext, row: ApprovalRow): Promise<void> {
  const due = row.reminders.filter((at) => at <= ctx.now);
  const left = { reminders: row.reminders.filter((at) => at > ctx.now) };
  const persons = due.length === 0 ? [] : await stillToDecide(ctx, row);
  const told = await ask(ctx, row, persons, "reminder", `reminder:${row.reminders.length}`);
  await change(ctx, row, left, told);
}

async function escalate(ctx: SweepContext, row: ApprovalRow): Promise<void> {
  const { db, env } = ctx;
  const more = (await resolveNames({ env, db }, row.escalate_to)).map((one) => ({ ...one, escalated: true as const }));
  const asked = [...row.asked, ...more];
  const before = new Set((await stillToDecide(ctx, row)).map(({ id }) => id));
  const persons = (await stillToDecide(ctx, { ...row, asked })).filter(({ id }) => !before.has(id));
  const told = await ask(ctx, { ...row, asked }, persons, "escalated", "escalated");
  // Nobody named: everybody is asked already.
  await change(ctx, row, { escalate_at: null, ...(row.asked.length === 0 ? {} : { asked }) }, told);
}

async function stillToDecide(ctx: SweepContext, row: ApprovalRow) {
  const [votes, delegations] = [await votesOf(ctx, row.id), await delegationsNow(ctx, row.id)];
  const people = await peopleFor(ctx, row.asked, delegations.map(({ to_user }) => to_user));
  const done = new Set(votes.flatMap(({ voter, seat }) => [voter, seat]));
  return toBeAsked(row, people, delegations).persons.filter(({ id }) => !done.has(id));
}

async function change(ctx: SweepContext, row: ApprovalRow, set: Partial<ApprovalRow>, told: Awaited<ReturnType<typeof ask>>): Promise<void> {
  const { db } = ctx;
  const done = await db.batchIf(asSeen(ctx, row), [db.update(approvals, { ...set, revision: row.revision + 1, next_at: nextAt({ ...row, ...set }) }, eq(approvals.id, row.id)), ...told.statements]);
  if (done) announceNotifications(ctx, told);
}
