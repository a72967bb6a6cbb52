import { AsyncLocalStorage } from "node:async_hooks";
import { describe, expect, it } from "vitest";
import { workflow } from "../authoring/index.ts";
import type { Step } from "../authoring/step.ts";
import type { HostPort, TurnInput } from "../schema/journal.ts";
import { defaultLimits } from "../schema/limits.ts";
import type { Clock, Frame, Scope } from "./ports.ts";
import { findWorkflows } from "./programs.ts";
import { runTurn } from "./run-turn.ts";

/** Runs one turn; how it ended, and how many timers it set. */
async function turn(code: (step: Step) => Promise<unknown>): Promise<{ type: string; timers: number; commits: number }> {
  let timers = 0;
  let commits = 0;
  const clock: Clock = {
    now: () => Date.now(),
    timer(ms, callback) {
      timers++;
      const id = setTimeout(callback, ms);
      return () => clearTimeout(id);
    },
    settle: () => (timers++, new Promise((resolve) => setTimeout(resolve, 0))),
  };
  const storage = new AsyncLocalStorage<Frame>();
  const scope: Scope = { run: (frame, callback) => storage.run(frame, callback), current: () => storage.getStore() };
  const host: HostPort = {
    variables: async () => "",
    commit: async () => (commits++, { stop: null }),
    news: () => new Promise(() => {}),
    spill: async () => "",
    unspill: async () => new Uint8Array(),
    act: async () => ({ ok: true, value: "j1" }),
  };
  const [found] = findWorkflows({ it: workflow({ id: "it" }, ({ step }) => code(step)) }, { is: () => false, construct: () => ({ run: async () => undefined }) });
  if (!found) throw new Error("no workflow");
  const input: TurnInput = { executionId: "e", workflowId: "it", turn: 1, run: 1, generation: 1, version: 1, createdAt: 0, now: 0, trigger: { kind: "manual" }, input: "j{}", steps: "[]", signals: [], mode: "run", durable: true, limits: defaultLimits };
  const { outcome } = await runTurn(input, host, found.program, clock, scope);
  return { type: outcome.type, timers, commits };
}

describe("a turn", () => {
  it("that only computes sets no timer", async () => {
    const five = async (step: Step): Promise<number> => {
      let sum = 0;
      for (let index = 0; index < 5; index++) sum += await step.do(`step ${index}`, async () => index);
      return sum;
    };
    expect(await turn(five)).toEqual({ type: "completed", timers: 0, commits: 0 });
  });

  it("that waits still notices that nothing is left to run", async () => {
    expect(await turn(async (step) => step.sleep("a day", "1 day"))).toMatchObject({ type: "suspended", commits: 0 });
  });

  it("whose step takes long still commits what came before it", async () => {
    const slow = async (step: Step): Promise<void> => {
      await step.do("quick", async () => 1);
      await step.do("slow", () => new Promise((resolve) => setTimeout(resolve, 250)));
    };
    expect(await turn(slow)).toMatchObject({ type: "completed", commits: 1 });
  });
});
