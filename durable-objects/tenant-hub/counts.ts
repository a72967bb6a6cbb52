import type { ExecutionStatus } from "../../sdk/schema/execution.ts";

export interface Count {
  workflow_id: string;
  status: ExecutionStatus;
  count: number;
  /** When the last of them began. */
  last_at: string;
}

export const countsQuery =
  "SELECT workflow_id, status, COUNT(*) AS count, MAX(created_at) AS last_at FROM executions INDEXED BY by_workflow_status GROUP BY workflow_id, status";

/** Counted on demand from an index that covers the question: there is no counter to drift. */
export function counts(sql: SqlStorage): Count[] {
  return sql
    .exec<{ workflow_id: string; status: ExecutionStatus; count: number; last_at: number }>(countsQuery)
    .toArray()
    .map((row) => ({ ...row, last_at: new Date(row.last_at).toISOString() }));
}
