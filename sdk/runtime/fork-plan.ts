/**
 * What a re-run keeps of a history: everything whose completion the workflow had seen before
 * it asked for the chosen step. Of steps that it had asked for by then and that ended later,
 * or never, only that they were asked for is kept: they begin anew.
 *
 * Invariant: what is kept is a prefix of what happened, so the code that wrote it follows it.
 * @module
 */
import type { StepRecord } from "../schema/journal.ts";

export interface ForkPlan {
  /** The journal that the re-run begins with. */
  journal: StepRecord[];
  /** Keys of the steps that are not carried out again. */
  kept: string[];
  /** Steps of the old execution that are: those begun anew and those asked for later. */
  again: StepRecord[];
  /** Keys of kept steps that a rollback has undone. */
  undone: string[];
}

/**
 * @param steps all of the execution
 * @param from key of the step to begin again with
 * @param output stored value that stands for the step's own result; null: it is carried out again
 * @param now ms since the epoch
 * @returns null when there is no such step
 */
export function planFork(steps: readonly StepRecord[], from: string, output: string | null, now: number): ForkPlan | null {
  const own = steps.filter(({ kind }) => kind !== "rollback").sort((one, other) => one.started - other.started);
  const chosen = own.find(({ key }) => key === from);
  if (!chosen) return null;
  const at = chosen.started;
  const before = own.filter(({ started }) => started < at);
  const isSeen = ({ ended }: StepRecord): boolean => ended !== null && ended < at;
  const given = output === null ? [] : [answered(chosen, output, now)];
  const kept = [...before.filter(isSeen), ...given].map(({ key }) => key);
  const undoings = new Set(steps.filter(({ kind, status }) => kind === "rollback" && status === "completed").map(({ key }) => key));
  return {
    journal: [...before.map((step) => (isSeen(step) ? step : begunAnew(step))), ...given],
    kept,
    again: own.filter((step) => !kept.includes(step.key)),
    undone: kept.filter((key) => undoings.has(`rollback:${key}`)),
  };
}

/** When it is due, and what it waits for, is worked out when the code asks for it. */
function begunAnew(step: StepRecord): StepRecord {
  const { sent: _, ...detail } = step.detail ?? {};
  return { ...step, status: step.kind === "do" ? "running" : "waiting", ended: null, endedAt: null, due: null, attempt: 0, output: null, error: null, detail: { ...detail, again: true } };
}

function answered(step: StepRecord, output: string, now: number): StepRecord {
  const { sent: _, again: __, ...detail } = step.detail ?? {};
  return { ...step, status: "completed", ended: step.started + 1, startedAt: now, endedAt: now, due: null, output, error: null, detail: Object.keys(detail).length === 0 ? null : detail };
}
