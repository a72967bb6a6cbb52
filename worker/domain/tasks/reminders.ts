/**
 * When the assignee of a task is told: rows beside the task, so that telling somebody changes
 * nothing that others may be about to change. A row is there until it was told, or the task is
 * over.
 * @module
 */
import { among } from "../../../db/among.ts";
import type { RecordRow } from "../../../db/schema/record-tables.ts";
import { taskReminders } from "../../../db/schema/tasks.ts";
import type { Statement, TenantDb } from "../../../db/tenant-db.ts";

export const isOpen = (row: RecordRow): boolean => row.deleted_at === null && (row["status"] === "open" || row["status"] === "in_progress");

/** At the reminder, or when it is due; null: nobody is told. */
function toldAt(row: RecordRow): number | null {
  return isOpen(row) ? (((row["remind_at"] ?? row["due_at"]) as number | null) ?? null) : null;
}

/** What changes about it. What is past already was told, or is told to nobody. */
export function remindersOf({ db, now }: { db: TenantDb; now: number }, changes: readonly { before: RecordRow | null; after: RecordRow }[]): Statement[] {
  const differing = changes.filter(({ before, after }) => (before === null ? null : toldAt(before)) !== toldAt(after));
  const old = differing.flatMap(({ before }) => (before === null ? [] : [before.id]));
  const rows = differing.flatMap(({ after }) => {
    const at = toldAt(after);
    return at !== null && at > now ? [{ task_id: after.id, at }] : [];
  });
  return [...(old.length > 0 ? [db.delete(taskReminders, among(taskReminders.task_id, old))] : []), ...(rows.length > 0 ? [db.insertMany(taskReminders, rows)] : [])];
}
