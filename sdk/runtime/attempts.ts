/**
 * Attempts of a step that runs code: timeout, retries, outcome.
 *
 * Invariants
 * 1. `attempt` counts attempts that failed plus the one that ended the step; an attempt cut
 *    off by a crash does not count.
 * 2. The delay before the next attempt is a wait like any other: it survives a restart.
 * @module
 */
import { StepTimeoutError } from "../authoring/errors.ts";
import type { StepContext } from "../authoring/step.ts";
import { caught, FatalError, isNonRetryable, toErrorRecord } from "./failures.ts";
import { SeededRandom } from "./random.ts";
import { configView, nextDelay, type Policy } from "./retry.ts";
import type { StepRecord } from "../schema/journal.ts";
import type { LiveStep, Open, TurnCore as Turn } from "./core.ts";

export type Body = (ctx: StepContext) => unknown;

export function idempotencyKey(turn: Turn, stepKey: string): string {
  return `${turn.input.executionId}:${turn.input.generation}:${turn.input.run}:${stepKey}`;
}

/** What is seldom looked at is made when it is: a step costs little more than its own code. */
class Context implements StepContext {
  readonly attempt: number;
  readonly #turn: Turn;
  readonly #step: StepRecord;
  readonly #policy: Policy;
  readonly #signal: () => AbortSignal;

  constructor(turn: Turn, step: StepRecord, policy: Policy, signal: () => AbortSignal) {
    this.attempt = step.attempt + 1;
    this.#turn = turn;
    this.#step = step;
    this.#policy = policy;
    this.#signal = signal;
  }

  get step(): StepContext["step"] {
    return { name: this.#step.name, count: this.#step.count };
  }

  get config(): StepContext["config"] {
    return configView(this.#policy);
  }

  get idempotencyKey(): string {
    return idempotencyKey(this.#turn, this.#step.key);
  }

  get signal(): AbortSignal {
    return this.#signal();
  }
}

export function contextOf(turn: Turn, step: StepRecord, policy: Policy, signal: () => AbortSignal): StepContext {
  return new Context(turn, step, policy, signal);
}

/** Goes on where the step is: waits for its next attempt or makes it. */
export function activate(turn: Turn, open: Open, policy: Policy, body: Body): void {
  const { due, status } = open.step;
  const go = (): void => void attempt(turn, open, policy, body);
  if (status === "retrying" && due !== null) turn.wait({ open, channel: null, due, onSignal: go, onDue: go });
  else go();
}

/** One try of a step's code: whichever comes first, its end or its deadline, counts. */
class Attempt {
  readonly ctx: StepContext;
  #controller: AbortController | null = null;
  #forget: (() => void) | null = null;
  readonly #turn: Turn;
  readonly #done: () => void;
  #over = false;

  constructor(turn: Turn, { step }: Open, policy: Policy, onLate: (error: Error) => void) {
    this.#turn = turn;
    this.ctx = contextOf(turn, step, policy, () => this.#signal());
    turn.running.enter();
    this.#done = turn.running.deadline(policy.timeoutMs, () => {
      const error = new StepTimeoutError(`attempt ${this.ctx.attempt} of step "${step.name}" took longer than ${policy.timeoutMs} ms`);
      this.#controller?.abort(error);
      if (this.end()) onLate(error);
    });
  }

  #signal(): AbortSignal {
    if (!this.#controller) {
      const controller = (this.#controller = new AbortController());
      this.#forget = this.#turn.ending.onFinish(() => controller.abort(new Error("the execution has ended")));
    }
    return this.#controller.signal;
  }

  /** False when it had ended before. */
  end(): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.#done();
    this.#forget?.();
    return true;
  }
}

async function attempt(turn: Turn, open: Open, policy: Policy, body: Body): Promise<void> {
  if (turn.finished) return;
  const { step } = open;
  const fail = (error: unknown): void => void failed(turn, open, policy, body, trial.ctx, error).finally(() => turn.running.leave());
  const trial: Attempt = new Attempt(turn, open, policy, fail);
  const live: LiveStep = { key: step.key, calls: 0 };
  step.status = "running";
  step.due = null;
  try {
    const result = await turn.scope.run({ turn, step: live }, () => body(trial.ctx));
    note(step, live);
    const stored = turn.values.store(`the result of step "${step.name}"`, result);
    const { output, value } = stored instanceof Promise ? await stored : stored;
    if (!trial.end()) return;
    turn.settle(open, { output, value, attempt: trial.ctx.attempt });
    turn.running.leave();
  } catch (error) {
    note(step, live);
    if (trial.end()) fail(caught(error));
  }
}

/** What it sent goes into its row with what became of it. */
function note(step: StepRecord, { sent }: LiveStep): void {
  if (sent) step.detail = { ...step.detail, sent: [...new Set([...(step.detail?.sent ?? []), ...sent])].slice(0, 10) };
}

async function failed(turn: Turn, open: Open, policy: Policy, body: Body, ctx: StepContext, thrown: unknown): Promise<void> {
  if (turn.finished) return;
  if (turn.account.exceeded) return turn.fail(turn.account.exceeded);
  if (thrown instanceof FatalError) return turn.fail(thrown);
  const { step } = open;
  const { attempt } = ctx;
  const error = toErrorRecord(thrown);
  if (isNonRetryable(thrown) || attempt > policy.limit) return turn.settle(open, { error, attempt });
  let delay: number;
  try {
    // Not turn.random: a replay makes no attempts and would draw other numbers from it.
    delay = await nextDelay(policy, attempt, ctx, thrown instanceof Error ? thrown : new Error(error.message), () => new SeededRandom(`${ctx.idempotencyKey}:${ctx.attempt}`).float());
  } catch (delayError) {
    return turn.settle(open, { error: toErrorRecord(delayError), attempt });
  }
  if (turn.finished) return;
  step.status = "retrying";
  step.attempt = attempt;
  step.error = error;
  step.due = turn.clock.now() + delay;
  turn.buffer.touch(step);
  activate(turn, open, policy, body);
}
