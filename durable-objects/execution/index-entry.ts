/**
 * An execution as the tenant's index keeps it.
 * @module
 */
import type { IndexEntry } from "../tenant-hub/contract.ts";
import { isTerminal } from "./outcome.ts";
import type { Execution } from "./state.ts";

export function indexEntry(execution: Execution): IndexEntry {
  const { request } = execution;
  return {
    id: request.id,
    workflowId: request.workflowId,
    version: request.version,
    status: execution.status,
    trigger: request.trigger.kind,
    parentId: request.parent?.id ?? null,
    createdAt: request.createdAt,
    completedAt: execution.completedAt,
    errorMessage: execution.error?.message ?? execution.divergence?.found ?? null,
    revision: execution.revision,
    start: execution.stored ? null : JSON.stringify(request),
    ...(isTerminal(execution.status) ? { cause: { tenant: request.tenant, chain: request.trigger.chain ?? [] } } : {}),
  };
}
