/**
 * The task after this one, of those that recur: one row at a time is open. Those whose time has
 * passed by then are skipped; nobody does yesterday's stand-up.
 * @module
 */
import { newId } from "../../../db/ids.ts";
import type { RecordRow } from "../../../db/schema/record-tables.ts";
import { daysBetween, daysLater, horizonDays, recurrences } from "./recurrence.ts";
import { fewer, parseRule } from "./rule-text.ts";
import { dayMs } from "./wall-clock.ts";

/** The times of a task; they move together. */
const times = ["starts_at", "ends_at", "due_at", "remind_at"] as const;

/** What the series goes by: when it begins, or when it has to be done. */
export function anchorOf(row: RecordRow): number | null {
  return ((row["starts_at"] ?? row["due_at"]) as number | null) ?? null;
}

/** The task's times as many of its days later as there are from its anchor to `at`. */
export function movedTo(row: RecordRow, at: number): Record<(typeof times)[number], number | null> {
  const timezone = String(row["timezone"]);
  const days = daysBetween(anchorOf(row) ?? at, at, timezone);
  const moved = (name: (typeof times)[number]): number | null => {
    const value = (row[name] ?? null) as number | null;
    return value === null ? null : daysLater(value, days, timezone);
  };
  return { starts_at: moved("starts_at"), ends_at: moved("ends_at"), due_at: moved("due_at"), remind_at: moved("remind_at") };
}

/** Null: it does not recur, or this was the last. */
export function nextOf(row: RecordRow, now: number): RecordRow | null {
  const [text, anchor, timezone] = [row["recurrence"], anchorOf(row), String(row["timezone"])];
  if (typeof text !== "string" || anchor === null) return null;
  const rule = parseRule(text);
  if ("fault" in rule) return null;
  const from = Math.max(anchor + 1, now);
  const [next] = recurrences({ rule, anchor, timezone }, from, from + horizonDays * dayMs, 1);
  const left = next && fewer(text, rule, next.nth);
  if (!next || !left) return null;
  return { ...row, id: newId(now), version: 0, ...movedTo(row, next.at), recurrence: left, status: "open", completed_at: null, series_id: row["series_id"] ?? row.id, created_at: now, updated_at: now, deleted_at: null, merged_into: null };
}
