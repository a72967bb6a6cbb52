/**
 * Steps that wait for something outside of the execution: approvals, and events of the tenant.
 * Those who bring it are told of such a step after its row is durable, and told when it waits
 * no longer. Each telling may be lost: one that was not heard is repeated by the timer that
 * asks after children, and both are no-ops the second time.
 * @module
 */
import type { StepRecord } from "../../sdk/schema/journal.ts";
import { isTerminal } from "./outcome.ts";
import { causeOf, type OutsideStep, type Platform } from "./ports.ts";
import { announced, type Execution, isOutside, needsTending, type OpenStep } from "./state.ts";
import type { Store } from "./store.ts";

/** It may be announced again: a retried execution waits anew. */
const withdrawn = "withdrawn";

export class Outside {
  readonly #store: Store;
  readonly #platform: Platform;

  constructor(store: Store, platform: Platform) {
    this.#store = store;
    this.#platform = platform;
  }

  /** After each turn. */
  async tend(execution: Execution, open: readonly OpenStep[]): Promise<void> {
    const ended = isTerminal(execution.status);
    const waiting = ended ? [] : open.filter((step) => isOutside(step) && step.status === "waiting");
    if (waiting.length === 0 && !execution.outside) return;
    const fresh = new Set(waiting.filter(needsTending).map(({ key }) => key));
    if (fresh.size > 0) await this.#announce(execution, fresh);
    await this.#withdraw(execution, new Set(waiting.map(({ key }) => key)));
  }

  async #announce(execution: Execution, keys: ReadonlySet<string>): Promise<void> {
    const { id } = execution.request;
    // From here on something may be known of it, whether or not the answer comes.
    execution.outside = true;
    const steps = this.#store.journal.steps(id).filter(({ key, ended }) => keys.has(key) && ended === null);
    if (steps.length === 0) return;
    await this.#platform.announce(causeOf(execution), steps.map(toOutside));
    for (const { key } of steps) this.#store.journal.setChild(id, key, announced);
  }

  async #withdraw(execution: Execution, waiting: ReadonlySet<string>): Promise<void> {
    const { id } = execution.request;
    const over = this.#store.journal.children(id).flatMap(([key, child]) => (child === announced && !waiting.has(key) ? [key] : []));
    if (over.length === 0) return;
    await this.#platform.withdraw(causeOf(execution), over);
    for (const key of over) this.#store.journal.setChild(id, key, withdrawn, true);
  }
}

function toOutside({ key, kind, startedAt, due, detail }: StepRecord): OutsideStep {
  return { key, kind: kind === "approval" ? "approval" : "event", startedAt, due, detail: detail ?? {} };
}
