/**
 * What the rest of the platform may ask of the object that owns executions. Every call
 * names tenant and execution; an execution of another tenant is answered as not found.
 * Refusals come back as values because errors lose their class over RPC.
 * @module
 */
import type { ExecutionStatus, ExecutionView, LogEntry, Trigger } from "../../sdk/schema/execution.ts";
import type { TestRun } from "../../sdk/schema/journal.ts";
import type { ProblemCode } from "../../sdk/schema/problem.ts";
import type { Rehearsal } from "../../sdk/schema/rehearsal.ts";
import type { Copied, Fork, ForkRequest } from "./forks.ts";

export interface StartRequest {
  tenant: string;
  id: string;
  workflowId: string;
  /** SHA-256 of the bundle, hex. */
  bundle: string;
  version: number;
  trigger: Trigger;
  /** Encoded by sdk/schema/codec. */
  input: string;
  /** ms; null = the platform's longest. */
  timeoutMs: number | null;
  createdAt: number;
  parent: { id: string; stepKey: string } | null;
  /** Set for a test run. */
  test?: TestRun;
  /** An execution that is there already with this id is only given back when its input is the same. */
  inputMustMatch?: boolean;
  /** It was cancelled while it waited its turn, and why: it ends before it begins. */
  cancelled?: string;
  /** How often the index started it again because nothing was heard of it. */
  restarts?: number;
}

export type Reply<T> = { ok: true; value: T } | { ok: false; code: ProblemCode; detail: string };

export interface Outline {
  id: string;
  status: ExecutionStatus;
  /** False when the execution existed already. */
  created: boolean;
}

/** How an execution began: what another one needs to begin in the same way. */
export type Origin = Pick<StartRequest, "workflowId" | "trigger" | "input" | "test">;

/** What of given texts an execution holds, or held. */
export interface Mentioned {
  status: ExecutionStatus;
  /** How often they were met. */
  count: number;
  /** They are not there any more; false for one that has not ended. */
  erased: boolean;
}

/** Code that an execution may be followed by, or go on with. */
export interface Candidate {
  workflowId: string;
  bundle: string;
  version: number;
}

/** `kept`: it stays where it is, because the rehearsal found a difference. `busy`: a turn is under way, ask again. */
export interface Moved {
  result: "moved" | "kept" | "busy" | "ended";
  rehearsal: Rehearsal | null;
  /** The one it runs on now. */
  version: number;
}

/** `end`: without the steps, for callers that only want to know how it ended. */
export type Detail = "whole" | "end";

export interface ExecutionObject {
  /**
   * Durable when it returns; the first turn runs on by itself. Starting twice is a no-op, or
   * refused (`idempotency-key-reused`) when the request says that the inputs must be the same.
   */
  start(request: StartRequest): Promise<Reply<Outline>>;
  /** Starts and returns at the end, or when `waitMs` have passed or the execution waits for something. */
  run(request: StartRequest, waitMs: number, detail?: Detail): Promise<Reply<ExecutionView>>;
  /** Returns at the next end or after `waitMs`; `waitMs` 0 answers at once. */
  get(tenant: string, id: string, waitMs: number, detail?: Detail): Promise<Reply<ExecutionView>>;
  origin(tenant: string, id: string): Promise<Reply<Origin>>;
  /** Has it tell of its steps for a while, with `tell` also of those there are. False for one that has ended, or is not here. */
  watch(tenant: string, id: string, tell: boolean): Promise<boolean>;
  logs(tenant: string, id: string, after: number, limit: number): Promise<Reply<LogEntry[]>>;
  /** Buffers an event; `dedupe` makes a second delivery a no-op. */
  send(tenant: string, id: string, type: string, payload: string, dedupe: string | null): Promise<Reply<{ accepted: boolean }>>;
  /** An event of the tenant, for a step that waits for such; not accepted when it does not wait any more. */
  deliver(tenant: string, id: string, stepKey: string, payload: string, dedupe: string): Promise<Reply<{ accepted: boolean }>>;
  /** A child of this execution has ended; `payload` is its outcome, encoded. Not accepted when nobody waits for it. */
  childEnded(tenant: string, id: string, child: { id: string; stepKey: string }, payload: string, dedupe: string): Promise<Reply<{ accepted: boolean }>>;
  /** An approval's outcome (ApprovalSignal, encoded). The very same again is a no-op, accepted: false; any other is refused. */
  decide(tenant: string, id: string, stepKey: string, decision: string): Promise<Reply<{ accepted: boolean }>>;
  pause(tenant: string, id: string): Promise<Reply<Outline>>;
  resume(tenant: string, id: string): Promise<Reply<Outline>>;
  cancel(tenant: string, id: string, options: { rollback: boolean; reason: string }): Promise<Reply<Outline>>;
  /** Continues from the failed (or the named) step; later steps are forgotten. */
  retry(tenant: string, id: string, fromStep: string | null): Promise<Reply<Outline>>;
  /** Follows its history with other code; nothing is carried out, and it goes on meanwhile. */
  rehearse(tenant: string, id: string, to: Candidate): Promise<Reply<Rehearsal>>;
  /** Has it go on with other code, if that follows its history. A second time is a no-op. */
  move(tenant: string, id: string, to: Candidate): Promise<Reply<Moved>>;
  /** What a re-run from a step would begin with; unless `dry`, with what it takes to begin it. It stays as it is. */
  fork(tenant: string, id: string, request: ForkRequest): Promise<Reply<Fork>>;
  /**
   * Begins an execution with a copied history. Durable when it returns; a second time is a no-op,
   * or refused (`idempotency-key-reused`) when something else was asked for.
   * @param copied null: only one that is there already is given back
   */
  adopt(request: StartRequest, digest: string, copied: Copied | null): Promise<Reply<Outline>>;
  /** Looks for texts in everything that is kept of an execution; of one that has ended, takes them out unless `dry`. */
  redact(tenant: string, id: string, texts: string[], dry: boolean): Promise<Reply<Mentioned>>;
  /** Forgets an execution, running or not; an object without any is emptied. False for one that is not here. */
  erase(tenant: string, id: string): Promise<boolean>;
  /** Everything of an execution as JSON, for {@link ExecutionObject.restore}. */
  dump(tenant: string, id: string): Promise<Reply<string>>;
  /** Puts one back; one that had not ended is paused. Refused (`conflict`) for an id that is taken. */
  restore(tenant: string, id: string, dump: string): Promise<Reply<Outline>>;
}
