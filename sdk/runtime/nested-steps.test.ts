import { expect, it } from "vitest";
import { workflow } from "../authoring/index.ts";
import { testWorkflow } from "../testing/index.ts";

it("a step inside a step is refused, naming both", async () => {
  const nested = workflow({ id: "nested" }, async ({ step }) => step.do("outer", { retries: { limit: 0 } }, async () => step.do("inner", async () => 1)));
  const run = await testWorkflow(nested, { crashEveryStep: true });
  expect(run.error?.message).toBe('step "inner" is asked for inside step "outer-1": steps cannot be nested, ask for it after the outer one has ended');
  expect(run.steps.map(({ key }) => key)).toEqual(["outer-1"]);
});

it("a sleep inside a step is refused too", async () => {
  const nested = workflow({ id: "nested" }, async ({ step }) => step.do("outer", { retries: { limit: 0 } }, async () => step.sleep("inner", 1)));
  expect((await testWorkflow(nested)).error?.message).toContain('step "inner" is asked for inside step "outer-1"');
});

it("a step without a name or a function is refused", async () => {
  const unnamed = workflow({ id: "unnamed" }, async ({ step }) => step.do("", async () => 1));
  expect((await testWorkflow(unnamed)).error?.message).toBe("a step's name is a text of 1 to 256 characters, not 0 characters");
  const empty = workflow({ id: "empty" }, async ({ step }) => step.do("a", undefined as never));
  expect((await testWorkflow(empty)).error?.message).toBe('step.do("a") needs a function to run');
});

it("a step of the same name counts on", async () => {
  const same = workflow({ id: "same" }, async ({ step }) => [await step.do("a", async (ctx) => ctx.step.count), await step.do("a", async (ctx) => ctx.step.count)]);
  expect((await testWorkflow(same, { crashEveryStep: true })).output).toEqual([1, 2]);
});
