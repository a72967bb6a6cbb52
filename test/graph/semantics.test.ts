import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseSource, workflowFromSteps } from "../../sdk/graph/index.ts";
import type { WorkflowStepInput as Step } from "../../sdk/schema/workflow-steps.ts";
import { testWorkflow } from "../../sdk/testing/index.ts";
import { Endless, interpret, type World } from "./interpreter.ts";
import { randomSteps } from "./random-steps.ts";
import { workflowOf } from "./run-source.ts";

const trigger = { flag: true, number: 3, word: "b", list: [{ name: "one", size: 1 }, { name: "two", size: 2 }, { name: "three", size: 3 }] };

interface Seen {
  action: string;
  title: unknown;
  round: number;
}

/** Notes what is done; the attempts that the pattern names fail. */
function worldOf(failing: readonly boolean[]): { seen: Seen[]; world: World } {
  const seen: Seen[] = [];
  const act = (action: string, { title }: Record<string, unknown>): unknown => {
    const round = seen.length + 1;
    seen.push({ action, title, round });
    if (failing[round - 1]) throw new Error(`attempt ${round} fails`);
    return { id: `r-${round}`, round, even: round % 2 === 0 };
  };
  return { seen, world: { act } };
}

async function inTheEngine(source: string, failing: readonly boolean[]) {
  const { seen, world } = worldOf(failing);
  const run = await testWorkflow(workflowOf(source), { input: trigger, actions: { create_task: (params: Record<string, unknown>) => world.act("create_task", params) } });
  await run.advance("300 days");
  const began = new Date("2025-01-01T00:00:00Z").getTime();
  const seconds = (at: Date | null): number => ((at?.getTime() ?? 0) - began) / 1000;
  return { seen, status: run.status, error: run.error?.message, steps: run.steps.map(({ kind, startedAt, endedAt }) => ({ kind, from: seconds(startedAt), to: seconds(endedAt) })) };
}

function byTheRules(steps: readonly Step[], failing: readonly boolean[]) {
  const { seen, world } = worldOf(failing);
  return { ...interpret(steps, trigger, world), seen };
}

describe("steps as code", () => {
  test("do what the rules of steps say: actions, values, order, times, retries, failures, jumps, loops", async () => {
    const count = { ran: 0, endless: 0, irreducible: 0, acted: 0, loops: 0 };
    await fc.assert(
      fc.asyncProperty(randomSteps, fc.array(fc.boolean(), { maxLength: 12 }), async (steps, failing) => {
        let expected: ReturnType<typeof byTheRules>;
        try {
          expected = byTheRules(steps, failing);
        } catch (error) {
          if (!(error instanceof Endless)) throw error;
          count.endless++;
          return;
        }
        const made = workflowFromSteps({ name: "random", steps: [...steps] }, { unreached: "leave out" });
        if (!made.ok) {
          expect(made.problems.map(({ message }) => message)).toEqual(made.problems.map(() => expect.stringContaining("more than one place")));
          count.irreducible++;
          return;
        }
        expect(parseSource(made.source).errors, made.source).toEqual([]);
        const { seen, status, steps: took, error } = await inTheEngine(made.source, failing);
        expect({ seen, status, steps: took }, `${error ?? ""}\n${made.source}`).toEqual({ seen: expected.seen, status: expected.status, steps: expected.steps });
        count.ran++;
        count.acted += seen.length;
        if (/\b(?:while|for) \(/.test(made.source)) count.loops++;
      }),
      { numRuns: Number(process.env["RUNS"] ?? 150) },
    );
    if (process.env["SHOW"]) console.log(count);
    // Most of what is made at random says something.
    expect(count.ran).toBeGreaterThan(70);
    expect(count.acted).toBeGreaterThan(120);
    expect(count.loops).toBeGreaterThan(20);
  }, 600_000);
});
