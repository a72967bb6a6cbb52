/**
 * Ends that the workflow no longer awaits: they are in the history all the same, and a
 * replay may find the workflow ahead of them.
 */
import { describe, expect, it } from "vitest";
import { type Step, workflow } from "../authoring/index.ts";
import { hostOf } from "../testing/test-run.ts";
import { startTest } from "../testing/test-workflow.ts";

const many = 30;

/** All end before the workflow has moved on; then the process dies. */
async function raceThen(go: (step: Step) => Promise<unknown>) {
  const race = workflow({ id: "race" }, async ({ input, step }) => {
    if (input !== undefined) return input;
    const all = Array.from({ length: many }, (_, index) => step.do(`s${index}`, async () => index));
    const winner = await Promise.race(all);
    return [winner, await go(step)];
  });
  const recorded = await startTest(workflow({ id: "race" }, async ({ step }) => {
    await Promise.all(Array.from({ length: many }, (_, index) => step.do(`s${index}`, async () => index)));
    return step.do("hold", async () => fetch("https://example.com/"));
  }), {
    stubs: { fetch: async () => new Promise<Response>(() => {}) },
    patience: 0,
  });
  // The commit before the request holds every end; what came after is forgotten.
  hostOf(recorded).journal.forgetStep("hold-1");
  return startTest(race, { from: recorded });
}

describe("a crash right after a race", () => {
  it("goes on with the step that follows, although not all ends were handed over", async () => {
    const run = await raceThen((step) => step.do("next", async () => "next"));
    expect(run.divergence).toBeNull();
    expect(run.output).toEqual([0, "next"]);
  });

  it("ends the workflow, although not all ends were handed over", async () => {
    const run = await raceThen(async () => "end");
    expect(run.divergence).toBeNull();
    expect(run.output).toEqual([0, "end"]);
  });

  it("begins a new run, although not all ends were handed over", async () => {
    const run = await raceThen(async (step) => step.continueAsNew("again"));
    expect(run.divergence).toBeNull();
    expect(run.output).toBe("again");
  });
});
