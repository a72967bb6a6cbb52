/**
 * Re-runs of random workflows from random steps: with the history that is kept, the same code
 * comes to the same output, and carries out none of the kept steps again.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Step, workflow } from "../authoring/index.ts";
import { encode } from "../schema/codec.ts";
import type { StepRecord } from "../schema/journal.ts";
import { Journal } from "../testing/journal.ts";
import { hostOf, type TestRun } from "../testing/test-run.ts";
import { startTest } from "../testing/test-workflow.ts";
import { planFork } from "./fork-plan.ts";

type Node =
  | { type: "do"; failures: number }
  | { type: "caught" }
  | { type: "sleep"; ms: number }
  | { type: "draw" }
  | { type: "child"; ms: number }
  | { type: "event"; sent: boolean }
  | { type: "all" | "in order"; nodes: Node[] };

const leaf: fc.Arbitrary<Node> = fc.oneof(
  { arbitrary: fc.record({ type: fc.constant("do" as const), failures: fc.nat(2) }), weight: 4 },
  { arbitrary: fc.constant({ type: "caught" } as const), weight: 1 },
  { arbitrary: fc.record({ type: fc.constant("sleep" as const), ms: fc.constantFrom(0, 1_000, 3_600_000) }), weight: 2 },
  { arbitrary: fc.record({ type: fc.constant("child" as const), ms: fc.constantFrom(0, 1_500) }), weight: 1 },
  { arbitrary: fc.record({ type: fc.constant("event" as const), sent: fc.constant(false) }), weight: 1 },
);
const { node } = fc.letrec<{ node: Node }>((tie) => ({
  node: fc.oneof({ depthSize: "small", withCrossShrink: true }, leaf, fc.record({ type: fc.constantFrom("all" as const, "in order" as const), nodes: fc.array(tie("node"), { minLength: 1, maxLength: 4 }) })),
}));
const program = fc.array(fc.oneof({ arbitrary: node, weight: 5 }, { arbitrary: fc.constant({ type: "draw" } as const), weight: 1 }), { minLength: 1, maxLength: 6 });

/** Results say nothing of when they were made, so that a step carried out again gives the same. */
async function run(one: Node, path: string, step: Step, ran: string[]): Promise<unknown> {
  switch (one.type) {
    case "do":
      return step.do(path, { retries: { limit: 3, delay: 500 } }, async ({ attempt }) => {
        ran.push(`${path}-1`);
        if (attempt <= one.failures) throw new Error("not yet");
        return path;
      });
    case "caught":
      return step
        .do(path, { retries: { limit: 0 } }, async () => {
          ran.push(`${path}-1`);
          throw new RangeError(path);
        })
        .catch((error: Error) => error.message);
    case "sleep":
      return step.sleep(path, one.ms).then(() => path);
    case "draw":
      return [Math.random(), crypto.randomUUID()];
    case "child":
      return step.invoke(path, "child", one);
    case "event":
      return step.waitForEvent(path, { type: path, timeout: "1 hour" }).catch((error: Error) => error.name);
    case "all":
      return Promise.all(one.nodes.map((inner, index) => run(inner, `${path}.${index}`, step, ran)));
    case "in order": {
      const results: unknown[] = [];
      for (const [index, inner] of one.nodes.entries()) results.push(await run(inner, `${path}.${index}`, step, ran));
      return results;
    }
  }
}

const child = workflow({ id: "child" }, async ({ input, step }) => {
  await step.sleep("nap", (input as { ms: number }).ms);
  return "child";
});

function made(nodes: readonly Node[], ran: string[]) {
  return workflow({ id: "made" }, async ({ step }) => {
    const results: unknown[] = [];
    for (const [index, one] of nodes.entries()) results.push(await run(one, `n${index}`, step, ran));
    return results;
  });
}

