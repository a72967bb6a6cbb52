import { schedulerOf } from "../../events/objects.ts";
import { audited } from "../audit/record.ts";
import { iso, type TenantContext } from "../context.ts";
import { encodeJson } from "../encode.ts";
import type { StartedView } from "../executions/execute.ts";
import { startExecution } from "../executions/start.ts";
import { findRunnable } from "../workflows/find.ts";
import { findSchedule } from "./view.ts";

/**
 * Starts what the schedule starts, now and besides; also when it is paused.
 * @param input.key the caller's Idempotency-Key: one key starts one execution
 * @throws PlatformError `not-found`; `conflict` when the workflow is switched off
 */
export async function triggerSchedule({ ctx, input }: { ctx: TenantContext; input: { id: string; key: string | null } }): Promise<StartedView> {
  const schedule = await findSchedule(ctx, input.id);
  const scheduled_at = iso(ctx.now);
  const { id, workflowId, status, created, createdAt } = await startExecution({
    ctx,
    tenant: ctx.tenant,
    workflow: await findRunnable(ctx, schedule.workflow_id),
    input: encodeJson({ scheduled_at, schedule_id: schedule.id }),
    trigger: { kind: "schedule", source: schedule.id, scheduled_at },
    key: input.key === null ? null : `schedule:${schedule.id}:by-hand:${input.key}`,
  });
  if (created) {
    await ctx.db.batch([audited(ctx, { action: "schedule.trigger", entityId: schedule.id, after: { execution_id: id } })]);
    await schedulerOf(ctx.env, ctx.tenant).ran(schedule.id, id, ctx.now);
  }
  return { execution_id: id, workflow_id: workflowId, status, started_at: iso(createdAt), created };
}
