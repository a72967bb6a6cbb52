import type { ExecutionStatus, ExecutionSummary, TriggerKind } from "../../sdk/schema/execution.ts";

/** What a list reads of a row; it was written from an IndexEntry. */
export type SummaryRow = {
  id: string;
  workflow_id: string;
  version: number;
  status: ExecutionStatus;
  trigger: TriggerKind;
  parent_id: string | null;
  created_at: number;
  completed_at: number | null;
  error_message: string | null;
};

/** A list never reads the start requests. */
export const summaryColumns = "id, workflow_id, version, status, trigger, parent_id, created_at, completed_at, error_message";

export function toSummary(row: SummaryRow): ExecutionSummary {
  return {
    id: row.id,
    workflow_id: row.workflow_id,
    version: row.version,
    status: row.status,
    trigger: row.trigger,
    parent_id: row.parent_id,
    created_at: new Date(row.created_at).toISOString(),
    completed_at: row.completed_at === null ? null : new Date(row.completed_at).toISOString(),
    duration_ms: row.completed_at === null ? null : row.completed_at - row.created_at,
    error_message: row.error_message,
  };
}
