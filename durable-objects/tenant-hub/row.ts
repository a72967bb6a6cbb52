import type { ExecutionStatus, ExecutionSummary, TriggerKind } from "../../sdk/schema/execution.ts";
import type { IndexEntry } from "./contract.ts";

/** What a list reads of a row; every row was written from an IndexEntry. */
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

/** A whole row of `executions`, as SQLite gives it. */
export type Row = SummaryRow & { revision: number; start: string | null };

export const rowColumns = "id, workflow_id, version, status, trigger, parent_id, created_at, completed_at, error_message, revision, start";

/** A list never reads the start requests. */
export const summaryColumns = "id, workflow_id, version, status, trigger, parent_id, created_at, completed_at, error_message";

export function toEntry(row: Row): IndexEntry {
  return {
    id: row.id,
    workflowId: row.workflow_id,
    version: row.version,
    status: row.status,
    trigger: row.trigger,
    parentId: row.parent_id,
    createdAt: row.created_at,
    completedAt: row.completed_at,
    errorMessage: row.error_message,
    revision: row.revision,
    start: row.start,
  };
}

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
