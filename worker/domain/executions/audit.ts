/**
 * What people do to executions, for the audit log. Their objects keep what happened in a
 * database of their own, so the event is written after they have answered: what they refuse
 * leaves none.
 * @module
 */
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";

export type Act = "pause" | "resume" | "cancel" | "retry" | "send_event";

export async function auditExecution(ctx: TenantContext, act: Act, id: string, after: object | null = null): Promise<void> {
  await ctx.db.batch([audited(ctx, { action: `execution.${act}`, entityId: id, after })]);
}
