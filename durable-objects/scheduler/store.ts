/**
 * What the scheduler reads and writes in its SQLite. Each function is one transaction of its
 * caller, and takes the time as a value.
 * @module
 */
import type { MissedPolicy, ScheduleOptions } from "../../sdk/schema/schedule.ts";
import type { ScheduleState } from "./contract.ts";
import { dueRuns, pollAfter, retryAfter } from "./due.ts";
import type { Definition, Started } from "./ports.ts";
import { nextTime } from "./times.ts";

export const defaultMissed: MissedPolicy = "last";
/** Runs of one schedule that wait; more are left out. */
export const mostWaiting = 1_000;

export type ScheduleRow = { id: string; workflow_id: string; cron: string; timezone: string; options: string; active: number; next_at: number | null; begun: string | null };
export type Fire = { schedule_id: string; at: number; backfill: string; due: number; attempts: number };

const optionsOf = (row: Pick<ScheduleRow, "options">): ScheduleOptions => JSON.parse(row.options) as ScheduleOptions;
export const overlapOf = (row: Pick<ScheduleRow, "options">) => optionsOf(row).overlap ?? "allow";
const timingOf = (row: ScheduleRow) => ({ cron: row.cron, timezone: row.timezone, dst: optionsOf(row).dst });

/** Which tenant's it is, and the revision of its schedules that is here. */
export function stateOf(sql: SqlStorage): { tenant: string; revision: number } | null {
  return sql.exec<{ tenant: string; revision: number }>("SELECT tenant, revision FROM state").toArray()[0] ?? null;
}

/** The schedules are these from now on; what was not touched goes on as it was. */
export function replaceAll(sql: SqlStorage, tenant: string, revision: number, definitions: readonly Definition[], now: number): void {
  if ((stateOf(sql)?.revision ?? -1) >= revision) return;
  const known = new Map(sql.exec<ScheduleRow>("SELECT * FROM schedules").toArray().map((row) => [row.id, row]));
  for (const { id, workflowId, cron, timezone, options, active } of definitions) {
    const before = known.get(id);
    known.delete(id);
    const text = JSON.stringify(options);
    const same = before !== undefined && before.options === text && before.active === Number(active);
    if (same) continue;
    const next = active ? nextTime({ cron, timezone, dst: options.dst }, now) : null;
    sql.exec(
      `INSERT INTO schedules (id, workflow_id, cron, timezone, options, active, next_at) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET options = excluded.options, active = excluded.active, next_at = excluded.next_at`,
      id, workflowId, cron, timezone, text, Number(active), next,
    );
    // Who pauses a schedule does not want what waits to run either.
    if (!active) sql.exec("DELETE FROM fires WHERE schedule_id = ? AND backfill = ''", id);
  }
  for (const id of known.keys()) {
    sql.exec("DELETE FROM schedules WHERE id = ?", id);
    sql.exec("DELETE FROM fires WHERE schedule_id = ?", id);
    sql.exec("DELETE FROM backfills WHERE schedule_id = ?", id);
  }
  sql.exec("INSERT OR REPLACE INTO state VALUES (1, ?, ?)", tenant, revision);
}

/** Moves up to `most` schedules on whose time has come. @returns how many there were */
export function takeDue(sql: SqlStorage, now: number, most: number): number {
  const rows = sql.exec<ScheduleRow>("SELECT * FROM schedules WHERE next_at <= ? ORDER BY next_at LIMIT ?", now, most).toArray();
  for (const row of rows) {
    const { runs, missed, next } = dueRuns(timingOf(row), optionsOf(row).missed ?? defaultMissed, row.next_at ?? now, now);
    const waiting = sql.exec<{ n: number }>("SELECT count(*) AS n FROM (SELECT 1 FROM fires WHERE schedule_id = ? LIMIT ?)", row.id, mostWaiting).one().n;
    const taken = runs.slice(0, Math.max(0, mostWaiting - waiting));
    for (const at of taken) sql.exec("INSERT OR IGNORE INTO fires (schedule_id, at, backfill, due) VALUES (?, ?, '', ?)", row.id, at, now);
    const full = taken.length < runs.length ? `${mostWaiting} runs wait already: more are left out` : null;
    sql.exec("UPDATE schedules SET next_at = ?, missed = missed + ?, skipped = skipped + ?, error = coalesce(?, error) WHERE id = ?", next, missed, runs.length - taken.length, full, row.id);
  }
  return rows.length;
}

