/**
 * Schedules of a deployment: checked before it, written in its batch, and told to the tenant's
 * scheduler after it. What a crash keeps from the scheduler the sweep tells it.
 * @module
 */
import { errorMessage } from "../../../db/error-message.ts";
import { changed, type NewSchedule, replaceSchedules, revisionOf } from "../../../db/schedules.ts";
import type { Statement } from "../../../db/tenant-db.ts";
import { faultIn } from "../../../durable-objects/scheduler/times.ts";
import type { BundleManifest, WorkflowManifest } from "../../../sdk/schema/manifest.ts";
import type { ScheduleOptions } from "../../../sdk/schema/schedule.ts";
import { schedulerOf } from "../../events/objects.ts";
import type { TenantContext } from "../context.ts";
import type { BundleProblem } from "../ports.ts";

type Ctx = Pick<TenantContext, "env" | "tenant" | "now">;

/** Schedules that will not do, by workflow and trigger. */
export function scheduleProblems({ workflows }: BundleManifest, now: number): BundleProblem[] {
  return workflows.flatMap(({ id, on }) =>
    on.flatMap((trigger, position) => {
      const fault = trigger.kind === "schedule" ? faultIn(trigger, now) : null;
      return fault === null ? [] : [{ file: "", line: 0, column: 0, message: `workflow \`${id}\`, trigger ${position + 1}: ${fault}` }];
    }),
  );
}

/** Statements for the batch that points the workflows. */
export async function pointSchedules({ env, tenant, now }: Ctx, { workflows }: BundleManifest): Promise<Statement[]> {
  const rows = await Promise.all(workflows.map((workflow) => schedulesOf(tenant, workflow)));
  return replaceSchedules(env.DB, tenant, workflows.map(({ id }) => id), rows.flat(), now);
}

/** A statement for the batch that switches a workflow or a schedule on or off. */
export function schedulesChanged({ env, tenant }: Ctx): Statement {
  return changed(env.DB, tenant);
}

/** After the batch. */
export async function syncSchedules({ env, tenant }: Ctx): Promise<void> {
  // Most tenants have none: they get no scheduler.
  if ((await revisionOf(env.DB, tenant)) === null) return;
  await schedulerOf(env, tenant)
    .sync(tenant)
    .catch((error: unknown) => console.warn(JSON.stringify({ level: "warn", event: "scheduler.unreachable", tenant, message: errorMessage(error), consequence: "the sweep tells it" })));
}

async function schedulesOf(tenant: string, { id: workflow_id, on }: WorkflowManifest): Promise<NewSchedule[]> {
  const seen = new Map<string, number>();
  const rows: NewSchedule[] = [];
  for (const trigger of on) {
    if (trigger.kind !== "schedule") continue;
    const { kind: _, cron, timezone, ...options } = trigger;
    // Its place among its like: triggers may be put in another order.
    const like = JSON.stringify([tenant, workflow_id, cron, timezone]);
    const place = seen.get(like) ?? 0;
    seen.set(like, place + 1);
    rows.push({ id: await idOf(`${like}${place}`), workflow_id, cron, timezone, options: options satisfies ScheduleOptions });
  }
  return rows;
}

/** A UUIDv8 of the text. */
async function idOf(text: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).slice(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
