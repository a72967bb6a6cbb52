/**
 * What may be asked of the object that decides which starts of a workflow go ahead, and when.
 * @module
 */
import type { ExecutionStatus } from "../../sdk/schema/execution.ts";
import type { FlowManifest } from "../../sdk/schema/flow.ts";
import type { ProblemCode } from "../../sdk/schema/problem.ts";
import type { Outline, Reply, StartRequest } from "../execution/contract.ts";

/** `retryMs`: after so long it makes sense to try again. */
export type FlowReply = { ok: true; value: Outline & { createdAt: number } } | { ok: false; code: ProblemCode; detail: string; retryMs: number | null };

/** A start that was accepted and has not begun. */
export interface Queued {
  request: StartRequest;
  status: Extract<ExecutionStatus, "queued">;
  /** What it waits for. */
  reason: string;
}

export interface FlowObject {
  /**
   * Durable when it returns. `created: false` when it was here before, or was joined to another,
   * whose id is then given back.
   */
  offer(request: StartRequest, flow: FlowManifest): Promise<FlowReply>;
  /** An execution that went through here has ended. May be repeated. */
  released(executionId: string): Promise<void>;
  /** Null for one that does not wait here. */
  find(executionId: string): Promise<Queued | null>;
  /** Refused (`not-found`) for one that does not wait here. */
  cancel(executionId: string, reason: string): Promise<Reply<Outline>>;
  /** Forgets everything: the tenant is gone. */
  erase(): Promise<void>;
}
