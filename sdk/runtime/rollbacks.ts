/**
 * Sagas: undoing what was done, in reverse order, each handler a durable step of its own.
 *
 * Invariants
 * 1. Handlers run for steps that completed, failed, or were cut off midway, newest first;
 *    attempts still under way are waited for.
 * 2. Each handler is journalled under `rollback:<step key>`: a crash midway goes on with the
 *    next one.
 * 3. A handler that fails for good does not keep the others from running.
 * @module
 */
import type { Rollback, RollbackOptions } from "../authoring/step.ts";
import { activate, contextOf } from "./attempts.ts";
import { toErrorRecord } from "./failures.ts";
import { type Policy, policyOf } from "./retry.ts";
import type { TurnCore as Turn } from "./core.ts";

interface Registered {
  key: string;
  name: string;
  count: number;
  policy: Policy;
  options: RollbackOptions<unknown>;
}

export class Rollbacks {
  readonly #turn: Turn;
  readonly #registered: Registered[] = [];

  constructor(turn: Turn) {
    this.#turn = turn;
  }

  register(id: { key: string; name: string; count: number }, policy: Policy, rollback: Rollback<never>): void {
    const options = (typeof rollback === "function" ? { rollback } : rollback) as RollbackOptions<unknown>;
    if (typeof options.rollback !== "function") throw new TypeError(`step "${id.name}" has rollback options without a rollback function`);
    this.#registered.push({ ...id, policy, options });
  }

  /** Undoes everything done so far. Resolves with the messages of handlers that failed for good. */
  async run(error: Error): Promise<string[]> {
    const turn = this.#turn;
    await turn.running.quiet();
    turn.beginUndoing();
    const failures: string[] = [];
    for (const { key, name, count, policy, options } of [...this.#registered].reverse()) {
      const done = turn.outcomeOf(key);
      if (!done) continue;
      const output = done.status === "completed" ? await turn.values.load(done.output) : undefined;
      const undo = policyOf(options.rollbackConfig ?? {}, undefined);
      try {
        await turn.request({
          key: `rollback:${key}`,
          name: `rollback:${name}`,
          count,
          kind: "rollback",
          due: null,
          detail: null,
          activate: (open) =>
            activate(turn, open, undo, async (ctx) => {
              const original = contextOf(turn, { ...done, attempt: done.attempt - 1 }, policy, () => ctx.signal);
              await options.rollback({ ctx: Object.defineProperty(original, "idempotencyKey", { value: ctx.idempotencyKey }), error, output, stepName: `${name}-${count}` });
            }),
        });
      } catch (failure) {
        failures.push(`${key}: ${toErrorRecord(failure).message}`);
      }
    }
    return failures;
  }
}
