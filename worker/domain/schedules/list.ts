import { and, asc, eq, gt } from "drizzle-orm";
import { z } from "zod";
import { schedules } from "../../../db/schema/schedules.ts";
import type { ScheduleDetail, ScheduleView } from "../../../sdk/schema/schedule.ts";
import { schedulerOf } from "../../events/objects.ts";
import type { TenantContext } from "../context.ts";
import { type Page, pageQuery, readCursor, toPage } from "../page.ts";
import { findSchedule, viewSchedules } from "./view.ts";

export const schedulesQuery = pageQuery.extend({ workflow_id: z.string().max(100).optional().describe("Only those of this workflow") });

/** By id. */
export async function listSchedules({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof schedulesQuery> }): Promise<Page<ScheduleView>> {
  const after = readCursor(input.cursor);
  const rows = await ctx.db.select(schedules, {
    where: and(input.workflow_id === undefined ? undefined : eq(schedules.workflow_id, input.workflow_id), after === null ? undefined : gt(schedules.id, after)),
    orderBy: asc(schedules.id),
    limit: input.limit + 1,
  });
  const { data, pagination } = toPage(rows, input.limit, (row) => row.id, (row) => row);
  return { data: await viewSchedules(ctx, data), pagination };
}

/** @throws PlatformError `not-found` */
export async function getSchedule({ ctx, input }: { ctx: TenantContext; input: { id: string } }): Promise<ScheduleDetail> {
  const row = await findSchedule(ctx, input.id);
  const [[view], backfills] = await Promise.all([viewSchedules(ctx, [row]), schedulerOf(ctx.env, ctx.tenant).backfills(row.id)]);
  if (!view) throw new Error(`the schedule ${row.id} has no view`);
  return { ...view, backfills };
}
