/**
 * Steps that wait for an approval: the execution's object says when one begins to wait, and
 * when it does so no longer. Both may be said again, and are then nothing new.
 * @module
 */
import { errorMessage } from "../../../db/error-message.ts";
import { and, eq, not } from "drizzle-orm";
import { among } from "../../../db/among.ts";
import { derivedId } from "../../../db/ids.ts";
import { approvals } from "../../../db/schema/approvals.ts";
import { workflows } from "../../../db/schema/workflows.ts";
import { tenantDb } from "../../../db/tenant-db.ts";
import type { Cause, OutsideStep } from "../../../durable-objects/execution/ports.ts";
import type { Env } from "../../env.ts";
import { chainThrough } from "../../events/chain.ts";
import { dispatchSoon, emit } from "../../events/emit.ts";
import { iso } from "../context.ts";
import { announceNotifications } from "../notifications/notify.ts";
import { ask, toBeAsked } from "./ask.ts";
import { closed } from "./close.ts";
import { delegationsNow, peopleFor, resolveNames } from "./people.ts";
import { readRequest } from "./request.ts";
import { type ApprovalRow, eventData } from "./row.ts";
import { nextAt } from "./schedule.ts";

const mostTurns = 50;

/** Work that goes on after the answer; objects stay for it. */
const goOn = (work: Promise<unknown>): void => void work.catch((error: unknown) => console.warn(JSON.stringify({ level: "warn", event: "approvals.afterwards", message: errorMessage(error) })));

export async function announceApprovals(env: Env, cause: Cause, steps: readonly OutsideStep[], now = Date.now()): Promise<void> {
  for (const step of steps) await announce(env, cause, step, now);
}

async function announce(env: Env, cause: Cause, step: OutsideStep, now: number): Promise<void> {
  const db = tenantDb(env.DB, cause.tenant);
  const before = await db.select(approvals, { where: and(eq(approvals.execution_id, cause.executionId), eq(approvals.step_key, step.key), eq(approvals.started_at, step.startedAt)) });
  // One that was withdrawn is asked for anew: its execution was retried, and waits again.
  if (before.some(({ status }) => status !== "cancelled")) return;
  const ctx = { env, db, now };
  const row = await newRow(ctx, cause, step, before.length);
  const delegations = await delegationsNow(ctx, row.id);
  const people = await peopleFor(ctx, row.asked, delegations.map(({ to_user }) => to_user));
  const { persons, orphaned } = toBeAsked(row, people, delegations);
  const told = await ask(ctx, row, persons, orphaned ? "orphaned" : "asked", "asked");
  const requested = emit({ db, now, actor: { kind: "execution", executionId: cause.executionId }, chain: chainThrough(cause) }, { type: "approval.requested", data: { ...eventData(row), expires_at: row.expires_at === null ? null : iso(row.expires_at) }, record: { type: "approval", id: row.id } });
  const { tenant_id: _, ...values } = row;
  const isNew = await db.batchIf(notThere(db, row.id), [db.insert(approvals, values), requested, ...told.statements]);
  if (!isNew) return;
  dispatchSoon({ env, db, waitUntil: goOn });
  announceNotifications({ ...ctx, waitUntil: goOn }, told);
}

async function newRow({ env, db, now }: { env: Env; db: ReturnType<typeof tenantDb>; now: number }, cause: Cause, { key, startedAt, due, detail }: OutsideStep, times: number): Promise<ApprovalRow> {
  const request = readRequest(detail.approval, key);
  const [asked, workflow] = await Promise.all([resolveNames({ env, db }, request.from ?? []), db.first(workflows, eq(workflows.id, cause.workflowId))]);
  const row: ApprovalRow = {
    id: await derivedId(startedAt, `${cause.executionId}:${key}:${times}`),
    tenant_id: cause.tenant,
    execution_id: cause.executionId,
    workflow_id: cause.workflowId,
    workflow_name: workflow?.title ?? cause.workflowId,
    step_key: key,
    started_at: startedAt,
    title: request.title,
    description: request.description ?? null,
    asked,
    need: request.need ?? "any",
    form: request.form ?? null,
    delegable: request.delegate ?? true,
    on_timeout: request.on_timeout ?? "expired",
    status: "pending",
    revision: 1,
    expires_at: due,
    reminders: (request.remind ?? []).map((after) => startedAt + after).filter((at) => due === null || at < due).sort((a, b) => a - b),
    escalate_at: request.escalate ? startedAt + request.escalate.after : null,
    escalate_to: request.escalate?.to ?? [],
    next_at: null,
    decided_by: null,
    decided_at: null,
    comment: null,
    outcome: null,
    told_at: null,
    created_at: now,
  };
  return { ...row, next_at: nextAt(row) };
}

const notThere = (db: ReturnType<typeof tenantDb>, id: string) => not(db.exists(approvals, eq(approvals.id, id)));

/** What waits no longer is over: by time when that has come, else because its execution goes on without it. */
export async function withdrawApprovals(env: Env, cause: Cause, steps: readonly string[], now = Date.now()): Promise<void> {
  if (steps.length === 0) return;
  const db = tenantDb(env.DB, cause.tenant);
  // What was decided is told by who decided it, and by the sweep.
  const pending = and(eq(approvals.execution_id, cause.executionId), among(approvals.step_key, steps), eq(approvals.status, "pending"));
  const ctx = { env, db, now, waitUntil: goOn };
  for (let turn = 0; turn < mostTurns; turn++) {
    const open = await db.select(approvals, { where: pending });
    if (open.length === 0) return;
    // Somebody may decide at the same moment, and not for good: then it is looked at again.
    for (const row of open) await closed(ctx, row, chainThrough(cause));
  }
  throw new Error(`the approvals of ${cause.executionId} change all the time`);
}
