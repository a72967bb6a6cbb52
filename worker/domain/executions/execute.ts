import { z } from "zod";
import { executionStatus, type ExecutionView } from "../../../sdk/schema/execution.ts";
import { traceOf } from "../../auth/actor.ts";
import { iso, type TenantContext } from "../context.ts";
import { encodeJson } from "../encode.ts";
import { findRunnable } from "../workflows/find.ts";
import { withSourceStacks } from "./stacks.ts";
import { runExecution, type Start, startExecution } from "./start.ts";

/** Longest time a request is held open. */
export const longestWaitMs = 60_000;

export const executeBody = z
  .strictObject({
    input: z.json().optional().describe("What the workflow gets as `input`; `{}` when left out"),
    trigger_data: z.json().optional().describe("The same as `input`"),
    wait: z
      .union([z.boolean(), z.number().int().min(0).max(longestWaitMs)])
      .default(false)
      .describe(`Answer with the whole execution when it ends or waits for something, after at most so many ms (\`true\`: ${longestWaitMs})`),
  })
  .refine((body) => body.input === undefined || body.trigger_data === undefined, { message: "give `input` or `trigger_data`, not both", path: ["trigger_data"] });

export const startedView = z.object({
  execution_id: z.string(),
  workflow_id: z.string(),
  status: executionStatus,
  started_at: z.string(),
  created: z.boolean().describe("False: the Idempotency-Key began this execution earlier"),
});
export type StartedView = z.infer<typeof startedView>;

export interface ExecuteInput extends z.infer<typeof executeBody> {
  id: string;
  /** The caller's Idempotency-Key. */
  key: string | null;
}

export type Executed = { waited: false; started: StartedView } | { waited: true; execution: ExecutionView };

/** @throws PlatformError `not-found`; `conflict` when the workflow is switched off; `idempotency-key-reused` */
export async function executeWorkflow({ ctx, input }: { ctx: TenantContext; input: ExecuteInput }): Promise<Executed> {
  const workflow = await findRunnable(ctx, input.id);
  const start: Start = {
    ctx,
    tenant: ctx.tenant,
    workflow,
    input: encodeJson(input.input ?? input.trigger_data ?? {}),
    trigger: { kind: "api", source: traceOf(ctx.actor) },
    key: input.key === null ? null : `api:${input.key}`,
    inputMustMatch: input.key !== null,
  };
  if (input.wait !== false) {
    const view = await runExecution(start, input.wait === true ? longestWaitMs : input.wait);
    return { waited: true, execution: await withSourceStacks(ctx, view) };
  }
  const { id, workflowId, status, created, createdAt } = await startExecution(start);
  return { waited: false, started: { execution_id: id, workflow_id: workflowId, status, started_at: iso(createdAt), created } };
}
