/**
 * Rehearsals: a recorded history is followed by other code, and nothing new is carried out.
 * The turn ends where the history does (`TurnInput.rehearse`); what its outcome means is said
 * here.
 *
 * Invariant: a rehearsal asks its host for nothing but recorded values. No step's code runs.
 * @module
 */
import type { ErrorRecord, ExecutionStatus } from "../schema/execution.ts";
import type { Outcome, StepRecord } from "../schema/journal.ts";
import type { Difference, Rehearsal } from "../schema/rehearsal.ts";
import { stepTitle } from "./history.ts";

/** How the execution whose history it is stands. */
export interface Past {
  status: ExecutionStatus;
  steps: readonly StepRecord[];
  error: ErrorRecord | null;
  /** Whether this output is the one it ended with. */
  isOutput(output: string): boolean;
}

/** Ends that came from outside of the code: a replay does not come to them. */
const fromOutside: ReadonlySet<string | undefined> = new Set(["execution-timeout", "turn-crashed", "step-limit", "cpu-limit", "memory-limit", "regex-limit"]);
const resting: ReadonlySet<ExecutionStatus> = new Set(["sleeping", "waiting", "pending_approval", "paused"]);

/** @returns what the outcome of a rehearsal says of code and history */
export function compareRehearsal(outcome: Outcome, past: Past): Rehearsal {
  const { steps } = past;
  const same: Rehearsal = { verdict: "same", steps: steps.length, at: null, error: null };
  const differs = (position: number, expected: string, found: string): Rehearsal => ({ ...same, verdict: "differs", at: { position, expected, found, where: whereIn(steps, position) } });
  const end = endOf(past);
  const waits = resting.has(past.status) ? openTitles(steps) : "";
  switch (outcome.type) {
    case "stalled": {
      const { at, expected, found } = outcome.divergence;
      if (at > 0) return differs(at, expected, found);
      return end === null ? same : differs(0, end, found);
    }
    case "suspended":
    case "paused":
    case "cancelled":
      return end === null ? same : differs(0, end, `waiting for ${openTitles(steps) || "something"}`);
    case "continued":
      if (end !== null) return differs(0, end, "continueAsNew");
      return waits === "" ? same : differs(0, `waiting for ${waits}`, "continueAsNew");
    case "completed":
      if (end === null) return waits === "" ? same : differs(0, `waiting for ${waits}`, "the end of the workflow");
      if (past.status !== "completed") return differs(0, end, "the end of the workflow");
      return past.isOutput(outcome.output) ? same : differs(0, "the same output", "another output");
    case "failed": {
      const { error } = outcome;
      if (end !== null && past.status === "failed") return titleOf(error) === titleOf(past.error) ? same : differs(0, end, titleOf(error));
      return { ...same, verdict: "failed", at: { position: 0, expected: end ?? (waits === "" ? "the next step" : `waiting for ${waits}`), found: titleOf(error), where: whereIn(steps, 0) }, error };
    }
  }
}

/** The end that a replay has to come to; null when it has to come to none. */
function endOf({ status, error }: Past): string | null {
  if (status === "completed") return "the end of the workflow";
  return status === "failed" && !fromOutside.has(error?.code) ? titleOf(error) : null;
}

function titleOf(error: ErrorRecord | null): string {
  return error === null ? "an error" : `${error.name}: ${error.message}`.slice(0, 1_000);
}

function openTitles(steps: readonly StepRecord[]): string {
  const open = steps.filter(({ ended, status }) => ended === null && status !== "cancelled");
  return open.slice(0, 3).map(stepTitle).join(", ") + (open.length > 3 ? ", …" : "");
}

/** @param position 0: at the end */
function whereIn(steps: readonly StepRecord[], position: number): Difference["where"] {
  let [last, title] = [0, "at the beginning"];
  for (const step of steps) {
    for (const [ordinal, what] of [[step.started, "after asking for"], [step.ended, "after"]] as const) {
      if (ordinal === null || ordinal <= last || (position > 0 && ordinal >= position)) continue;
      [last, title] = [ordinal, `${what} ${stepTitle(step)}`];
    }
  }
  return title;
}
