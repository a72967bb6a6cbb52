import { z } from "zod";
import { type ExecutionView, trigger } from "../../../sdk/schema/execution.ts";
import type { TenantContext } from "../context.ts";
import { encodeJson } from "../encode.ts";
import { findRunnable } from "../workflows/find.ts";
import { longestWaitMs } from "./execute.ts";
import { withSourceStacks } from "./stacks.ts";
import { runExecution } from "./start.ts";

export const testRunBody = z.strictObject({
  input: z.json().default({}).describe("What the workflow gets as `input`"),
  samples: z.record(z.string().max(256), z.json()).default({}).describe("Results by step name, used instead of running the step; for events the payload, for approvals the outcome"),
  step: z.string().max(256).optional().describe("Run only as far as this step; the steps before it need samples"),
  trigger: trigger.optional().describe("What to pretend it was started by, e.g. a webhook with headers"),
  wait: z.number().int().min(0).max(longestWaitMs).default(30_000).describe("Answer after at most so many ms"),
});

export interface TestRunInput extends z.infer<typeof testRunBody> {
  id: string;
}

/**
 * Runs a workflow with sample data: sleeps do not wait, sampled steps are not run.
 * @throws PlatformError `not-found`
 */
export async function testRun({ ctx, input }: { ctx: TenantContext; input: TestRunInput }): Promise<ExecutionView> {
  const workflow = await findRunnable(ctx, input.id);
  const samples = Object.fromEntries(Object.entries(input.samples).map(([name, value]) => [name, encodeJson(value)]));
  const view = await runExecution(
    {
      ctx,
      tenant: ctx.tenant,
      workflow,
      input: encodeJson(input.input),
      trigger: { kind: "manual", ...input.trigger, source: "test" },
      key: null,
      test: { samples, only: input.step ?? null },
    },
    input.wait,
  );
  return withSourceStacks(ctx, view);
}