/** Goes on from what `steps` are, as the execution that `old` was. */
async function goOn(old: TestRun<unknown>, again: ReturnType<typeof workflow>, steps: readonly StepRecord[]): Promise<TestRun<unknown>> {
  const host = hostOf(old);
  // Nothing of what came to the old one comes to the new one.
  Reflect.set(host, "journal", new Journal({ rows: "[]", signals: [], children: [] }, host.journal.blobs));
  host.journal.write(steps);
  host.reset();
  const next = await startTest(again, { from: old, children: { child }, patience: 0 });
  await next.advance("10 days");
  return next;
}

it("a re-run from any step comes to the same output, and no kept step is carried out again", async () => {
  await fc.assert(
    fc.asyncProperty(program, fc.nat(), async (nodes, pick) => {
      const old = await startTest(made(nodes, []), { children: { child }, patience: 0 });
      await old.advance("10 days");
      expect(old.status).toBe("completed");
      const { output } = old;
      const steps = hostOf(old).journal.steps();
      const from = steps[pick % Math.max(1, steps.length)];
      if (!from) return;
      const plan = planFork(steps, from.key, null, old.now.getTime());
      if (!plan) throw new Error("no plan");
      const ran: string[] = [];
      const next = await goOn(old, made(nodes, ran), plan.journal);
      expect([next.status, next.divergence, next.output]).toEqual(["completed", null, output]);
      expect(ran.filter((key) => plan.kept.includes(key))).toEqual([]);
      expect([...plan.kept, ...plan.again.map(({ key }) => key)].sort()).toEqual(steps.map(({ key }) => key).sort());
    }),
    { numRuns: 150, interruptAfterTimeLimit: 12_000 },
  );
});

describe("what is kept", () => {
  const record = (name: string, started: number, ended: number | null, over: Partial<StepRecord> = {}): StepRecord => ({
    key: name, name, count: 1, kind: "do", status: ended === null ? "cancelled" : "completed", started, ended, attempt: 1, startedAt: 0, endedAt: ended, due: null, output: encode(name), error: null, detail: null, ...over,
  });
  /** `slow` and `never` begin before `from`; `slow` ends after it was asked for. */
  const steps = [record("quick", 1, 4), record("slow", 2, 7), record("never", 3, null, { kind: "sleep" }), record("from", 5, 6), record("later", 8, 9), record("rollback:quick", 10, 11, { kind: "rollback" })];

  it("is what had ended when the step was asked for; what was under way begins anew", () => {
    const plan = planFork(steps, "from", null, 100);
    expect(plan?.kept).toEqual(["quick"]);
    expect(plan?.journal.map(({ key, status, ended, detail }) => [key, status, ended, detail?.again ?? false])).toEqual([["quick", "completed", 4, false], ["slow", "running", null, true], ["never", "waiting", null, true]]);
    expect(plan?.again.map(({ key }) => key)).toEqual(["slow", "never", "from", "later"]);
    expect(plan?.undone).toEqual(["quick"]);
  });

  it("has the step itself when its result is given, before whatever it ran beside", () => {
    const plan = planFork(steps, "from", encode("edited"), 100);
    expect(plan?.journal.at(-1)).toMatchObject({ key: "from", status: "completed", started: 5, ended: 6, output: encode("edited"), endedAt: 100, error: null });
    expect(plan?.kept).toEqual(["quick", "from"]);
  });

  it("is nothing for a step that is not there, or is a rollback", () => {
    expect([planFork(steps, "other", null, 0), planFork(steps, "rollback:quick", null, 0)]).toEqual([null, null]);
  });
});

it("a result that is given for one of several that run beside each other is what the workflow goes on with", async () => {
  const ran: string[] = [];
  const three = workflow({ id: "made" }, async ({ step }) => Promise.all(["a", "b", "c"].map((name) => step.do(name, async () => (ran.push(name), name)))));
  const old = await startTest(three, {});
  const plan = planFork(hostOf(old).journal.steps(), "b-1", encode("edited"), old.now.getTime());
  ran.length = 0;
  const next = await goOn(old, three, plan?.journal ?? []);
  expect([next.status, next.output]).toEqual(["completed", ["a", "edited", "c"]]);
  expect(ran.sort()).toEqual(["a", "c"]);
});
