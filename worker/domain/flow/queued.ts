/**
 * Executions that wait their turn, as lists and views show them.
 * @module
 */
import type { StartRequest } from "../../../durable-objects/execution/contract.ts";
import { newExecution } from "../../../durable-objects/execution/state.ts";
import { executionView } from "../../../durable-objects/execution/view.ts";
import type { IndexEntry } from "../../../durable-objects/tenant-hub/contract.ts";
import type { ExecutionView } from "../../../sdk/schema/execution.ts";

/** Revision 0: whatever its own object says of it later counts for more. */
export function queuedEntry(request: StartRequest): IndexEntry {
  return {
    id: request.id,
    workflowId: request.workflowId,
    version: request.version,
    status: "queued",
    trigger: request.trigger.kind,
    parentId: request.parent?.id ?? null,
    createdAt: request.createdAt,
    completedAt: null,
    errorMessage: null,
    revision: 0,
    start: JSON.stringify(request),
  };
}

export function queuedView(request: StartRequest, reason: string): ExecutionView {
  return { ...executionView(newExecution(request), []), status: "queued", status_reason: reason };
}
