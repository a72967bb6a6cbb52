/**
 * An execution in memory.
 * @module
 */
import type { ErrorRecord, ExecutionStatus, StepKind, StepStatus } from "../../sdk/schema/execution.ts";
import type { Divergence, StepDetail } from "../../sdk/schema/journal.ts";
import type { Timers } from "../lib/timers.ts";
import type { StartRequest } from "./contract.ts";
import type { Lineage } from "./forks.ts";

export interface Execution {
  request: StartRequest;
  /** Encoded input of the first run, once continueAsNew has put another into `request`. */
  firstInput: string | null;
  status: ExecutionStatus;
  run: number;
  generation: number;
  /** One more after every change that the index should know. */
  revision: number;
  mode: "run" | "rollback";
  /** What this run sees of its tenant's variables, as JSON; null until it asks. */
  variables: string | null;
  output: string | null;
  error: ErrorRecord | null;
  divergence: Divergence | null;
  completedAt: number | null;
  /** Turns in a row that ended without an outcome. */
  crashes: number;
  timers: Timers;
  /** Versions it ran on before, the first first. */
  moved: number[];
  /** Of a re-run: what its history was copied from. */
  lineage: Lineage | null;
  /** The instant after which the execution fails. */
  timeoutAt: number;
  /** False until its row has been written. */
  stored: boolean;
  /** The tenant's index knows of it. */
  registered: boolean;
  /** False when it certainly has started no child. */
  children: boolean;
  /** False when nothing outside was certainly told that it waits. */
  outside: boolean;
  /** The revision the index was last told, in this object's lifetime. */
  reported: number;
}

/** A step that has no end yet. */
export interface OpenStep {
  key: string;
  kind: StepKind;
  /** `cancelled`: the workflow ended without it. */
  status: StepStatus;
  due: number | null;
  detail: StepDetail | null;
  /** The execution that an invoke step started. */
  child: string | null;
}

/** Stands where an invoke step has its child. */
export const announced = "announced";

/** It waits for something that comes from outside of the execution, and that has to be told of it. */
export function isOutside({ kind, detail }: Pick<OpenStep, "kind" | "detail">): boolean {
  return kind === "approval" || (kind === "event" && detail?.match !== undefined);
}

/** Something has to be asked for, or has not been told yet. */
export function needsTending({ kind, detail, status, child }: OpenStep): boolean {
  return kind === "invoke" || (status === "waiting" && child !== announced && isOutside({ kind, detail }));
}

/** An execution without a timeout of its own ends after this. */
const longestMs = 365 * 86_400_000;
/** A new execution, before its row is written. */
export function newExecution(request: StartRequest): Execution {
  return {
    request,
    firstInput: null,
    status: "running",
    run: 1,
    generation: 1,
    revision: 1,
    mode: "run",
    variables: null,
    output: null,
    error: null,
    divergence: null,
    completedAt: null,
    crashes: 0,
    moved: [],
    lineage: null,
    timers: { timeout: request.createdAt + (request.timeoutMs ?? longestMs) },
    timeoutAt: request.createdAt + (request.timeoutMs ?? longestMs),
    stored: false,
    registered: false,
    children: false,
    outside: false,
    reported: 0,
  };
}
