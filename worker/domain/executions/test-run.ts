import { z } from "zod";
import { type ExecutionView, trigger } from "../../../sdk/schema/execution.ts";
import type { TenantContext } from "../context.ts";
import { encodeJson } from "../encode.ts";
import { findWorkflow } from "../workflows/find.ts";
import { drafted } from "./drafted.ts";
import { longestWaitMs } from "./execute.ts";
import { withSourceStacks } from "./stacks.ts";
import { runExecution } from "./start.ts";

export const testRunBody = z.strictObject({
  input: z.json().default({}).describe("What the workflow gets as `input`"),
  samples: z.record(z.string().max(256), z.json()).default({}).describe("Results by step name, used instead of running the step; for events the payload, for approvals the outcome"),
  step: z.string().max(256).optional().describe("Run only as far as this step; the steps before it need samples"),
  trigger: trigger.optional().describe("What to pretend it was started by, e.g. a webhook with headers"),
  draft: z.boolean().default(false).describe("True: what runs is the draft, if there is one; nothing is published by it"),
  wait: z.number().int().min(0).max(longestWaitMs).default(30_000).describe("Answer after at most so many ms"),
});

export interface TestRunInput extends z.infer<typeof testRunBody> {
  id: string;
}

/**
 * Runs a workflow with sample data, one that is switched off too: sleeps do not wait, sampled
 * steps are not run.
 * @throws PlatformError `not-found`; `bundle-rejected` for a draft that does not compile
 */
export async function testRun({ ctx, input }: { ctx: TenantContext; input: TestRunInput }): Promise<ExecutionView> {
  const found = await findWorkflow(ctx, input.id);
  const workflow = input.draft ? await drafted(ctx, found) : found;
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
