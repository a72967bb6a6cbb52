import { describe, expect, it } from "vitest";
import { NonRetryableError, type Step, workflow } from "../authoring/index.ts";
import type { HostPort, TurnInput } from "../schema/journal.ts";
import { defaultLimits } from "../schema/limits.ts";
import { foundIn } from "../testing/program.ts";
import { hostOf, type TestRun } from "../testing/test-run.ts";
import { startTest } from "../testing/test-workflow.ts";
import { scope } from "../testing/environment.ts";
import type { Clock } from "./core.ts";
import { compareRehearsal } from "./rehearsed.ts";
import { runTurn } from "./run-turn.ts";

type Body = (step: Step) => Promise<unknown>;
const version = (body: Body) => workflow({ id: "changing" }, async ({ step }) => body(step));

/** A second goes by whenever nothing moves. */
function hurried(): Clock {
  let now = 0;
  return { now: () => now, timer: () => () => {}, settle: () => new Promise((resolve) => setImmediate(() => resolve(void (now += 1_000)))) };
}

const refuse = async (): Promise<never> => {
  throw new Error("a rehearsal asks its host for nothing");
};
const host: HostPort = { commit: refuse, news: refuse, act: refuse, spill: refuse, unspill: refuse, variables: refuse };

/** Bodies of steps that a rehearsal ran. */
let ran: string[] = [];
const does = (step: Step, name: string, value: unknown = name) => step.do(name, async () => (ran.push(name), value));

/** What the code `after` makes of the history that `before` has left. */
async function rehearse(before: Body | TestRun<unknown>, after: Body) {
  const old = typeof before === "function" ? await startTest(version(before), {}) : before;
  const { start, state, journal, status, error, output } = hostOf(old);
  const { id: executionId, workflowId, trigger, createdAt } = start;
  const input: TurnInput = { executionId, workflowId, trigger, createdAt, turn: 9, run: state.run, generation: state.generation, version: 2, now: 0, input: state.input, steps: journal.text(), signals: [], mode: state.mode, durable: true, limits: defaultLimits, rehearse: true };
  ran = [];
  const { outcome } = await runTurn(input, host, foundIn(version(after)).program, hurried(), scope);
  expect(ran).toEqual([]);
  return compareRehearsal(outcome, { status, error, steps: journal.steps(), isOutput: (now) => now === output });
}

describe("a history in flight", () => {
  const waits: Body = async (step) => {
    await does(step, "a");
    await Promise.all([does(step, "b"), step.sleep("nap", "1 hour")]);
    return does(step, "last");
  };

  it("is the same for code that asks for what it holds, whatever comes behind it", async () => {
    expect(await rehearse(waits, waits)).toEqual({ verdict: "same", steps: 3, at: null, error: null });
    expect(await rehearse(waits, async (step) => { await does(step, "a"); await Promise.all([does(step, "b"), step.sleep("nap", "1 hour"), does(step, "beside")]); })).toMatchObject({ verdict: "same" });
  });

  const cases: Array<[string, Body, string, object | null]> = [
    ["a step that was put in between", async (step) => { await does(step, "a"); await does(step, "new"); await does(step, "b"); }, "differs", { position: 3, expected: 'do step "b-1"', found: 'do step "new-1"', where: 'after do step "a-1"' }],
    ["a step that is gone", async (step) => { await does(step, "a"); await does(step, "b"); }, "differs", { position: 4, expected: 'sleep step "nap-1"', found: "nothing: the workflow awaits something else" }],
    ["other kinds of step", async (step) => { await does(step, "a"); await Promise.all([does(step, "b"), does(step, "nap")]); }, "differs", { position: 4, found: 'do step "nap-1"' }],
    ["code that awaits something else", async (step) => { await does(step, "a"); await new Promise(() => {}); }, "differs", { found: "nothing: the workflow awaits something else" }],
    ["code that does not wait", async (step) => { await does(step, "a"); await Promise.all([does(step, "b"), void step.sleep("nap", "1 hour")]); }, "differs", { position: 0, expected: 'waiting for sleep step "nap-1"', found: "the end of the workflow" }],
    ["code that begins a new run instead", async (step) => { await does(step, "a"); await Promise.all([does(step, "b"), void step.sleep("nap", "1 hour")]); return step.continueAsNew(1); }, "differs", { position: 0, found: "continueAsNew" }],
    ["code that throws before it waits", async () => { throw new TypeError("oh"); }, "differs", { position: 1, where: "at the beginning", found: "TypeError: oh" }],
    ["code that throws while it waits", async (step) => { await does(step, "a"); await Promise.all([does(step, "b"), step.sleep("nap", "1 hour"), Promise.reject(new TypeError("oh"))]); }, "failed", { position: 0, found: "TypeError: oh" }],
  ];
  it.each(cases)("differs for %s", async (_title, after, verdict, at) => {
    const found = await rehearse(waits, after);
    expect([found.verdict, found.at]).toMatchObject([verdict, at]);
  });
});

describe("the history of one that has ended", () => {
  const ends: Body = async (step) => ({ a: await does(step, "a") });
  const fails: Body = async (step) => {
    await step.do("reserve", async () => "r", { rollback: async () => {} } as never);
    await step.do("charge", { retries: { limit: 0 } }, async () => Promise.reject(new NonRetryableError("declined")));
  };

  it("is the same when it ends in the same way, and else says how not", async () => {
    expect(await rehearse(ends, ends)).toMatchObject({ verdict: "same" });
    expect(await rehearse(ends, async (step) => ({ a: await does(step, "a"), b: 1 }))).toMatchObject({ verdict: "differs", at: { expected: "the same output", found: "another output" } });
    expect(await rehearse(ends, async (step) => { await does(step, "a"); await does(step, "b"); })).toMatchObject({ verdict: "differs", at: { position: 0, expected: "the end of the workflow", found: 'do step "b-1"', where: 'after do step "a-1"' } });
    expect(await rehearse(ends, async () => ({}))).toMatchObject({ verdict: "differs", at: { position: 1, found: "the end of the workflow" } });
    expect(await rehearse(ends, async (step) => { await does(step, "a"); throw new RangeError("new"); })).toMatchObject({ verdict: "failed", at: { expected: "the end of the workflow", found: "RangeError: new" } });
  });

  it("of a failed one has to fail as it did, its rollbacks included", async () => {
    expect(await rehearse(fails, fails)).toMatchObject({ verdict: "same", steps: 3 });
    expect(await rehearse(fails, async (step) => { await fails(step).catch(() => {}); return does(step, "else"); })).toMatchObject({ verdict: "differs", at: { expected: 'rollback step "rollback:reserve-1"', found: 'do step "else-1"' } });
    expect(await rehearse(fails, async (step) => fails(step).catch(() => Promise.reject(new RangeError("other"))))).toMatchObject({ verdict: "differs", at: { expected: "NonRetryableError: declined", found: "RangeError: other" } });
  });

  it("of one that was cancelled has only to be followed", async () => {
    const run = await startTest(version(async (step) => { await does(step, "a"); await step.sleep("nap", "1 hour"); }), {});
    await run.cancel();
    expect(await rehearse(run, async (step) => { await does(step, "a"); await step.sleep("nap", "1 hour"); return 1; })).toMatchObject({ verdict: "same" });
  });
});
