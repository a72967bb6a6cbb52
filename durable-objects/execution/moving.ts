/**
 * Moving an execution to another version: rehearsed and changed while no turn can begin.
 *
 * Invariant: an execution runs on a bundle that its whole history was followed by.
 * @module
 */
import { setTimer } from "../lib/timers.ts";
import type { Candidate, Moved, Reply } from "./contract.ts";
import { isTerminal, waitingStatus, waitingTimers } from "./outcome.ts";
import { rehearse } from "./rehearsal.ts";
import type { Runner } from "./runner.ts";
import type { Execution } from "./state.ts";

/** How long a turn under way is waited for, ms. */
const patienceMs = 2_000;

export async function move(runner: Runner, execution: Execution, to: Candidate): Promise<Reply<Moved>> {
  const { request } = execution;
  const { id } = request;
  const answer = (result: Moved["result"], rehearsal: Moved["rehearsal"] = null): Reply<Moved> => ({ ok: true, value: { result, rehearsal, version: execution.request.version } });
  if (to.workflowId !== request.workflowId) return { ok: false, code: "conflict", detail: `the execution is one of workflow "${request.workflowId}", not of "${to.workflowId}"` };
  if (request.bundle === to.bundle && request.version === to.version) return answer("moved");
  if (runner.isRunning(id)) await runner.ended(id, patienceMs);
  if (isTerminal(execution.status)) return answer("ended");
  const held = execution.stored ? runner.hold(id) : null;
  if (!held) return answer("busy");
  try {
    const rehearsal = await rehearse(runner, execution, to);
    // Nothing is awaited from here on. Whoever cancelled it or began it again meanwhile has the turn fenced.
    if (held.fenced) return answer(isTerminal(execution.status) ? "ended" : "busy");
    if (rehearsal.verdict !== "same") return answer("kept", rehearsal);
    change(runner, execution, to);
    await runner.report(execution);
    return answer("moved", rehearsal);
  } finally {
    runner.release(id, held);
    // What came meanwhile found no turn to begin; and one that was asked to pause stays where it is.
    if (!held.fenced && held.stop === null && !isTerminal(execution.status) && !["paused", "stalled"].includes(execution.status)) void runner.run(execution);
  }
}

function change(runner: Runner, execution: Execution, { bundle, version }: Candidate): void {
  const { request } = execution;
  const now = Date.now();
  const message = `moved from version ${request.version} to version ${version}`;
  execution.moved = [...execution.moved, request.version];
  execution.request = { ...request, bundle, version };
  execution.crashes = 0;
  execution.revision++;
  if (execution.status === "stalled") {
    const open = runner.store.journal.open(request.id);
    execution.status = waitingStatus(open);
    execution.divergence = null;
    execution.timers = waitingTimers(execution, open, now);
  }
  // The first turn of the new code; begun by the alarm if the process dies before it does.
  if (execution.status !== "paused") execution.timers = setTimer(execution.timers, "kick", now);
  runner.save(execution, () => runner.store.note(request.id, { at: now, level: "info", message, step: null }));
}
