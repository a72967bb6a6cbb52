import { expect, it } from "vitest";
import { workflow } from "../authoring/index.ts";
import { defaultLimits } from "../schema/limits.ts";
import { startTest } from "../testing/test-workflow.ts";
import { testWorkflow } from "../testing/index.ts";

it("an execution has 10,000 steps", async () => {
  expect(defaultLimits.steps).toBe(10_000);
  const counts = workflow({ id: "counts" }, async ({ input, step }) => {
    for (let index = 0; index < (input as number); index++) await step.do("work", async () => index);
    return "done";
  });
  expect((await testWorkflow(counts, { input: 10_000 })).output).toBe("done");
  const over = await testWorkflow(counts, { input: 10_001 });
  expect(over.error).toMatchObject({ code: "step-limit", message: "the execution asked for more than 10000 steps: use step.continueAsNew to begin a fresh history" });
  expect(over.steps).toHaveLength(10_000);
});

it("the step limit counts over turns and cannot be caught", async () => {
  const counts = workflow({ id: "counts" }, async ({ step }) => {
    for (;;) {
      await step.sleep("pause", "1 second").catch(() => "caught");
    }
  });
  const run = await startTest(counts, { faults: { limits: { steps: 5 } } });
  await run.advance("1 minute");
  expect(run.error?.code).toBe("step-limit");
  expect(run.steps).toHaveLength(5);
});

it("a turn makes as many requests as it may and no more", async () => {
  const floods = workflow({ id: "floods" }, async ({ step }) =>
    step.do("flood", { retries: { limit: 0 } }, async () => {
      for (let index = 0; index < 4; index++) await fetch("https://example.com/");
    }),
  );
  const run = await startTest(floods, { stubs: { fetch: () => new Response() }, faults: { limits: { requests: 3 } } });
  expect(run.error).toMatchObject({ code: "request-limit", message: "the turn made more than 3 requests: split the work over several executions, or sleep between its parts" });
  expect(run.effects).toHaveLength(3);
});

it("input that does not fit fails before the first step, saying where", async () => {
  const { z } = await import("zod");
  const strict = workflow({ id: "strict", input: z.object({ a: z.object({ b: z.number() }) }) }, async ({ step }) => step.do("never", async () => 1));
  const run = await testWorkflow(strict, { input: { a: { b: "x" } } as never });
  expect(run.error).toMatchObject({ code: "invalid-input", message: expect.stringContaining('the input does not fit workflow "strict": a.b:') });
  expect(run.steps).toEqual([]);
});
