import { eq } from "drizzle-orm";
import { z } from "zod";
import { workflows } from "../../../db/schema/workflows.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { batchWithinPlan } from "../plans/room.ts";
import { schedulesChanged, syncSchedules } from "../schedules/point.ts";
import { findWorkflow } from "./find.ts";
import { getWorkflow } from "./get.ts";
import type { WorkflowDetail } from "./view.ts";

/** Everything else about a workflow is its code's to say. */
export const workflowChange = z.strictObject({ is_active: z.boolean().describe("False: nothing starts it; executions under way go on") });

/** @throws PlatformError `not-found`; `plan-limit` when there is no room for one more that is on */
export async function updateWorkflow({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof workflowChange> & { id: string } }): Promise<WorkflowDetail> {
  const { id, is_active } = await findWorkflow(ctx, input.id);
  const statements = [
    ctx.db.update(workflows, { is_active: input.is_active, updated_at: ctx.now }, eq(workflows.id, id)),
    schedulesChanged(ctx),
    audited(ctx, { action: "workflow.update", entityId: id, before: { is_active }, after: { is_active: input.is_active } }),
  ];
  await batchWithinPlan(ctx, "workflows", statements, input.is_active && !is_active ? 1 : 0);
  await syncSchedules(ctx);
  return getWorkflow({ ctx: { ...ctx, workflow: null }, input: { id } });
}
