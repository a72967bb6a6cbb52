/**
 * Random workflows with the process dying at random moments: the result is that of the run
 * without a crash, every step's result is recorded once, effects repeat only with the same
 * idempotency key and never run ahead of history.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import { NonRetryableError, type Step, workflow } from "../authoring/index.ts";
import type { Execution } from "../testing/execution.ts";
import { startTest } from "../testing/test-workflow.ts";
import { testWorkflow } from "../testing/index.ts";

type Node =
  | { type: "do"; failures: number; limit: number; delay: number; effect: boolean; hops: number; rollback: boolean }
  | { type: "caught" }
  | { type: "sleep"; ms: number }
  | { type: "event"; at: number; timeout: number }
  | { type: "child"; ms: number; fails: boolean }
  | { type: "request" }
  | { type: "race"; quick: Node; ms: number }
  | { type: "draw" }
  | { type: "all"; nodes: Node[] }
  | { type: "in order"; nodes: Node[] };

/** A node and what names it: its path in the tree. */
interface Process {
  step: Step;
  /** Results handed to the workflow in this process. */
  delivered: Set<string>;
  /** By idempotency key: what had been delivered when the effect was asked for. */
  before: Map<string, string[]>;
}

const doNode = fc.record({
  type: fc.constant("do" as const),
  failures: fc.nat(3),
  limit: fc.nat(3),
  delay: fc.constantFrom(0, 1_000, 60_000),
  effect: fc.boolean(),
  hops: fc.nat(3),
  rollback: fc.boolean(),
});
const quick = doNode.map((node): Node => ({ ...node, failures: 0 }));
const leaf: fc.Arbitrary<Node> = fc.oneof(
  { arbitrary: doNode, weight: 5 },
  { arbitrary: fc.constant({ type: "caught" } as const), weight: 1 },
  { arbitrary: fc.record({ type: fc.constant("sleep" as const), ms: fc.constantFrom(0, 1_000, 5_000, 3_600_000) }), weight: 2 },
  { arbitrary: fc.record({ type: fc.constant("event" as const), at: fc.constantFrom(0, 500, 2_000, 90_000, 7_200_000), timeout: fc.constantFrom(1_000, 100_000, 86_400_000) }), weight: 2 },
  { arbitrary: fc.record({ type: fc.constant("child" as const), ms: fc.constantFrom(0, 1_500), fails: fc.boolean() }), weight: 1 },
  { arbitrary: fc.constant({ type: "request" } as const), weight: 1 },
  { arbitrary: fc.record({ type: fc.constant("race" as const), quick, ms: fc.constantFrom(1_000, 600_000) }), weight: 1 },
);
const { parallel } = fc.letrec<{ parallel: Node }>((tie) => ({
  parallel: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    fc.record({ type: fc.constant("all" as const), nodes: fc.array(tie("parallel"), { minLength: 1, maxLength: 4 }) }),
    fc.record({ type: fc.constant("in order" as const), nodes: fc.array(tie("parallel"), { minLength: 1, maxLength: 3 }) }),
  ),
}));
/** Draws only between steps that follow each other: beside parallel ones a crash may reorder them. */
const program = fc.record({ nodes: fc.array(fc.oneof({ arbitrary: parallel, weight: 4 }, { arbitrary: fc.constant({ type: "draw" } as const), weight: 1 }), { minLength: 1, maxLength: 6 }), fails: fc.boolean() });

async function run(node: Node, path: string, process: Process): Promise<unknown> {
  const { step, delivered, before } = process;
  const note = <T>(value: T): T => {
    delivered.add(`${path}-1`);
    return value;
  };
  const message = (error: unknown): string => note(`${(error as Error).name}: ${(error as Error).message}`);
  switch (node.type) {
    case "do": {
      const { limit, delay, failures, effect, hops, rollback } = node;
      const undo = async (): Promise<void> => void (await fetch(`https://effects.example/undo/${path}`, { method: "POST" }));
      return step
        .do(path, { retries: { limit, delay, jitter: 0.5 } }, async (ctx) => {
          for (let hop = 0; hop < hops; hop++) await new Promise((resolve) => setImmediate(resolve));
          if (effect) {
            before.set(`${ctx.idempotencyKey}:1`, [...delivered]);
            await fetch(`https://effects.example/do/${path}`, { method: "POST" });
          }
          if (ctx.attempt <= failures) throw new Error(`failure ${ctx.attempt}`);
          return { path, attempt: ctx.attempt };
        }, rollback ? { rollback: undo } : undefined as never)
        .then(note, message);
    }
    case "caught":
      return step.do(path, async () => Promise.reject(new NonRetryableError("for good", "OwnError"))).then(note, message);
    case "sleep":
      return step.sleep(path, node.ms).then(() => note(Date.now()));
    case "event":
      return step.waitForEvent(path, { type: path, timeout: node.timeout }).then(({ payload, timestamp }) => note([payload, timestamp]), message);
    case "child":
      return step.invoke(path, "child", node).then(note, message);
    case "request":
      return fetch(`https://effects.example/between/${path}`, { method: "PUT" }).then(async (response) => response.text());
    case "race":
      return Promise.race([run(node.quick, `${path}q`, process), step.sleep(path, node.ms).then(() => "slept")]);
    case "draw":
      return [Math.random(), crypto.randomUUID(), Date.now()];
    case "all":
      return Promise.all(node.nodes.map((inner, index) => run(inner, `${path}.${index}`, process)));
    case "in order": {
      const results: unknown[] = [];
      for (const [index, inner] of node.nodes.entries()) results.push(await run(inner, `${path}.${index}`, process));
      return results;
    }
  }
}

