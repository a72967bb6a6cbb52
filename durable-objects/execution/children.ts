/**
 * Child executions: started after the parent's row is durable, told of cancellation, and
 * reporting their end back. Every message may be lost and is repeated by a timer of the
 * parent; starts and signals are idempotent.
 * @module
 */
import { encode } from "../../sdk/schema/codec.ts";
import type { ErrorRecord } from "../../sdk/schema/execution.ts";
import type { Outline, Reply } from "./contract.ts";
import { isTerminal } from "./outcome.ts";
import { causeOf, type Platform } from "./ports.ts";
import type { Execution, OpenStep } from "./state.ts";
import type { Store } from "./store.ts";

export const childChannel = (stepKey: string): string => `child:${stepKey}`;

export class Children {
  readonly #store: Store;
  readonly #platform: Platform;
  readonly #signalled: (execution: Execution) => void;

  constructor(store: Store, platform: Platform, signalled: (execution: Execution) => void) {
    this.#store = store;
    this.#platform = platform;
    this.#signalled = signalled;
  }

  /**
   * Starts the children that open invoke steps wait for, and cancels those that were waited
   * for too long. With `again`, also asks after children started before.
   */
  async tend(execution: Execution, open: OpenStep[], again = false): Promise<void> {
    const wanted = open.filter(({ kind, status, child }) => kind === "invoke" && status === "waiting" && (again || child === null));
    const late = open.filter(({ kind, status }) => kind === "invoke" && status === "failed");
    await Promise.all([...wanted.map((step) => this.#start(execution, step)), ...late.map((step) => this.#giveUp(execution, step, again))]);
  }

  async #giveUp(execution: Execution, { key, child }: OpenStep, again: boolean): Promise<void> {
    if (child === null) return;
    const reply = await this.#cancel(execution, child);
    // Not found may mean that its start is still on its way: the timer asks again.
    if (reply && (reply.ok || reply.code !== "not-found" || again)) this.#store.journal.setChild(execution.request.id, key, child, true);
  }

  /** Null when no answer came. */
  async #cancel(execution: Execution, child: string): Promise<Reply<Outline> | null> {
    const { tenant, id } = execution.request;
    const options = { rollback: execution.mode === "rollback", reason: `the parent execution ${id} does not wait for it any more` };
    return this.#platform.cancel(tenant, child, options).catch(() => null);
  }

  async #start(execution: Execution, step: OpenStep): Promise<void> {
    const { tenant, id } = execution.request;
    const { workflow, input } = step.detail ?? {};
    if (workflow === undefined || input === undefined) return;
    const key = `child:${id}:${execution.generation}:${execution.run}:${step.key}`;
    const request = await this.#platform.childStart(causeOf(execution), workflow, { stepKey: step.key, key, input });
    if (request === null) {
      const error = { name: "Error", message: `there is no active workflow "${workflow}"` };
      return this.ended(execution, step.key, { status: "failed", error }, `missing:${key}:${execution.revision}`);
    }
    execution.children = true;
    if (step.child === null) this.#store.journal.setChild(id, step.key, request.id);
    const started = await this.#platform.begin(request);
    if (started.ok && started.value.created) this.#platform.childStarted(tenant);
    if (!started.ok) this.ended(execution, step.key, { status: "failed", error: { name: "Error", message: started.detail } }, `refused:${key}:${execution.revision}`);
  }

  /** A retried parent waits again: children that ended without success go on too. */
  async retryOpen(execution: Execution): Promise<void> {
    const { tenant, id } = execution.request;
    const open = this.#store.journal.open(id).filter(({ kind, status, child }) => kind === "invoke" && status === "waiting" && child !== null);
    // It is waited for again.
    for (const { key, child } of open) if (child !== null) this.#store.journal.setChild(id, key, child);
    await Promise.all(open.map(({ child }) => this.#platform.execution(tenant, child ?? "").retry(tenant, child ?? "", null)));
  }

  /** A child's end, as it lies in the parent's signals. */
  ended(execution: Execution, stepKey: string, outcome: { status: string; output?: string | null; error?: ErrorRecord | null }, dedupe: string): void {
    const { id } = execution.request;
    if (this.#store.addSignal(id, childChannel(stepKey), encode(outcome), Date.now(), dedupe)) this.#signalled(execution);
  }

  /** After an execution's end: tell its parent, cancel children nobody waits for, make room for others. */
  async afterEnd(execution: Execution): Promise<void> {
    await Promise.all([this.tellParent(execution), this.cancelOpen(execution), this.#release(execution)]);
  }

  /** Whoever waits for its place may begin. Lost messages are made good by the flow, which asks. */
  async #release({ request: { tenant, workflowId, id, trigger } }: Execution): Promise<void> {
    if (trigger.flow) await this.#platform.released(tenant, workflowId, id).catch(() => {});
  }

  async tellParent(execution: Execution): Promise<void> {
    const { tenant, id, parent } = execution.request;
    if (!parent || !isTerminal(execution.status)) return;
    const error = execution.error ?? { name: "Error", message: `the child execution was ${execution.status}` };
    const outcome = execution.status === "completed" ? { status: "completed", output: execution.output } : { status: execution.status, error };
    // Lost messages are made good by the parent's `children` timer.
    await this.#platform.execution(tenant, parent.id).childEnded(tenant, parent.id, { id, stepKey: parent.stepKey }, encode(outcome), `${id}:${execution.revision}`).catch(() => {});
  }

  /** Nobody will wait for them: the execution has ended, or its next run has steps of the same keys. */
  async cancelOpen(execution: Execution): Promise<void> {
    if (!execution.children) return;
    const orphans = this.#store.journal.open(execution.request.id).filter(({ kind }) => kind === "invoke");
    await Promise.all(orphans.map(({ child }) => child !== null && this.#cancel(execution, child)));
  }

  /** Whether an open step waits for this very child: others of its key belong to an earlier run. */
  isAwaited(execution: Execution, child: { id: string; stepKey: string }): boolean {
    return this.#store.journal.open(execution.request.id).some(({ key, status, child: own }) => key === child.stepKey && status === "waiting" && own === child.id);
  }
}
