/**
 * Parallel branches take turns on a replay as they did before: what one does after its step
 * has ended is over before the next end is handed over, however many promises it goes through.
 */
import { describe, expect, it } from "vitest";
import { workflow } from "../authoring/index.ts";
import { testWorkflow } from "../testing/index.ts";

/** As helpers of helpers do it: many promises between a step's end and the code after it. */
async function deep<T>(depth: number, value: Promise<T>): Promise<T> {
  return depth === 0 ? value : deep(depth - 1, value);
}

describe("after parallel steps", () => {
  it("the clock tells the time of the step that has ended, not of the one that ended next", async () => {
    const clocks = workflow({ id: "clocks" }, async ({ step }) => {
      const times = await Promise.all([step.sleep("short", "1 second").then(() => Date.now()), step.sleep("long", "1 minute").then(() => Date.now())]);
      await step.sleep("pause", "1 hour");
      return times;
    });
    const run = await testWorkflow(clocks, { crashEveryStep: true });
    await run.advance("2 hours");
    expect(run.output).toEqual([Date.UTC(2025, 0, 1, 0, 0, 1), Date.UTC(2025, 0, 1, 0, 1)]);
  });

  it("random numbers go to the same branches, of whatever depth", async () => {
    const draws = workflow({ id: "draws" }, async ({ step }) => {
      const draw = (): number => Math.random();
      const numbers = await Promise.all([deep(8, step.sleep("first", "1 second")).then(draw), step.sleep("second", "2 seconds").then(draw)]);
      await step.sleep("pause", "1 hour");
      return numbers;
    });
    const run = await testWorkflow(draws, { crashEveryStep: true });
    await run.advance("2 hours");
    expect(run.status).toBe("completed");
  });

  it("further steps of the same name are told apart in the same way", async () => {
    const same = workflow({ id: "same" }, async ({ step }) => {
      const branch = (name: string, ms: number, depth: number) => deep(depth, step.sleep(`wait ${name}`, ms)).then(() => step.do("next", async () => name));
      const names = await Promise.all([branch("a", 1_000, 8), branch("b", 2_000, 0)]);
      await step.sleep("pause", "1 hour");
      return names;
    });
    const run = await testWorkflow(same, { crashEveryStep: true });
    await run.advance("2 hours");
    expect(run.output).toEqual(["a", "b"]);
  });

  it("that end in one go, live, as well", async () => {
    const same = workflow({ id: "same" }, async ({ step }) => {
      const numbers = await Promise.all([deep(8, step.do("a", async () => 1)).then(() => Math.random()), step.do("b", async () => 2).then(() => Math.random())]);
      await step.sleep("pause", "1 hour");
      return numbers;
    });
    const run = await testWorkflow(same);
    await run.advance("2 hours");
    const again = await testWorkflow(same, { crashEveryStep: true });
    await again.advance("2 hours");
    expect(again.output).toEqual(run.output);
  });

  it("code that a step is not waited for by keeps its place", async () => {
    const ahead = workflow({ id: "ahead" }, async ({ step }) => {
      const later = step.do("quick", async () => new Promise((resolve) => setTimeout(resolve, 1_000))).then(() => Math.random());
      await deep(8, Promise.resolve());
      const mine = Math.random();
      const numbers = [mine, await later];
      await step.sleep("pause", "1 hour");
      return numbers;
    });
    const run = await testWorkflow(ahead, { crashEveryStep: true });
    await run.advance("2 hours");
    expect(run.status).toBe("completed");
  });
});
