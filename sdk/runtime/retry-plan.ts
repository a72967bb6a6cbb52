/**
 * What a retry makes of a journal: what had completed before the chosen step stays, the
 * chosen step and those that were cut off begin again, what was asked for later is forgotten.
 * @module
 */
import type { ErrorRecord } from "../schema/execution.ts";
import type { StepRecord } from "../schema/journal.ts";

export interface RetryPlan {
  keeps(step: Pick<StepRecord, "kind" | "started">): boolean;
  /** New states of steps that are kept. */
  reopened: StepRecord[];
}

/**
 * @param steps all of the execution, in the order they were asked for
 * @param error what the execution failed with
 * @param from key of the step to go on from; null: the one that made it fail
 * @param now ms since the epoch
 * @returns null when there is no such step
 */
export function planRetry(steps: readonly StepRecord[], error: ErrorRecord | null, from: string | null, now: number): RetryPlan | null {
  const own = steps.filter(({ kind }) => kind !== "rollback");
  const chosen = from === null ? culprit(own, error) : own.find(({ key }) => key === from);
  if (from !== null && !chosen) return null;
  const after = chosen && (from === null ? (chosen.ended ?? chosen.started) : chosen.started);
  const keeps: RetryPlan["keeps"] = ({ kind, started }) => kind !== "rollback" && (after === undefined || started < after);
  return { keeps, reopened: own.filter((step) => keeps(step) && (step.status === "cancelled" || step === chosen)).map((step) => reopen(step, now)) };
}

/** The step whose failure the execution failed with; a failure that was caught is not it. */
function culprit(steps: readonly StepRecord[], error: ErrorRecord | null): StepRecord | undefined {
  return steps.filter((step) => step.status === "failed" && step.error?.message === error?.message && step.error?.name === error?.name).at(-1);
}

function reopen(step: StepRecord, now: number): StepRecord {
  const again: StepRecord = { ...step, status: step.kind === "do" ? "running" : "waiting", ended: null, endedAt: null, error: null, attempt: 0 };
  // It waits as long again as it did.
  if (step.error?.code === "wait-timeout" && step.endedAt !== null) return { ...again, startedAt: now, due: now + step.endedAt - step.startedAt };
  return again;
}
