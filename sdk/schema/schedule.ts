/**
 * What a schedule may be told besides its cron expression, and how schedules are shown.
 * @module
 */
import { z } from "zod";

/** Most missed runs that are made good, and most times of one backfill. */
export const mostMissed = 100;
export const mostBackfilled = 1_000;

/**
 * Where clocks are changed. It concerns expressions that name hours (`30 2 * * *`); those of
 * every hour (`*\/15 * * * *`) follow the time that really passes.
 */
export const dstPolicy = z.strictObject({
  /** A time that the clock leaves out: runs right after the gap, or not at all. */
  skipped: z.enum(["after", "skip"]).default("after"),
  /** A time that comes twice. */
  repeated: z.enum(["first", "second", "both"]).default("first"),
});
export type DstPolicy = z.infer<typeof dstPolicy>;
export const defaultDst: DstPolicy = { skipped: "after", repeated: "first" };

/** Runs whose time passed while nothing could run: none, the last of them, or the last N. */
export const missedPolicy = z.union([z.enum(["skip", "last"]), z.strictObject({ all: z.number().int().min(1).max(mostMissed) })]);
export type MissedPolicy = z.infer<typeof missedPolicy>;

/** When a run is due and the one before has not ended: both run, this one is left out, or it waits. */
export const overlapPolicy = z.enum(["allow", "skip", "queue"]);
export type OverlapPolicy = z.infer<typeof overlapPolicy>;

export const scheduleOptions = z.object({ dst: dstPolicy.optional(), missed: missedPolicy.optional(), overlap: overlapPolicy.optional() });
export type ScheduleOptions = z.infer<typeof scheduleOptions>;

export const backfillView = z.object({
  schedule_id: z.string(),
  from: z.string(),
  to: z.string(),
  total: z.number().int().describe("Times of the schedule in the range, both ends included"),
  started: z.number().int(),
  existing: z.number().int().describe("Had run before, and were not run again"),
  failed: z.number().int(),
  remaining: z.number().int(),
  created_at: z.string(),
});
export type BackfillView = z.infer<typeof backfillView>;

export const scheduleView = z.object({
  id: z.string(),
  workflow_id: z.string(),
  cron_expression: z.string(),
  timezone: z.string(),
  dst: dstPolicy,
  missed: missedPolicy,
  overlap: overlapPolicy,
  is_active: z.boolean().describe("False: it is paused, or its workflow is switched off"),
  paused: z.boolean(),
  next_run_at: z.string().nullable(),
  last_run_at: z.string().nullable().describe("When its last run was due"),
  last_execution_id: z.string().nullable(),
  run_count: z.number().int().describe("Executions it has begun, backfills included"),
  missed_count: z.number().int().describe("Runs left out because nothing could run at their time"),
  skipped_count: z.number().int().describe("Runs left out because the one before had not ended, or nothing may start"),
  waiting_count: z.number().int().describe("Runs that are due and have not begun: they wait for the one before, or are tried again"),
  last_error: z.string().nullable().describe("Why a run did not begin; null once one has"),
  created_at: z.string(),
  updated_at: z.string(),
});
export type ScheduleView = z.infer<typeof scheduleView>;

export const scheduleDetail = scheduleView.extend({ backfills: z.array(backfillView).describe("The latest first") });
export type ScheduleDetail = z.infer<typeof scheduleDetail>;

export const previewTime = z.object({
  at: z.string(),
  local: z.string().describe("Date, time and offset where the schedule is"),
  note: z.string().nullable().describe("What a change of the clock has to do with it"),
});
export const schedulePreview = z.object({ cron_expression: z.string(), timezone: z.string(), data: z.array(previewTime) });
export type SchedulePreview = z.infer<typeof schedulePreview>;
