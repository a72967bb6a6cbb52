import { z } from "zod";
import { executionView, stepStatus, type StepView } from "../../../sdk/schema/execution.ts";
import type { TenantContext } from "../context.ts";
import { stepsByName } from "../workflow-steps/names.ts";
import { getExecution } from "./get.ts";

export const stepExecution = z.object({
  id: z.string().describe("Key of the step in this execution"),
  workflow_step_id: z.string().nullable().describe("The step among those of its workflow; null: the code of its version does not say"),
  step_order: z.number().int().describe("From 1, as they began"),
  name: z.string(),
  step_type: z.string(),
  action_type: z.string().nullable(),
  status: stepStatus,
  started_at: z.string(),
  completed_at: z.string().nullable(),
  duration_ms: z.number().int().nullable(),
  output_data: z.json().nullable(),
  error_message: z.string().nullable(),
  retry_attempt: z.number().int().describe("Attempts after the first"),
});
export type StepExecution = z.infer<typeof stepExecution>;

export const executionDetail = executionView.extend({
  workflow_name: z.string().describe("As it is called now; its id once it is deleted"),
  started_at: z.string(),
  step_executions: z.array(stepExecution).describe("The same as `steps`, told as the steps of its workflow. Conditions and loops are code between them, and no steps of an execution"),
});
export type ExecutionDetail = z.infer<typeof executionDetail>;

/**
 * @param input.wait ms to wait for the end; 0 answers at once
 * @throws PlatformError `not-found`
 */
export async function getExecutionDetail({ ctx, input }: { ctx: TenantContext; input: { id: string; wait: number } }): Promise<ExecutionDetail> {
  const view = await getExecution({ ctx, input });
  const { name, steps } = await stepsByName(ctx, { id: view.workflow_id, version: view.version });
  return { ...view, workflow_name: name, started_at: view.created_at, step_executions: view.steps.map((step, index) => told(step, index, steps.get(step.name))) };
}

/** Where the code says nothing of a step, its kind does. */
const typeOf: Record<StepView["kind"], string> = { do: "code", sleep: "delay", event: "wait_for_event", approval: "approval", invoke: "workflow", rollback: "rollback" };

function told(step: StepView, index: number, of: { id: string; step_type: string; action_type: string | null } | undefined): StepExecution {
  const rolledBack = step.kind === "rollback";
  return {
    id: step.key,
    workflow_step_id: of?.id ?? null,
    step_order: index + 1,
    name: step.name,
    step_type: rolledBack || !of ? typeOf[step.kind] : of.step_type,
    action_type: of?.action_type ?? null,
    status: step.status,
    started_at: step.started_at,
    completed_at: step.completed_at,
    duration_ms: step.duration_ms,
    output_data: step.output,
    error_message: step.error?.message ?? null,
    retry_attempt: Math.max(0, step.attempt - 1),
  };
}
