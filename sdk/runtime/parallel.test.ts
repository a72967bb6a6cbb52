import { describe, expect, it } from "vitest";
import { type Step, workflow } from "../authoring/index.ts";
import { testWorkflow } from "../testing/index.ts";

const after = (step: Step, name: string, ms: number, fails = false) =>
  step.do(name, { retries: { limit: 0 } }, async () => {
    await new Promise((resolve) => setTimeout(resolve, ms));
    if (fails) throw new Error(name);
    return name;
  });

describe("parallel steps", () => {
  it("give Promise.all its results in the order they were asked for, whichever ends first", async () => {
    const all = workflow({ id: "all" }, async ({ step }) => Promise.all([after(step, "slow", 3_000), after(step, "fast", 1_000), after(step, "middle", 2_000)]));
    const run = await testWorkflow(all, { crashEveryStep: true });
    await run.advance("3 seconds");
    expect(run.output).toEqual(["slow", "fast", "middle"]);
    expect(run.steps.map(({ key, endedAt }) => [key, endedAt?.getUTCSeconds()])).toEqual([["slow-1", 3], ["fast-1", 1], ["middle-1", 2]]);
  });

  it("give Promise.allSettled its failures too", async () => {
    const settled = workflow({ id: "settled" }, async ({ step }) => {
      const results = await Promise.allSettled([after(step, "a", 20), after(step, "b", 10, true)]);
      await step.sleep("pause", 1_000);
      return results.map((result) => (result.status === "fulfilled" ? result.value : (result.reason as Error).message));
    });
    const run = await testWorkflow(settled, { crashEveryStep: true });
    await run.advance("2 seconds");
    expect(run.output).toEqual(["a", "b"]);
  });

  it("give Promise.race the same winner on every replay", async () => {
    const race = workflow({ id: "race" }, async ({ step }) => {
      const winner = await Promise.race([after(step, "slow", 2_000), after(step, "fast", 1_000)]);
      await step.sleep("pause", "1 minute");
      return step.do("tell", async () => winner);
    });
    const run = await testWorkflow(race, { crashEveryStep: true });
    await run.advance("2 minutes");
    expect(run.output).toBe("fast");
  });

  it("give Promise.any the first success", async () => {
    const any = workflow({ id: "any" }, async ({ step }) => Promise.any([after(step, "a", 1_000, true), after(step, "b", 3_000), after(step, "c", 2_000)]));
    const run = await testWorkflow(any, { crashEveryStep: true });
    await run.advance("3 seconds");
    expect(run.output).toBe("c");
  });

  it("hand over the ends of many at once in a stable order", async () => {
    const many = workflow({ id: "many" }, async ({ step }) => {
      const order: number[] = [];
      await Promise.all(Array.from({ length: 20 }, (_, index) => after(step, `s${index}`, (index * 7) % 5).then(() => order.push(index))));
      return order;
    });
    const run = await testWorkflow(many, { crashEveryStep: true });
    await run.advance("1 second");
    expect(run.output).toHaveLength(20);
  });

  it("branch off into further steps at different speeds", async () => {
    const branches = workflow({ id: "branches" }, async ({ step }) => {
      const branch = async (name: string, ms: number): Promise<string[]> => {
        const results: string[] = [];
        for (let index = 0; index < 3; index++) results.push(await after(step, name, ms), String(Math.random()));
        return results;
      };
      return Promise.all([branch("a", 300), branch("b", 200), branch("c", 0)]);
    });
    const run = await testWorkflow(branches, { crashEveryStep: true });
    await run.advance("1 second");
    expect(run.status).toBe("completed");
  });

  it("cancel the steps that nobody waits for at the end", async () => {
    let reason: unknown;
    const race = workflow({ id: "race" }, async ({ step }) =>
      Promise.race([
        after(step, "fast", 10),
        step.do("slow", async ({ signal }) => {
          signal.addEventListener("abort", () => (reason = (signal.reason as Error).message));
          return new Promise((resolve) => setTimeout(resolve, 60_000));
        }),
      ]),
    );
    const run = await testWorkflow(race);
    await run.advance(10);
    expect(run.output).toBe("fast");
    expect(run.steps.map(({ status }) => status)).toEqual(["completed", "cancelled"]);
    expect(reason).toBe("the execution has ended");
  });
});
