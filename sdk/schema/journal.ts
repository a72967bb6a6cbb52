/**
 * The turn protocol: what travels between the object that owns an execution and the
 * isolate that runs its code. Rows are positional tuples inside one JSON string, which is
 * stored as it comes: writing a batch and reading a journal cost next to nothing per row.
 *
 * Invariants
 * 1. `started` and `ended` ordinals come from one counter per execution: sorted, they are
 *    the linear history that a replay follows.
 * 2. A row is only ever replaced by a later state of the same step; ordinals never change.
 * 3. Values (`output`, `input`, `payload`) are strings made by ./codec.ts and opaque to
 *    everyone but the isolate and the views.
 * @module
 */
import type { ApprovalRequest } from "./approval.ts";
import type { EventFilter } from "./filter.ts";
import type { Limits } from "./limits.ts";
import type { ErrorRecord, StepKind, StepStatus, Trigger } from "./execution.ts";

export interface StepRecord {
  key: string;
  name: string;
  count: number;
  kind: StepKind;
  status: StepStatus;
  /** Ordinal at which the workflow asked for the step. */
  started: number;
  /** Ordinal at which its outcome was handed to the workflow; null while open. */
  ended: number | null;
  /** Attempts made so far. */
  attempt: number;
  /** Milliseconds since the epoch. */
  startedAt: number;
  endedAt: number | null;
  /** When to wake: a sleep's end, the next attempt, a wait's timeout. */
  due: number | null;
  output: string | null;
  error: ErrorRecord | null;
  /** By kind: event `{type}`, invoke `{workflow,input,child}`, approval request, … */
  detail: StepDetail | null;
}

export interface StepDetail {
  /** event: the awaited type. */
  type?: string;
  /** event: it waits for the tenant's own events, those that this filter matches; absent, for what is sent to the execution. */
  match?: EventFilter;
  /** invoke: the child's workflow id, its input (encoded) and execution id. */
  workflow?: string;
  input?: string;
  child?: string;
  /** approval: what is asked, of whom. */
  approval?: ApprovalRequest;
  /** The output must not be shown. */
  sensitive?: boolean;
  /** A rollback handler was registered with the step. */
  rollback?: boolean;
  /** continueAsNew and re-runs: effects get fresh idempotency keys. */
  generation?: number;
  /** A re-run copied that it was asked for, and not how it ended: it begins anew, as the code says now. */
  again?: true;
  /** Requests of its attempts that may have had an effect, as `POST api.example.com`; the first few. */
  sent?: string[];
}

export type StepRow = [
  key: string,
  name: string,
  count: number,
  kind: StepKind,
  status: StepStatus,
  started: number,
  ended: number | null,
  attempt: number,
  startedAt: number,
  endedAt: number | null,
  due: number | null,
  output: string | null,
  error: string | null,
  detail: string | null,
];

export function toRow(step: StepRecord): StepRow {
  return [
    step.key,
    step.name,
    step.count,
    step.kind,
    step.status,
    step.started,
    step.ended,
    step.attempt,
    step.startedAt,
    step.endedAt,
    step.due,
    step.output,
    step.error === null ? null : JSON.stringify(step.error),
    step.detail === null ? null : JSON.stringify(step.detail),
  ];
}

export function fromRow(row: StepRow): StepRecord {
  return {
    key: row[0],
    name: row[1],
    count: row[2],
    kind: row[3],
    status: row[4],
    started: row[5],
    ended: row[6],
    attempt: row[7],
    startedAt: row[8],
    endedAt: row[9],
    due: row[10],
    output: row[11],
    error: row[12] === null ? null : (JSON.parse(row[12]) as ErrorRecord),
    detail: row[13] === null ? null : (JSON.parse(row[13]) as StepDetail),
  };
}

/** Something that arrived from outside, to be consumed in order of `seq`. */
export interface Signal {
  seq: number;
  /** `event:<type>`, `wait:<step key>`, `approval:<step key>` or `child:<step key>`. */
  channel: string;
  /** Encoded value. */
  payload: string;
  receivedAt: number;
}

export interface LogRow {
  at: number;
  level: "debug" | "info" | "warn" | "error";
  message: string;
  step: string | null;
}

export interface Batch {
  /** JSON array of {@link StepRow}. */
  steps: string;
  /** Signals handed to the workflow. */
  consumed: number[];
  logs: LogRow[];
}

export interface TurnInput {
  executionId: string;
  workflowId: string;
  /** Counts the turns of the execution: commits of an older turn are refused. */
  turn: number;
  /** 1, and one more after every continueAsNew. */
  run: number;
  /** Part of idempotency keys: one more after every deliberate restart. */
  generation: number;
  version: number;
  createdAt: number;
  now: number;
  trigger: Trigger;
  /** Encoded. */
  input: string;
  /** JSON array of {@link StepRow}; of several with one key the last one counts. */
  steps: string;
  signals: Signal[];
  /** `rollback`: the execution is being cancelled, run the handlers of what completed. */
  mode: "run" | "rollback";
  /** The execution is already on disk: the first effect need not wait for that. */
  durable: boolean;
  limits: Limits;
  /** What the execution sees of its tenant's variables, as JSON (`VariablesSnapshot` of ./variable.ts); absent before its code was seen to ask. */
  variables?: string | null;
  test?: TestRun | null;
  /** What random numbers between steps follow from; the execution and its run when left out. */
  seed?: string;
  /** Only the history is followed: no step is carried out, nothing is committed. See rehearsed.ts of the runtime. */
  rehearse?: true;
}

/** A run with sample data: encoded results by step name; `only` is the step it ends with. */
export interface TestRun {
  samples: Record<string, string>;
  only: string | null;
}

export interface Divergence {
  /** Ordinal in the history. */
  at: number;
  expected: string;
  found: string;
  hint: string;
}

export type Outcome =
  | { type: "completed"; output: string }
  | { type: "failed"; error: ErrorRecord }
  | { type: "cancelled" }
  | { type: "suspended" }
  | { type: "paused" }
  | { type: "continued"; input: string }
  | { type: "stalled"; divergence: Divergence };

export interface TurnResult {
  outcome: Outcome;
  /** What no commit has carried home yet. */
  batch: Batch;
}

export interface CommitReply {
  /** The turn should end at the next step boundary. */
  stop: "pause" | null;
}

/** What arrived while a turn is under way. */
export interface News {
  signals: Signal[];
  now: number;
  stop: "pause" | null;
}

/** The one capability an isolate holds for an execution. */
export interface HostPort {
  /** Makes everything in `batch` durable before it returns. */
  commit(turn: number, batch: Batch): Promise<CommitReply>;
  /** Resolves when a signal after `seq` is there, or at `due`, or when the turn should stop. */
  news(turn: number, seq: number, due: number | null): Promise<News>;
  /** What {@link TurnInput.variables} will have from now on; durable with the next batch. */
  variables(turn: number): Promise<string>;
  /** Stores a large value; the returned reference goes into the journal. */
  spill(turn: number, bytes: Uint8Array): Promise<string>;
  unspill(reference: string): Promise<Uint8Array>;
  /**
   * Has the platform do something on its own data, exactly once for a `key` of this execution.
   * @param params encoded, as the result is
   */
  act(turn: number, action: string, params: string, key: string): Promise<ActReply>;
}

/** A refusal comes as a value: errors lose their class on the way. */
export type ActReply = { ok: true; value: string } | { ok: false; code: string; detail: string; /** Trying again may help. */ retryable: boolean };
