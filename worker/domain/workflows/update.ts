import { eq } from "drizzle-orm";
import { z } from "zod";
import { workflows } from "../../../db/schema/workflows.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { findWorkflow } from "./find.ts";
import { getWorkflow } from "./get.ts";
import type { WorkflowDetail } from "./view.ts";

/** Everything else about a workflow is its code's to say. */
export const workflowChange = z.strictObject({ is_active: z.boolean().describe("False: nothing starts it; executions under way go on") });

/** @throws PlatformError `not-found` */
export async function updateWorkflow({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof workflowChange> & { id: string } }): Promise<WorkflowDetail> {
  const { id, is_active } = await findWorkflow(ctx, input.id);
  await ctx.db.batch([
    ctx.db.update(workflows, { is_active: input.is_active, updated_at: ctx.now }, eq(workflows.id, id)),
    audited(ctx, { action: "workflow.update", entityId: id, before: { is_active }, after: { is_active: input.is_active } }),
  ]);
  return getWorkflow({ ctx: { ...ctx, workflow: null }, input: { id } });
}
