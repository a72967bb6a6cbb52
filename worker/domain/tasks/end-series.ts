import { and, eq, inArray, isNull } from "drizzle-orm";
import { type RecordRow, columnOf, recordTable } from "../../../db/schema/record-tables.ts";
import { task } from "../../../sdk/schema/crm/task/index.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { findRecord, mayDo } from "../records/access.ts";
import type { RecordContext } from "../records/context.ts";
import { carryOut, type Plan, planChanges } from "../records/plan.ts";
import { isOpen } from "./reminders.ts";

/** Of one series at once; there is one open task to it, unless somebody has opened more again. */
const most = 200;

/**
 * Ends a series: its open tasks are deleted, and none comes after them. What was done stays.
 * @throws PlatformError `not-found`, `forbidden`, `conflict` for a task that is of none
 */
export async function endSeries({ ctx, id }: { ctx: RecordContext; id: string }): Promise<{ deleted: string[] }> {
  return carryOut(ctx, () => planEndSeries(ctx, id));
}

export async function planEndSeries(ctx: RecordContext, id: string): Promise<Plan<{ deleted: string[] }>> {
  const row = await findRecord(ctx, task, id, { verb: "delete", deleted: true });
  const series = row["series_id"];
  if (typeof series !== "string") throw new PlatformError("conflict", `The task ${id} is of no series: it does not recur.`);
  const table = recordTable(task);
  const rows = (await ctx.db.select(table, { where: and(isNull(table.deleted_at), eq(columnOf(table, "series_id"), series), inArray(columnOf(table, "status"), ["open", "in_progress"])), limit: most })) as RecordRow[];
  const open = rows.filter((one) => isOpen(one) && mayDo(ctx, task, "delete", one));
  const plan = await planChanges(ctx, task, open.map((before) => ({ before, after: { ...before, deleted_at: ctx.now }, given: {} })));
  return { ...plan, result: { deleted: open.map((one) => one.id) } };
}
