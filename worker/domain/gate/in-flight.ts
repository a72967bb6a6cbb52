/**
 * Which executions a new version concerns.
 * @module
 */
import type { ExecutionStatus, ExecutionSummary } from "../../../sdk/schema/execution.ts";
import type { ObjectsPort } from "../ports.ts";
import { unwrap } from "../reply.ts";

/** Begun and not ended. One that is queued begins with the version it was queued for. */
export const inFlightStatuses: readonly ExecutionStatus[] = ["running", "waiting", "pending_approval", "sleeping", "paused", "stalled"];

/** How many of each workflow. */
export async function countInFlight(objects: ObjectsPort, tenant: string): Promise<Map<string, number>> {
  const totals = new Map<string, number>();
  for (const { workflow_id, status, count } of await objects.hub(tenant).counts()) {
    if (inFlightStatuses.includes(status)) totals.set(workflow_id, (totals.get(workflow_id) ?? 0) + count);
  }
  return totals;
}

/** The newest of any of these statuses, at most `limit`. */
export async function newestOf(objects: ObjectsPort, tenant: string, workflowId: string, statuses: readonly ExecutionStatus[], limit: number): Promise<ExecutionSummary[]> {
  const pages = await Promise.all(statuses.map((status) => unwrap(objects.hub(tenant).list({ workflowId, status, limit }))));
  return pages
    .flatMap(({ data }) => data)
    .sort((one, other) => (one.created_at < other.created_at ? 1 : -1))
    .slice(0, limit);
}