const child = workflow({ id: "child" }, async ({ input, step }) => {
  const { ms, fails } = input as { ms: number; fails: boolean };
  await step.sleep("nap", ms);
  await step.do("work", async () => fetch("https://effects.example/child", { method: "POST" }).then(() => null));
  if (fails) throw new RangeError("the child failed");
  return "child";
});

interface Made {
  nodes: Node[];
  fails: boolean;
}

/** Events that the program waits for, by when they are sent. */
function eventsOf(node: Node, path: string): Array<{ at: number; type: string }> {
  if (node.type === "event") return [{ at: node.at, type: path }];
  if (node.type !== "all" && node.type !== "in order") return [];
  return node.nodes.flatMap((inner, index) => eventsOf(inner, `${path}.${index}`));
}

async function drive({ nodes, fails }: Made, crashes: boolean[]) {
  const problems: string[] = [];
  const before = new Map<string, string[]>();
  const recorded = new Map<string, string>();
  const made = workflow({ id: "made" }, async ({ step }) => {
    const results: unknown[] = [];
    const delivered = new Set<string>();
    for (const [index, node] of nodes.entries()) results.push(await run(node, `n${index}`, { step, delivered, before }));
    if (fails) throw new Error("the end");
    return results;
  });
  let journal: Execution["journal"] | null = null;
  /** A result, once recorded, never changes. */
  const committed = (execution: Execution): void => {
    if (execution.start.workflowId === "made") journal = execution.journal;
    for (const { key, ended, status, output, error } of execution.journal.steps()) {
      if (ended === null) continue;
      const row = JSON.stringify([ended, status, output, error?.message]);
      const name = `${execution.start.id} ${key}`;
      if ((recorded.get(name) ?? row) !== row) problems.push(`${name} was recorded twice: ${recorded.get(name)}, then ${row}`);
      recorded.set(name, row);
    }
  };
  let point = 0;
  const testRun = await startTest(made, {
    children: { child },
    patience: 0,
    faults: { committed, fault: () => crashes[point++] ?? false },
    stubs: {
      fetch: (request) => {
        const key = request.headers.get("idempotency-key") ?? "";
        const durable = new Set(journal?.steps().filter(({ ended }) => ended !== null).map((step) => step.key));
        for (const earlier of before.get(key) ?? []) if (!durable.has(earlier)) problems.push(`${request.url} was sent before the result of ${earlier} was durable`);
        return new Response(new URL(request.url).pathname);
      },
    },
  });
  const events = nodes.flatMap((node, index) => eventsOf(node, `n${index}`)).sort((a, b) => a.at - b.at);
  for (const { at, type } of events) {
    await testRun.advance(Math.max(0, Date.UTC(2025, 0, 1) + at - testRun.now.getTime()));
    if (testRun.status !== "completed" && testRun.status !== "failed") await testRun.send(type, `payload of ${type}`);
  }
  await testRun.advance("10 days");
  return { run: testRun, problems };
}

it("random workflows give the result of the uncrashed run wherever the process dies", async () => {
  await fc.assert(
    fc.asyncProperty(program, fc.array(fc.oneof({ arbitrary: fc.constant(false), weight: 2 }, { arbitrary: fc.constant(true), weight: 1 }), { maxLength: 60 }), async (made, crashes) => {
      const plain = await drive(made, []);
      const crashed = await drive(made, crashes);
      expect(crashed.problems).toEqual([]);
      expect([crashed.run.status, crashed.run.output, crashed.run.error?.message, crashed.run.divergence]).toEqual([plain.run.status, plain.run.output, plain.run.error?.message, null]);
      const results = (run: typeof plain.run): unknown[] => run.steps.filter(({ endedAt }) => endedAt !== null).map(({ key, kind, status, output, error }) => [key, kind, status, output, error?.message]).sort();
      expect(results(crashed.run)).toEqual(results(plain.run));
      const keys = (run: typeof plain.run): string[] => [...new Set(run.effects.map(({ url, idempotencyKey }) => `${url} ${idempotencyKey}`))].sort();
      expect(keys(crashed.run)).toEqual(keys(plain.run));
    }),
    { numRuns: 200, interruptAfterTimeLimit: 15_000 },
  );
});

it("random workflows pass the proof by crashes at every step", async () => {
  await fc.assert(
    fc.asyncProperty(program, async ({ nodes, fails }) => {
      const made = workflow({ id: "made" }, async ({ step }) => {
        const results: unknown[] = [];
        for (const [index, node] of nodes.entries()) results.push(await run(node, `n${index}`, { step, delivered: new Set(), before: new Map() }));
        if (fails) throw new Error("the end");
        return results;
      });
      const testRun = await testWorkflow(made, { children: { child }, patience: 0, crashEveryStep: true, stubs: { fetch: () => new Response("answer") } });
      await testRun.advance("10 days");
      expect(["completed", "failed"]).toContain(testRun.status);
    }),
    { numRuns: 50, interruptAfterTimeLimit: 15_000 },
  );
});

