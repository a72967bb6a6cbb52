import { z } from "zod";
import type { TenantContext } from "../context.ts";
import { stepsOfVersion } from "../workflow-steps/known-graphs.ts";
import { viewStep } from "../workflow-steps/list.ts";
import { stepView } from "../workflow-steps/step.ts";
import { findWorkflow } from "./find.ts";
import { getWorkflow } from "./get.ts";
import { workflowDetail } from "./view.ts";

export const workflowWithSteps = workflowDetail.extend({
  steps: z.array(stepView).describe("Of what is published; empty when it was deployed without its source"),
});

/** @throws PlatformError `not-found` */
export async function getWorkflowDetail({ ctx, input }: { ctx: TenantContext; input: { id: string } }): Promise<z.infer<typeof workflowWithSteps> & { revision: number }> {
  const workflow = await findWorkflow(ctx, input.id);
  const [view, { steps }] = await Promise.all([getWorkflow({ ctx: { ...ctx, workflow }, input }), stepsOfVersion(ctx, workflow)]);
  return { ...view, steps: steps.map((step) => viewStep(workflow.id, step)), revision: workflow.revision };
}
