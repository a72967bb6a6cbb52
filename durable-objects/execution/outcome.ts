/**
 * How a turn's outcome changes an execution. Pure: state in, state out.
 * @module
 */
import { terminalStatuses, type ExecutionStatus } from "../../sdk/schema/execution.ts";
import type { Outcome } from "../../sdk/schema/journal.ts";
import { setTimer, type Timers } from "../lib/timers.ts";
import { type Execution, needsTending, type OpenStep } from "./state.ts";

/** How long a process may be silent before a turn is taken up again, ms. */
export const leaseMs = 5_000;
/** How soon the index hears again of an end whose report may have been lost. */
const reportAgainMs = 5_000;
/** How often the children of a waiting execution are asked again. */
export const childPollMs = 30_000;

export function isTerminal(status: ExecutionStatus): boolean {
  return terminalStatuses.includes(status);
}

export function applyOutcome(execution: Execution, outcome: Outcome, open: OpenStep[], now: number): void {
  execution.revision++;
  execution.crashes = 0;
  switch (outcome.type) {
    case "completed":
      execution.output = outcome.output;
      return end(execution, "completed", now);
    case "failed":
      execution.error = outcome.error;
      return end(execution, "failed", now);
    case "cancelled":
      return end(execution, "cancelled", now);
    case "stalled":
      execution.status = "stalled";
      execution.divergence = outcome.divergence;
      execution.timers = {};
      return;
    case "paused":
      execution.status = "paused";
      execution.timers = {};
      return;
    case "continued":
      execution.run++;
      execution.variables = null;
      execution.firstInput ??= execution.request.input;
      execution.request = { ...execution.request, input: outcome.input };
      execution.timers = withTimeout(execution, { lease: now + leaseMs });
      return;
    case "suspended":
      execution.status = waitingStatus(open);
      execution.timers = waitingTimers(execution, open, now);
  }
}

export function end(execution: Execution, status: ExecutionStatus, now: number): void {
  // The first report of an execution is repeated by the index itself; later ones by this timer.
  execution.timers = execution.stored ? { report: now + reportAgainMs } : {};
  execution.status = status;
  execution.completedAt = now;
}

function withTimeout(execution: Execution, timers: Timers): Timers {
  return setTimer(timers, "timeout", execution.timeoutAt);
}

/** A turn is running: only its lease may begin another, and only if the process dies. */
export function underWay(timers: Timers, now: number): Timers {
  return setTimer(setTimer(setTimer(timers, "wake", null), "kick", null), "lease", now + leaseMs);
}

export function waitingTimers(execution: Execution, open: OpenStep[], now: number): Timers {
  let wake: number | null = null;
  for (const { due, status } of open) if (status !== "cancelled" && due !== null && (wake === null || due < wake)) wake = due;
  const children = open.some(needsTending);
  return withTimeout(execution, setTimer(setTimer({}, "wake", wake), "children", children ? now + childPollMs : null));
}

export function waitingStatus(open: OpenStep[]): ExecutionStatus {
  const waiting = open.filter(({ status }) => status === "waiting");
  if (waiting.some(({ kind }) => kind === "approval")) return "pending_approval";
  if (waiting.some(({ kind }) => kind === "event" || kind === "invoke")) return "waiting";
  return "sleeping";
}