/** Backfills leave room for what is due by itself. */
const backfillsAtOnce = 8;

export function dueFires(sql: SqlStorage, now: number, most: number): Fire[] {
  const own = sql.exec<Fire>("SELECT * FROM fires WHERE due <= ? AND backfill = '' ORDER BY due, at LIMIT ?", now, most).toArray();
  return [...own, ...sql.exec<Fire>("SELECT * FROM fires WHERE due <= ? AND backfill <> '' ORDER BY due, at LIMIT ?", now, backfillsAtOnce).toArray()];
}

/** Whether no earlier run of its schedule waits. */
export function isFirst(sql: SqlStorage, { schedule_id, at, backfill }: Fire): boolean {
  return sql.exec("SELECT 1 FROM fires WHERE schedule_id = ?1 AND (at < ?2 OR (at = ?2 AND backfill < ?3)) LIMIT 1", schedule_id, at, backfill).toArray().length === 0;
}

export function scheduleRow(sql: SqlStorage, id: string): ScheduleRow | null {
  return sql.exec<ScheduleRow>("SELECT * FROM schedules WHERE id = ?", id).toArray()[0] ?? null;
}

/** What came of a run; `wait`: the one before has not ended. */
export type Outcome = Started | { kind: "wait" | "skip"; reason: string };

export function settle(sql: SqlStorage, fire: Fire, outcome: Outcome, now: number): void {
  const { schedule_id: id, at, backfill, attempts } = fire;
  if (outcome.kind === "later" || outcome.kind === "wait") {
    const wait = outcome.kind === "wait" ? pollAfter(attempts) : retryAfter(attempts);
    sql.exec("UPDATE fires SET due = ?, attempts = attempts + 1 WHERE schedule_id = ? AND at = ? AND backfill = ?", now + wait, id, at, backfill);
    if (outcome.kind === "later") sql.exec("UPDATE schedules SET error = ? WHERE id = ?", outcome.reason, id);
    return;
  }
  const gone = sql.exec("DELETE FROM fires WHERE schedule_id = ? AND at = ? AND backfill = ?", id, at, backfill).rowsWritten > 0;
  if (outcome.kind === "started") {
    const latest = "last_execution = CASE WHEN coalesce(last_at, 0) <= ?1 THEN ?2 ELSE last_execution END, last_at = max(coalesce(last_at, 0), ?1)";
    sql.exec(`UPDATE schedules SET ${latest}, begun = ?2, runs = runs + ?3, error = NULL WHERE id = ?4`, at, outcome.executionId, Number(outcome.created), id);
    // There is room again, or the next may soon follow.
    sql.exec("UPDATE fires SET due = ?1, attempts = 0 WHERE schedule_id = ?2 AND (due > ?1 OR attempts > 0)", now + pollAfter(0), id);
  } else sql.exec("UPDATE schedules SET skipped = skipped + ?, error = ? WHERE id = ?", backfill === "" ? 1 : 0, outcome.reason, id);
  if (backfill === "" || !gone) return;
  const column = outcome.kind !== "started" ? "failed" : outcome.created ? "started" : "existing";
  sql.exec(`UPDATE backfills SET ${column} = ${column} + 1 WHERE id = ?`, backfill);
}

/** When the alarm has to ring. */
export function nextWake(sql: SqlStorage): number | null {
  return sql.exec<{ at: number | null }>("SELECT min(at) AS at FROM (SELECT min(next_at) AS at FROM schedules WHERE next_at IS NOT NULL UNION ALL SELECT min(due) FROM fires)").one().at;
}

export function statesOf(sql: SqlStorage, ids: readonly string[]): ScheduleState[] {
  return sql
    .exec<{ id: string; next_at: number | null; last_at: number | null; last_execution: string | null; runs: number; missed: number; skipped: number; error: string | null; waiting: number }>(
      "SELECT s.*, (SELECT count(*) FROM fires f WHERE f.schedule_id = s.id AND f.backfill = '') AS waiting FROM schedules s WHERE s.id IN (SELECT value FROM json_each(?))",
      JSON.stringify(ids),
    )
    .toArray()
    .map((row) => ({ id: row.id, nextAt: row.next_at, lastAt: row.last_at, lastExecution: row.last_execution, runs: row.runs, missed: row.missed, skipped: row.skipped, waiting: row.waiting, error: row.error }));
}
