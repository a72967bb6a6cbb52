import { eq } from "drizzle-orm";
import { z } from "zod";
import { workflowSavings } from "../../../db/schema/reports.ts";
import { workflows } from "../../../db/schema/workflows.ts";
import type { Activity } from "../../../durable-objects/tenant-hub/activity.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { findWorkflow } from "../workflows/find.ts";
import { rate } from "./flows.ts";
import { periodQuery, periodView, spanOf, viewOf } from "./query.ts";
import { segmentsOf } from "./segments.ts";

/** What a completed execution saves somebody, unless the tenant says otherwise. */
export const defaultMinutes = 5;

export const automationsQuery = periodQuery.extend({ workflow_id: z.string().min(1).max(100).optional().describe("Only of this workflow") });

const count = z.number().int();
const numbers = {
  started: count,
  completed: count,
  failed: count,
  cancelled: count,
  success_rate: z.number().nullable().describe("Completed, of completed and failed"),
  mean_duration_ms: count.nullable().describe("Of those that completed, from when they were made"),
  minutes_saved: count.describe("Completed executions by what one of their workflow saves"),
};
const named = { workflow_id: z.string(), title: z.string().nullable().describe("Null: it is not deployed any more") };

export const automationsReport = z.object({
  data: z.array(z.object({ from: z.string(), to: z.string(), ...named, ...numbers })).describe("A row an interval and workflow that did anything in it"),
  totals: z.object({ ...numbers, by_workflow: z.array(z.object({ ...named, ...numbers, minutes_per_execution: count })) }),
  period: periodView,
});
export type AutomationsReport = z.infer<typeof automationsReport>;

/** @throws PlatformError `bad-request` */
export async function reportAutomations({ ctx, input }: { ctx: TenantContext; input: z.output<typeof automationsQuery> }): Promise<AutomationsReport> {
  const { intervals, view } = await spanOf(ctx, input);
  const [all, deployed, set] = await Promise.all([ctx.objects.hub(ctx.tenant).activity(segmentsOf(intervals, { months: false })), ctx.db.select(workflows, { limit: 5000 }), ctx.db.select(workflowSavings, { limit: 5000 })]);
  const known = all.filter(({ workflow_id }) => input.workflow_id === undefined || workflow_id === input.workflow_id);
  const titles = new Map(deployed.map(({ id, manifest }) => [id, manifest.title]));
  const minutes = new Map(set.map((one) => [one.workflow_id, one.minutes]));
  const perExecution = (id: string): number => minutes.get(id) ?? defaultMinutes;
  const name = (id: string) => ({ workflow_id: id, title: titles.get(id) ?? null });
  const ids = [...new Set(known.map(({ workflow_id }) => workflow_id))].sort();
  const byPlace = Map.groupBy(known, ({ period, workflow_id }) => `${period} ${workflow_id}`);
  return {
    data: intervals.flatMap((period, index) =>
      ids.flatMap((id) => {
        const its = byPlace.get(`${index} ${id}`);
        return its ? [{ ...viewOf(period), ...name(id), ...numbersOf(its, perExecution) }] : [];
      }),
    ),
    totals: {
      ...numbersOf(known, perExecution),
      by_workflow: ids.map((id) => ({ ...name(id), ...numbersOf(known.filter(({ workflow_id }) => workflow_id === id), perExecution), minutes_per_execution: perExecution(id) })),
    },
    period: view,
  };
}

export function numbersOf(all: readonly Activity[], minutes: (workflow: string) => number) {
  const of = (what: string) => all.filter((one) => one.what === what);
  const total = (some: readonly Activity[], value: (one: Activity) => number = ({ count }) => count): number => some.reduce((sum, one) => sum + value(one), 0);
  const [started, completed, failed, cancelled] = ["started", "completed", "failed", "cancelled"].map((what) => total(of(what))) as [number, number, number, number];
  return {
    started,
    completed,
    failed,
    cancelled,
    success_rate: rate(completed, completed + failed),
    mean_duration_ms: completed === 0 ? null : Math.round(total(of("completed"), ({ duration }) => duration) / completed),
    minutes_saved: total(of("completed"), ({ count, workflow_id }) => count * minutes(workflow_id)),
  };
}

export const savingsBody = z.strictObject({ minutes_saved: z.number().int().min(0).max(100_000).describe("By one completed execution") });
export const savingsView = z.object({ workflow_id: z.string(), minutes_saved: count });

/**
 * Says what a completed execution of a workflow saves. Reports over the past count by it too.
 * @throws PlatformError `not-found`
 */
export async function setSavings({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof savingsBody> & { id: string } }): Promise<z.infer<typeof savingsView>> {
  const { id } = await findWorkflow(ctx, input.id);
  const before = await ctx.db.first(workflowSavings, eq(workflowSavings.workflow_id, id));
  const set = { minutes: input.minutes_saved, updated_at: ctx.now };
  await ctx.db.batch([
    ctx.db.upsert(workflowSavings, { workflow_id: id, ...set }, [workflowSavings.tenant_id, workflowSavings.workflow_id], set),
    audited(ctx, { action: "workflow.update", entityId: id, before: { minutes_saved: before?.minutes ?? defaultMinutes }, after: { minutes_saved: input.minutes_saved } }),
  ]);
  return { workflow_id: id, minutes_saved: input.minutes_saved };
}
