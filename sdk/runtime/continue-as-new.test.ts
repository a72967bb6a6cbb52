import { describe, expect, it } from "vitest";
import { workflow } from "../authoring/index.ts";
import { testWorkflow } from "../testing/index.ts";

describe("continueAsNew", () => {
  const counts = workflow({ id: "counts" }, async ({ input, step, execution }) => {
    const { n = 0, keys = [] } = (input ?? {}) as { n?: number; keys?: string[] };
    const key = await step.do("work", async (ctx) => ctx.idempotencyKey);
    await step.sleep("pause", "1 hour");
    if (n < 2) return step.continueAsNew({ n: n + 1, keys: [...keys, key] });
    return { n, run: execution.run, keys: [...keys, key], random: Math.random() };
  });

  it("begins the next run under the same id with an empty history and new idempotency keys", async () => {
    const run = await testWorkflow(counts, { crashEveryStep: true });
    await run.advance("3 hours");
    expect(run.output).toMatchObject({ n: 2, run: 3, keys: ["test-execution:1:1:work-1", "test-execution:1:2:work-1", "test-execution:1:3:work-1"] });
    expect(run.steps.map(({ key }) => key)).toEqual(["work-1", "pause-1"]);
  });

  it("keeps events that nobody has waited for yet", async () => {
    const waits = workflow({ id: "waits" }, async ({ input, step }) => {
      const { payload } = await step.waitForEvent("tick", { type: "tick" });
      const sum = Number(input ?? 0) + Number(payload);
      return sum < 6 ? step.continueAsNew(sum) : sum;
    });
    const run = await testWorkflow(waits, { crashEveryStep: true });
    for (const tick of [1, 2, 3]) await run.send("tick", tick);
    expect(run.output).toBe(6);
  });
});
