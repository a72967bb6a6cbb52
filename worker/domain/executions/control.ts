/**
 * Pause, resume, cancel: what changes an execution's course.
 * @module
 */
import { z } from "zod";
import type { Outline } from "../../../durable-objects/execution/contract.ts";
import { executionStatus } from "../../../sdk/schema/execution.ts";
import type { TenantContext } from "../context.ts";
import { auditExecution } from "./audit.ts";
import { tell } from "./tell.ts";

export const outlineView = z.object({ execution_id: z.string(), status: executionStatus });
export type OutlineView = z.infer<typeof outlineView>;

const view = ({ id, status }: Outline): OutlineView => ({ execution_id: id, status });

/** @throws PlatformError `not-found`, `conflict` when it has ended */
export async function pauseExecution({ ctx, input }: { ctx: TenantContext; input: { id: string } }): Promise<OutlineView> {
  const outline = await tell(ctx, input.id, (object) => object.pause(ctx.tenant, input.id));
  await auditExecution(ctx, "pause", input.id);
  return view(outline);
}

/** @throws PlatformError `not-found`, `conflict` when it is not paused */
export async function resumeExecution({ ctx, input }: { ctx: TenantContext; input: { id: string } }): Promise<OutlineView> {
  const outline = await tell(ctx, input.id, (object) => object.resume(ctx.tenant, input.id));
  await auditExecution(ctx, "resume", input.id);
  return view(outline);
}

export const cancelBody = z.strictObject({
  rollback: z.boolean().default(false).describe("Run the rollbacks of completed steps, last first"),
  reason: z.string().max(500).default(""),
});

/** @throws PlatformError `not-found`, `conflict` when it has ended */
export async function cancelExecution({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof cancelBody> & { id: string } }): Promise<OutlineView> {
  const { id, ...options } = input;
  const outline = await tell(ctx, id, (object) => object.cancel(ctx.tenant, id, options), (_, start) => ctx.objects.flow(ctx.tenant, start.workflowId).cancel(id, options.reason));
  await auditExecution(ctx, "cancel", id, options);
  return view(outline);
}
