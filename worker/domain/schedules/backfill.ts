import { z } from "zod";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { BackfillView } from "../../../sdk/schema/schedule.ts";
import { schedulerOf } from "../../events/objects.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { unwrap } from "../reply.ts";
import { findRunnable } from "../workflows/find.ts";
import { syncSchedules } from "./point.ts";
import { findSchedule } from "./view.ts";

const time = z.iso.datetime({ offset: true });

export const backfillBody = z
  .strictObject({ from: time.describe("First time, included"), to: time.describe("Last time, included; not in the future") })
  .refine(({ from, to }) => Date.parse(from) <= Date.parse(to), { message: "`to` lies before `from`", path: ["to"] });

/**
 * Runs every time of a range that the schedule has not run; the same range again is the same.
 * @throws PlatformError `not-found`; `bad-request` for more than 1,000 times, or the future; `conflict` when the workflow is switched off
 */
export async function backfillSchedule({ ctx, input }: { ctx: TenantContext; input: z.output<typeof backfillBody> & { id: string } }): Promise<BackfillView> {
  const { id, workflow_id } = await findSchedule(ctx, input.id);
  await findRunnable(ctx, workflow_id);
  const [from, to] = [Date.parse(input.from), Date.parse(input.to)];
  if (to > ctx.now) throw new PlatformError("bad-request", "What lies in the future is not backfilled: the schedule will run it.", [{ pointer: "/to", detail: "in the future" }]);
  await syncSchedules(ctx);
  const backfill = await unwrap(schedulerOf(ctx.env, ctx.tenant).backfill(ctx.tenant, { schedule: id, from, to }));
  await ctx.db.batch([audited(ctx, { action: "schedule.backfill", entityId: id, after: { from: backfill.from, to: backfill.to, total: backfill.total } })]);
  return backfill;
}
