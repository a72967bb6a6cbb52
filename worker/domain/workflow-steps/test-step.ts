import type { z } from "zod";
import type { ExecutionView } from "../../../sdk/schema/execution.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { TenantContext } from "../context.ts";
import { testRun, testRunBody } from "../executions/test-run.ts";
import { listSteps } from "./list.ts";
import { stepsOfVersion } from "./known-graphs.ts";
import { findWorkflow } from "../workflows/find.ts";

export const testStepBody = testRunBody.omit({ step: true });

/**
 * Runs one step with sample data: the steps before it are not run, their results are given.
 * @throws PlatformError `not-found`; `bad-request` for a step that is code between the durable ones
 */
export async function testStep({ ctx, input }: { ctx: TenantContext; input: z.output<typeof testStepBody> & { id: string; step_id: string } }): Promise<ExecutionView> {
  const { id, step_id, ...run } = input;
  const workflow = await findWorkflow(ctx, id);
  const steps = await listSteps({ ctx, input: { id, draft: input.draft } });
  const step = steps.data.find((one) => one.id === step_id);
  if (!step) throw new PlatformError("not-found", `There is no step \`${step_id}\`. \`GET /api/v1/workflows/${id}/steps\` lists those there are.`);
  const runs_as = (step.step_type === "action" ? (step.name ?? step.action_type) : step.name) ?? null;
  const durable = runs_as !== null && ((await stepsOfVersion(ctx, workflow)).names.has(runs_as) || input.draft);
  if (!durable || runs_as === null) throw new PlatformError("bad-request", `\`${step_id}\` is code between durable steps: it runs with the workflow (\`POST /api/v1/workflows/${id}/run-test\`).`);
  return testRun({ ctx, input: { ...run, id, step: runs_as } });
}
