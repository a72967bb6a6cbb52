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
import { FatalError, isNonRetryable, toErrorRecord } from "./failures.ts";
import { SeededRandom } from "./random.ts";
import { configView, nextDelay, type Policy } from "./retry.ts";
import type { LiveStep, Open, TurnCore as Turn } from "./core.ts";

export type Body = (ctx: StepContext) => unknown;

export function idempotencyKey(turn: Turn, stepKey: string): string {
  return `${turn.input.executionId}:${turn.input.generation}:${turn.input.run}:${stepKey}`;
}

/** What is seldom looked at is made when it is: a step costs little more than its own code. */
export function contextOf(turn: Turn, { step }: Pick<Open, "step">, policy: Policy, signal: () => AbortSignal): StepContext {
  return {
    attempt: step.attempt + 1,
    step: { name: step.name, count: step.count },
    get config() {
      return configView(policy);
    },
    get idempotencyKey() {
      return idempotencyKey(turn, step.key);
    },
    get signal() {
      return signal();
    },
  };
}

/** Goes on where the step is: waits for its next attempt or makes it. */
export function activate(turn: Turn, open: Open, policy: Policy, body: Body): void {
  const { due, status } = open.step;
  const go = (): void => void attempt(turn, open, policy, body);
  if (status === "retrying" && due !== null) turn.wait({ open, channel: null, due, onSignal: go, onDue: go });
  else go();
}

async function attempt(turn: Turn, open: Open, policy: Policy, body: Body): Promise<void> {
  if (turn.finished) return;
  const { step } = open;
  let controller: AbortController | undefined;
  let forget: () => void = () => {};
  const signal = (): AbortSignal => {
    if (!controller) {
      controller = new AbortController();
      forget = turn.ending.onFinish(() => controller?.abort(new Error("the execution has ended")));
    }
    return controller.signal;
  };
  const ctx = contextOf(turn, open, policy, signal);
  const live: LiveStep = { key: step.key, calls: 0 };
  step.status = "running";
  step.due = null;
  turn.running.enter();
  let late: () => void = () => {};
  try {
    const result = await new Promise((resolve, reject) => {
      late = turn.running.deadline(policy.timeoutMs, () => {
        const error = new StepTimeoutError(`attempt ${ctx.attempt} of step "${step.name}" took longer than ${policy.timeoutMs} ms`);
        controller?.abort(error);
        reject(error);
      });
      turn.scope.run({ turn, step: live }, async () => body(ctx)).then(resolve, reject);
    });
    const stored = await turn.values.store(`the result of step "${step.name}"`, result);
    turn.settle(open, { ...stored, attempt: ctx.attempt });
  } catch (error) {
    await failed(turn, open, policy, body, ctx, error);
  } finally {
    late();
    forget();
    turn.running.leave();
  }
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
