import { eq } from "drizzle-orm";
import { schedules } from "../../../db/schema/schedules.ts";
import { workflows } from "../../../db/schema/workflows.ts";
import { among } from "../../../db/among.ts";
import type { ScheduleRow } from "../../../db/schedules.ts";
import type { ScheduleState } from "../../../durable-objects/scheduler/contract.ts";
import { nextTime } from "../../../durable-objects/scheduler/times.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { defaultDst, type ScheduleView } from "../../../sdk/schema/schedule.ts";
import { schedulerOf } from "../../events/objects.ts";
import { iso, type TenantContext } from "../context.ts";

const isoOrNull = (ms: number | null | undefined): string | null => (ms == null ? null : iso(ms));

/** @throws PlatformError `not-found` */
export async function findSchedule(ctx: TenantContext, id: string): Promise<ScheduleRow> {
  const row = await ctx.db.first(schedules, eq(schedules.id, id));
  if (!row) throw new PlatformError("not-found", `There is no schedule ${id}. \`GET /api/v1/schedules\` lists those of the deployed workflows.`);
  return row;
}

/** Rows as they are shown, with what the scheduler knows of them. */
export async function viewSchedules(ctx: TenantContext, rows: readonly ScheduleRow[]): Promise<ScheduleView[]> {
  if (rows.length === 0) return [];
  const [states, found] = await Promise.all([
    schedulerOf(ctx.env, ctx.tenant).look(rows.map(({ id }) => id)),
    ctx.db.select(workflows, { where: among(workflows.id, [...new Set(rows.map(({ workflow_id }) => workflow_id))]) }),
  ]);
  const byId = new Map(states.map((state) => [state.id, state]));
  const on = new Set(found.filter(({ is_active }) => is_active).map(({ id }) => id));
  return rows.map((row) => view(row, byId.get(row.id), on.has(row.workflow_id), ctx.now));
}

function view(row: ScheduleRow, state: ScheduleState | undefined, workflowIsOn: boolean, now: number): ScheduleView {
  const { dst = defaultDst, missed = "last", overlap = "allow" } = row.options;
  const is_active = workflowIsOn && !row.paused;
  // The scheduler is about to hear of a schedule that it does not know, or that was switched on.
  const next = is_active ? (state?.nextAt ?? nextTime({ cron: row.cron, timezone: row.timezone, dst }, now)) : null;
  return {
    id: row.id,
    workflow_id: row.workflow_id,
    cron_expression: row.cron,
    timezone: row.timezone,
    dst,
    missed,
    overlap,
    is_active,
    paused: row.paused,
    next_run_at: isoOrNull(next),
    last_run_at: isoOrNull(state?.lastAt),
    last_execution_id: state?.lastExecution ?? null,
    run_count: state?.runs ?? 0,
    missed_count: state?.missed ?? 0,
    skipped_count: state?.skipped ?? 0,
    waiting_count: state?.waiting ?? 0,
    last_error: state?.error ?? null,
    created_at: iso(row.created_at),
    updated_at: iso(row.updated_at),
  };
}
