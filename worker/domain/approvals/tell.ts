/**
 * Telling an execution what was decided. The decision is fixed in the database first; should
 * the process die before the execution has heard of it, the sweep tells it again, in the very
 * same words, and the execution takes them once.
 * @module
 */
import { errorMessage } from "../../../db/error-message.ts";
import { and, eq, isNull } from "drizzle-orm";
import { approvals } from "../../../db/schema/approvals.ts";
import { dispatchSoon, emit } from "../../events/emit.ts";
import type { ObjectsPort } from "../ports.ts";
import type { CloseContext } from "./close.ts";
import { type ApprovalRow, eventData, isOver } from "./row.ts";

/** `heard`: it has it, now or since before. `deaf`: it did not wait any more. `later`: ask again. */
export type Hearing = "heard" | "deaf" | "later";

export async function tellExecution(ctx: CloseContext & { objects: Pick<ObjectsPort, "execution"> }, row: ApprovalRow): Promise<Hearing> {
  const { db, objects } = ctx;
  const { execution_id, step_key, outcome } = row;
  if (outcome === null) return "deaf";
  const object = objects.execution(db.tenant, execution_id);
  try {
    const reply = await object.decide(db.tenant, execution_id, step_key, outcome);
    // Telling takes its time, and the request's may have come to its end meanwhile.
    const now = Math.max(ctx.now, Date.now());
    if (!reply.ok && !isOver(row, now) && (await stillWaits(object, row))) return "later";
    await (reply.ok ? heard({ ...ctx, now }, row) : unheard({ ...ctx, now }, row));
    return reply.ok ? "heard" : "deaf";
  } catch (error) {
    console.error(JSON.stringify({ level: "error", event: "approval.not_told", approval: row.id, execution: execution_id, message: errorMessage(error), consequence: "the sweep tells it again" }));
    return "later";
  }
}

/** It refused for another reason than that nothing waits there: too many events that nobody took, for one. */
async function stillWaits(object: ReturnType<ObjectsPort["execution"]>, { tenant_id, execution_id, step_key, started_at }: ApprovalRow): Promise<boolean> {
  const shown = await object.get(tenant_id, execution_id, 0);
  return shown.ok && shown.value.steps.some(({ key, kind, status, started_at: at }) => key === step_key && kind === "approval" && status === "waiting" && Date.parse(at) === started_at);
}

/** What it was told it keeps itself from now on. */
async function heard({ db, now }: CloseContext, { id }: ApprovalRow): Promise<void> {
  await db.batch([db.update(approvals, { told_at: now, next_at: null, outcome: null }, and(eq(approvals.id, id), isNull(approvals.told_at)))]);
}

/** The execution's word counts: its time was over, or it was cancelled, before it could be told. */
async function unheard(ctx: CloseContext, row: ApprovalRow): Promise<void> {
  const { db, now } = ctx;
  const over = isOver(row, now);
  const untold = and(eq(approvals.id, row.id), isNull(approvals.told_at));
  const set = { status: over ? ("expired" as const) : ("cancelled" as const), revision: row.revision + 1, decided_by: null, decided_at: over ? row.expires_at : now, outcome: null, told_at: now, next_at: null };
  const said = over ? [emit({ db, now, actor: { kind: "system" } }, { type: "approval.expired", data: eventData(row), record: { type: "approval", id: row.id } })] : [];
  const done = await db.batchIf(db.exists(approvals, untold), [db.update(approvals, set, untold), ...said]);
  if (done && over) dispatchSoon(ctx);
}
