import { eq } from "drizzle-orm";
import { schedules } from "../../../db/schema/schedules.ts";
import type { ScheduleDetail } from "../../../sdk/schema/schedule.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { getSchedule } from "./list.ts";
import { schedulesChanged, syncSchedules } from "./point.ts";
import { findSchedule } from "./view.ts";

/**
 * A paused schedule runs nothing, and what passes meanwhile is not made good. It stays paused
 * when its workflow is deployed anew.
 * @throws PlatformError `not-found`
 */
export async function pauseSchedule({ ctx, input }: { ctx: TenantContext; input: { id: string; paused: boolean } }): Promise<ScheduleDetail> {
  const { id, paused } = await findSchedule(ctx, input.id);
  await ctx.db.batch([
    ctx.db.update(schedules, { paused: input.paused, updated_at: ctx.now }, eq(schedules.id, id)),
    schedulesChanged(ctx),
    audited(ctx, { action: input.paused ? "schedule.pause" : "schedule.resume", entityId: id, before: { paused }, after: { paused: input.paused } }),
  ]);
  await syncSchedules(ctx);
  return getSchedule({ ctx, input: { id } });
}
