import { z } from "zod";
import { faultIn, localTime, nextTimes } from "../../../durable-objects/scheduler/times.ts";
import { offsetAt, transitionsBetween } from "../../../durable-objects/scheduler/zone.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { SchedulePreview } from "../../../sdk/schema/schedule.ts";
import { iso, type TenantContext } from "../context.ts";

export const previewQuery = z.object({
  cron: z.string().max(200).default("@daily").describe("Five fields, or six with seconds before them, or @hourly, @daily, …"),
  timezone: z.string().max(100).default("UTC"),
  count: z.coerce.number().int().min(1).max(100).default(10),
  from: z.iso.datetime({ offset: true }).optional().describe("Times after this one; now when left out"),
  skipped: z.enum(["after", "skip"]).default("after"),
  repeated: z.enum(["first", "second", "both"]).default("first"),
});

/** @throws PlatformError `bad-request` saying what is wrong with the expression or the timezone */
export async function previewSchedule({ ctx, input }: { ctx: Pick<TenantContext, "now">; input: z.output<typeof previewQuery> }): Promise<SchedulePreview> {
  const { cron, timezone, count, skipped, repeated } = input;
  const fault = faultIn({ cron, timezone }, ctx.now);
  if (fault !== null) throw new PlatformError("bad-request", `${fault}.`, [{ pointer: fault.startsWith("there is no timezone") ? "/query/timezone" : "/query/cron", detail: fault }]);
  const times = nextTimes({ cron, timezone, dst: { skipped, repeated } }, input.from === undefined ? ctx.now : Date.parse(input.from), count);
  return { cron_expression: cron, timezone, data: times.map((at) => ({ at: iso(at), local: localTime(timezone, at), note: noteOn(timezone, at) })) };
}

/** What a change of the clock has to do with a time. */
function noteOn(timezone: string, at: number): string | null {
  const day = 86_400_000;
  for (const change of transitionsBetween(timezone, at - day, at + day)) {
    const by = change.after - change.before;
    const minutes = Math.abs(by) / 60_000;
    if (by > 0 && change.at === at) return `the clock goes forward by ${minutes} minutes at this moment: times that it leaves out run now`;
    const wall = at + offsetAt(timezone, at);
    const [from, to] = [change.at + change.after, change.at + change.before];
    if (by < 0 && wall >= from && wall < to) return `the clock goes back by ${minutes} minutes: this time comes twice, and this is the ${at < change.at ? "first" : "second"}`;
  }
  return null;
}
