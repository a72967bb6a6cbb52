/**
 * What a test's execution is made of and needs of the test around it.
 * @module
 */
import type { ErrorRecord, ExecutionStatus, Trigger } from "../schema/execution.ts";
import type { ActReply, StepRecord } from "../schema/journal.ts";
import type { Limits } from "../schema/limits.ts";
import type { Frame, Program } from "../runtime/ports.ts";
import type { TurnClock, VirtualClock } from "./clock.ts";
import type { Journal } from "./journal.ts";

export interface Start {
  id: string;
  workflowId: string;
  /** Encoded. */
  input: string;
  trigger: Trigger;
  version: number;
  createdAt: number;
  /** ms; null: no limit. */
  timeoutMs: number | null;
  parent: { stepKey: string } | null;
}

/** What an execution needs of the test around it. */
export interface HostPorts {
  clock: VirtualClock;
  program: Program;
  /** A VariablesSnapshot as JSON. */
  variables: string;
  /** Sends a request of the step `step`. */
  fetch(request: Request, host: Execution, step: string): Promise<Response>;
  /** What a step has the platform do, once for a key. */
  act(action: string, params: string, key: string): ActReply | Promise<ActReply>;
  /** Starts the child of an open invoke step; returns its id. */
  startChild(host: Execution, step: StepRecord): string;
  /** Nobody waits for this child any more. */
  dropChild(host: Execution, child: string): void;
  /** The execution has ended. */
  ended(host: Execution): void;
  /** Something has happened. */
  activity(): void;
  /** Something has become durable. */
  committed?(host: Execution): void;
  /** Crashes on demand, before or after a commit takes effect; or after a turn's end. */
  fault?(point: "before-commit" | "after-commit" | "turn-end", host: Execution): boolean;
  /** Limits other than the platform's. */
  limits?: Partial<Limits>;
}

/** An execution as its surroundings see it. */
export interface Execution {
  readonly start: Start;
  readonly journal: Journal;
  readonly status: ExecutionStatus;
  readonly era: string;
}

/** What is durable of an execution beside its journal. */
export interface ExecutionState {
  status: ExecutionStatus;
  error: ErrorRecord | null;
  run: number;
  /** One more after every retry from a named step: effects get fresh idempotency keys. */
  generation: number;
  /** How often it was retried. */
  retries: number;
  mode: "run" | "rollback";
  /** Encoded. */
  input: string;
  /** A pause was asked for; it begins at the next step boundary. */
  pausing: boolean;
  /** ms since the epoch; null: no limit. */
  timeoutAt: number | null;
}

export function newState({ input, createdAt, timeoutMs }: Start): ExecutionState {
  return { status: "running", error: null, run: 1, generation: 1, retries: 0, mode: "run", input, pausing: false, timeoutAt: timeoutMs === null ? null : createdAt + timeoutMs };
}

/** A turn under way. */
export interface Current {
  fenced: boolean;
  seq: number;
  wake: Array<() => void>;
  clock: TurnClock;
  turn: Frame["turn"] | null;
}

/** The process that held the turn is gone. */
export class TurnOver extends Error {
  override readonly name = "TurnOver";
}

export function waitingStatus(open: readonly StepRecord[]): ExecutionStatus {
  const waiting = open.filter(({ status }) => status === "waiting");
  if (waiting.some(({ kind }) => kind === "approval")) return "pending_approval";
  if (waiting.some(({ kind }) => kind === "event" || kind === "invoke")) return "waiting";
  return "sleeping";
}
