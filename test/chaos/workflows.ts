/**
 * The workflows of the chaos run. Each effect takes along everything the workflow knew when
 * it sent it (`known`: results by step key), so that after the end every effect can be held
 * against the journal: one that knows another result than the journal ran ahead of history.
 *
 * What is drawn outside steps must come out the same on every replay: it goes along too.
 */
import { NonRetryableError, workflow, type Step, type StepContext } from "everstep";
import { z } from "zod";

type Known = Record<string, unknown>;

const input = z.object({ recorder: z.string(), seed: z.number(), pauseMs: z.number() });
const again = { retries: { limit: 8, delay: 150, backoff: "linear" as const, jitter: 0.5 } };

/** Sends effects on behalf of one execution and remembers what it knows. */
class Effects {
  readonly known: Known = {};
  readonly #url: string;
  readonly #execution: string;
  readonly #draws: unknown[] = [];

  constructor(url: string, execution: string) {
    this.#url = url;
    this.#execution = execution;
  }

  async send(label: string, known: Known, fail = 0): Promise<string> {
    const reply = await fetch(this.#url, { method: "POST", body: JSON.stringify({ execution: this.#execution, label, fail, known }) });
    if (!reply.ok) throw new Error(`the recorder answered ${reply.status}`);
    return ((await reply.json()) as { token: string }).token;
  }

  /** A step whose result is known from the next effect on. */
  learn<T>(key: string, value: T): T {
    this.known[key] = value;
    return value;
  }

  /** A step with one effect; its result is the recorder's answer, another one every time. */
  async step(step: Step, name: string, fail = 0): Promise<string> {
    const known = this.draw();
    return this.learn(`${name}-1`, await step.do(name, again, () => this.send(name, known, fail)));
  }

  /** Knowledge so far, and all draws outside steps: every replay has to repeat them. */
  draw(): Known {
    this.#draws.push([Math.random(), crypto.randomUUID(), Date.now()]);
    return { ...this.known, "~draws": [...this.#draws] };
  }
}

const options = <const Id extends string>(id: Id) => ({ id, input, timeout: "1 hour" as const });

/** Steps without effects: their results are random and must be drawn once. */
export const pure = workflow(options("chaos-pure"), async ({ step }) => {
  const drawn: string[] = [];
  for (let index = 0; index < 12; index++) drawn.push(await step.do("draw", async () => crypto.randomUUID()));
  return { drawn, outside: [Math.random(), crypto.randomUUID()].length };
});

export const effects = workflow(options("chaos-effects"), async ({ input, step, execution }) => {
  const out = new Effects(input.recorder, execution.id);
  for (const name of ["a", "b", "c", "d"]) {
    await out.step(step, name);
    out.learn(`think-${name}-1`, await step.do(`think-${name}`, async () => Math.random()));
  }
  const known = out.draw();
  const twice = await step.do("twice", again, async () => [await out.send("twice first", known), await out.send("twice second", known)]);
  return { ...out.known, "twice-1": twice };
});

export const sleeps = workflow(options("chaos-sleeps"), async ({ input, step, execution }) => {
  const out = new Effects(input.recorder, execution.id);
  await out.step(step, "before");
  await step.sleep("nap", input.pauseMs);
  await out.step(step, "between");
  await step.sleepUntil("until", Date.now() + input.pauseMs);
  await step.sleepUntil("past", new Date(0));
  await out.step(step, "after");
  return out.known;
});

export const retries = workflow(options("chaos-retries"), async ({ input, step, execution }) => {
  const out = new Effects(input.recorder, execution.id);
  await out.step(step, "one failure", 1);
  await out.step(step, "three failures", 3);
  const caught = await step
    .do("hopeless", again, async () => {
      throw new NonRetryableError(`no luck ${Math.random()}`);
    })
    .catch((error: Error) => error.message);
  out.learn("!hopeless-1", caught);
  await out.step(step, "after");
  return out.known;
});

export const events = workflow(options("chaos-events"), async ({ input, step, execution }) => {
  const out = new Effects(input.recorder, execution.id);
  await out.step(step, "before");
  for (const key of ["first", "second"]) {
    const event = await step.waitForEvent<{ token: string }>(key, { type: "go", timeout: "1 hour" });
    out.learn(key, event.payload.token);
    await out.step(step, `after ${key}`);
  }
  const late = await step.waitForEvent("never", { type: "never", timeout: input.pauseMs }).catch((error: Error) => error.name);
  return { ...out.known, late };
});

export const child = workflow(options("chaos-child"), async ({ input, step, execution }) => {
  const out = new Effects(input.recorder, execution.id);
  await out.step(step, "begin");
  await step.sleep("nap", input.pauseMs);
  await out.step(step, "end");
  if (input.seed < 0) throw new Error(`child ${input.seed} gives up`);
  return out.known;
});

export const parent = workflow(options("chaos-parent"), async ({ input, step, execution }) => {
  const out = new Effects(input.recorder, execution.id);
  await out.step(step, "before");
  const [left, right] = await Promise.all([step.invoke("left", child, { ...input, seed: 1 }), step.invoke("right", "chaos-child", { ...input, seed: 2 })]);
  out.learn("left-1", left);
  out.learn("right-1", right);
  const failed = await step.invoke("failing", child, { ...input, seed: -1 }).catch((error: Error) => `${error.name}: ${error.message}`);
  out.learn("!failing", failed);
  await out.step(step, "after");
  return out.known;
});

export const rollback = workflow(options("chaos-rollback"), async ({ input, step, execution }) => {
  const out = new Effects(input.recorder, execution.id);
  for (const name of ["book", "charge", "ship"]) {
    const known = out.draw();
    const undo = async ({ output }: { output: string | undefined; ctx: StepContext }) => void (await out.send(`undo ${name}`, { [`${name}-1`]: output }, name === "charge" ? 1 : 0));
    out.learn(`${name}-1`, await step.do(name, again, () => out.send(name, known), { rollback: undo, rollbackConfig: again }));
  }
  await step.sleep("nap", input.pauseMs);
  await step.do("refuse", async () => {
    throw new NonRetryableError("the customer changed her mind");
  });
});

export const parallel = workflow(options("chaos-parallel"), async ({ input, step, execution }) => {
  const out = new Effects(input.recorder, execution.id);
  const slow = step.do("slow", () => new Promise<void>((resolve) => setTimeout(resolve, 600)));
  await Promise.all([slow, ...["p", "q", "r"].map((name) => out.step(step, name, name === "q" ? 2 : 0))]);
  const settled = await Promise.allSettled([
    step.do("bad", again, async () => {
      throw new NonRetryableError("bad");
    }),
    out.step(step, "good"),
    step.sleep("nap", input.pauseMs),
  ]);
  const winner = await Promise.race([step.sleep("long", "1 hour").then(() => "long"), out.step(step, "race").then(() => "race")]);
  await out.step(step, "after");
  return { ...out.known, settled: settled.map(({ status }) => status), winner };
});

/** Many executions in one object. */
export const pooled = workflow({ ...options("chaos-pooled"), placement: "pooled" }, async ({ input, step, execution }) => {
  const out = new Effects(input.recorder, execution.id);
  await out.step(step, "before", 1);
  await step.sleep("nap", input.pauseMs);
  out.learn("draw-1", await step.do("draw", async () => crypto.randomUUID()));
  await out.step(step, "after");
  return out.known;
});

export const rounds = workflow({ ...options("chaos-rounds"), input: input.extend({ round: z.number().default(1), carried: z.array(z.string()).default([]) }) }, async ({ input, step, execution }) => {
  const out = new Effects(input.recorder, execution.id);
  const token = await step.do("work", again, () => out.send(`work ${input.round}`, { "~carried": input.carried }));
  const carried = [...input.carried, token];
  await step.sleep("nap", input.pauseMs);
  if (input.round < 3) await step.continueAsNew({ ...input, round: input.round + 1, carried });
  return { carried, round: input.round };
});
