/**
 * Running a schedule's times of a range that lies behind. Its runs have the keys they would
 * have had at their time: what has run then is not run again.
 * @module
 */
import { type BackfillView, mostBackfilled, type ScheduleOptions } from "../../sdk/schema/schedule.ts";
import type { Reply } from "../execution/contract.ts";
import type { BackfillRequest } from "./contract.ts";
import { scheduleRow } from "./store.ts";
import { timesBetween } from "./times.ts";

type BackfillRow = { id: string; schedule_id: string; from_at: number; to_at: number; total: number; started: number; existing: number; failed: number; created_at: number };

/** Of one schedule; older ones are forgotten once they are done. */
const mostKept = 20;

export function addBackfill(sql: SqlStorage, { schedule, from, to }: BackfillRequest, now: number): Reply<BackfillView> {
  const row = scheduleRow(sql, schedule);
  if (!row) return { ok: false, code: "not-found", detail: `There is no schedule ${schedule}.` };
  const id = `${schedule}:${from}:${to}`;
  const there = find(sql, id);
  if (there) return { ok: true, value: view(there) };
  const { dst } = JSON.parse(row.options) as ScheduleOptions;
  const times = timesBetween({ cron: row.cron, timezone: row.timezone, dst }, from, to, mostBackfilled + 1);
  if (times.length > mostBackfilled) return { ok: false, code: "bad-request", detail: `The schedule has more than ${mostBackfilled} times in this range: backfill it in parts.` };
  sql.exec("INSERT INTO backfills (id, schedule_id, from_at, to_at, total, created_at) VALUES (?, ?, ?, ?, ?, ?)", id, schedule, from, to, times.length, now);
  sql.exec("INSERT OR IGNORE INTO fires (schedule_id, at, backfill, due) SELECT ?, value, ?, ? FROM json_each(?)", schedule, id, now, JSON.stringify(times));
  sql.exec(
    `DELETE FROM backfills WHERE schedule_id = ?1 AND started + existing + failed >= total AND id NOT IN
       (SELECT id FROM backfills WHERE schedule_id = ?1 ORDER BY created_at DESC LIMIT ${mostKept})`,
    schedule,
  );
  const made = find(sql, id);
  return made ? { ok: true, value: view(made) } : { ok: false, code: "not-found", detail: "The backfill is gone." };
}

function find(sql: SqlStorage, id: string): BackfillRow | null {
  return sql.exec<BackfillRow>("SELECT * FROM backfills WHERE id = ?", id).toArray()[0] ?? null;
}

export function backfillsOf(sql: SqlStorage, schedule: string): BackfillView[] {
  return sql.exec<BackfillRow>("SELECT * FROM backfills WHERE schedule_id = ? ORDER BY created_at DESC, id LIMIT ?", schedule, mostKept).toArray().map(view);
}

const iso = (ms: number): string => new Date(ms).toISOString();

function view({ schedule_id, from_at, to_at, total, started, existing, failed, created_at }: BackfillRow): BackfillView {
  return { schedule_id, from: iso(from_at), to: iso(to_at), total, started, existing, failed, remaining: total - started - existing - failed, created_at: iso(created_at) };
}
