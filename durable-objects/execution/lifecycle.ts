/**
 * What people do to executions: pause, resume, cancel, retry. Each checks the state, writes
 * one transaction and lets the runner go on.
 * @module
 */
import { planRetry } from "../../sdk/runtime/retry-plan.ts";
import { toRow } from "../../sdk/schema/journal.ts";
import type { Outline, Reply } from "./contract.ts";
import { afterEnd } from "./neighbours.ts";
import { end, isTerminal, waitingStatus, waitingTimers } from "./outcome.ts";
import type { Runner } from "./runner.ts";
import type { Execution } from "./state.ts";

export const outline = (execution: Execution, created = false): Reply<Outline> => ({ ok: true, value: { id: execution.request.id, status: execution.status, created } });

const conflict = (detail: string): Reply<never> => ({ ok: false, code: "conflict", detail });

export async function pause(runner: Runner, execution: Execution): Promise<Reply<Outline>> {
  if (isTerminal(execution.status)) return conflict(`the execution is ${execution.status}: only one that has not ended can be paused`);
  const { id } = execution.request;
  if (runner.isRunning(id)) {
    runner.requestStop(id, "pause");
    await runner.ended(id, 30_000);
  }
  // The turn may have ended the execution meanwhile, or paused it.
  if (!isTerminal(execution.status) && execution.status !== "paused") {
    execution.status = "paused";
    execution.timers = {};
    execution.revision++;
    runner.save(execution);
    await runner.report(execution);
  }
  return outline(execution);
}

export async function resume(runner: Runner, execution: Execution): Promise<Reply<Outline>> {
  if (execution.status !== "paused") return conflict(`the execution is ${execution.status}: only a paused one can be resumed`);
  const open = runner.store.journal.open(execution.request.id);
  execution.status = waitingStatus(open);
  execution.timers = { ...waitingTimers(execution, open, Date.now()), kick: Date.now() };
  execution.revision++;
  runner.save(execution);
  void runner.run(execution);
  return outline(execution);
}

export async function cancel(runner: Runner, execution: Execution, options: { rollback: boolean; reason: string }): Promise<Reply<Outline>> {
  if (isTerminal(execution.status)) return conflict(`the execution is ${execution.status} already`);
  const { id } = execution.request;
  runner.fence(id);
  execution.error = { name: "CancelledError", code: "cancelled", message: options.reason || "cancelled" };
  execution.revision++;
  if (options.rollback) {
    execution.mode = "rollback";
    execution.status = "running";
    execution.timers = { kick: Date.now() };
    runner.save(execution);
    void runner.run(execution);
    return outline(execution);
  }
  end(execution, "cancelled", Date.now());
  runner.save(execution);
  await runner.report(execution);
  await afterEnd(runner, execution);
  return outline(execution);
}

/**
 * Goes on from the failed step, or from a named one. What had completed before stays; steps
 * asked for after the chosen one are forgotten.
 */
export async function retry(runner: Runner, execution: Execution, fromStep: string | null): Promise<Reply<Outline>> {
  const { id } = execution.request;
  if (fromStep === null && !["failed", "stalled", "cancelled"].includes(execution.status)) {
    return conflict(`the execution is ${execution.status}: only one that failed, stalled or was cancelled can be retried; name a step to begin again from there`);
  }
  const steps = runner.store.journal.steps(id);
  const plan = planRetry(steps, execution.error, fromStep, Date.now());
  if (!plan) return { ok: false, code: "not-found", detail: `the execution has no step "${fromStep}"; its steps are ${steps.slice(0, 20).map(({ key }) => key).join(", ")}` };
  runner.fence(id);
  // Whatever still waits afterwards is announced anew.
  await runner.outside.tend(execution, []);
  execution.mode = "run";
  execution.status = "running";
  execution.error = null;
  execution.output = null;
  execution.divergence = null;
  execution.completedAt = null;
  execution.crashes = 0;
  // The time it may take begins anew.
  execution.timeoutAt = Date.now() + (execution.timeoutAt - execution.request.createdAt);
  execution.revision++;
  if (fromStep !== null) execution.generation++;
  execution.timers = { kick: Date.now() };
  runner.save(execution, () => {
    const { journal } = runner.store;
    journal.keepOnly(id, plan.keeps);
    if (plan.reopened.length > 0) journal.append(id, JSON.stringify(plan.reopened.map(toRow)));
  });
  await runner.children.retryOpen(execution);
  void runner.run(execution);
  return outline(execution);
}
