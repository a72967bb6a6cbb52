/**
 * Writing the index. Puts may arrive late, twice or in any order:
 *
 * 1. A higher revision replaces the row and ends its `start`: the execution's object has it.
 * 2. A lower revision changes nothing.
 * 3. At the same revision the object's word (`start` null) replaces the row, and the one that
 *    registered it (`start` given) does not: starting twice returns the first.
 * 4. One that is queued waits its turn, at revision 0: whatever comes later replaces it, with
 *    its `start` if its object has not got it yet.
 * 5. The object's word counts as news of the execution for the repair (see repair.ts).
 * @module
 */
import type { IndexEntry } from "./contract.ts";
import { waiting } from "./repair.ts";

/** Longer messages are cut: a page of a hundred summaries stays small. */
export const longestErrorMessage = 2_000;

const upsert = `
  INSERT INTO executions (id, workflow_id, version, status, trigger, parent_id, created_at, completed_at, error_message, revision, start, heard_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET
    workflow_id = excluded.workflow_id, version = excluded.version, status = excluded.status, trigger = excluded.trigger,
    parent_id = excluded.parent_id, created_at = excluded.created_at, completed_at = excluded.completed_at,
    error_message = excluded.error_message, revision = excluded.revision, start = CASE status WHEN 'queued' THEN excluded.start END, heard_at = excluded.heard_at
  WHERE excluded.revision > revision OR (excluded.revision = revision AND excluded.start IS NULL)`;

const touch = "UPDATE executions SET heard_at = ? WHERE id = ? AND revision = ?";

/**
 * @param now ms since the epoch.
 * @returns whether it was news: the row has changed
 */
export function put(sql: SqlStorage, entry: IndexEntry, now: number): boolean {
  const written = sql.exec(
    upsert,
    entry.id,
    entry.workflowId,
    entry.version,
    entry.status,
    entry.trigger,
    entry.parentId,
    entry.createdAt,
    entry.completedAt,
    entry.errorMessage?.slice(0, longestErrorMessage) ?? null,
    entry.revision,
    entry.start,
    entry.status === "queued" ? waiting : now,
  ).rowsWritten;
  // Being registered again is no news: whoever does it may be all that is left of it.
  if (written === 0 && entry.start === null) sql.exec(touch, now, entry.id, entry.revision);
  return written > 0;
}

/** Whether the index has heard of it. */
export function isKnown(sql: SqlStorage, id: string): boolean {
  return sql.exec("SELECT 1 FROM executions WHERE id = ?", id).toArray().length > 0;
}
