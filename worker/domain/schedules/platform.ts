/**
 * Gives the scheduler what it needs of the rest of the platform.
 * @module
 */
import { errorMessage } from "../../../db/error-message.ts";
import { among } from "../../../db/among.ts";
import { noteSynced, revisionOf } from "../../../db/schedules.ts";
import { schedules } from "../../../db/schema/schedules.ts";
import { workflows } from "../../../db/schema/workflows.ts";
import { tenantDb } from "../../../db/tenant-db.ts";
import { findTenant } from "../../../db/tenants.ts";
import type { Definition, Run, SchedulerPlatform, Started } from "../../../durable-objects/scheduler/ports.ts";
import { terminalStatuses } from "../../../sdk/schema/execution.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { Env } from "../../env.ts";
import { encodeJson } from "../encode.ts";
import { startExecution } from "../executions/start.ts";
import { objectsOf } from "../ports.ts";
import { usageOf } from "../usage/usage.ts";

/** Refusals that stand: trying again would be the same. */
const final: ReadonlySet<string> = new Set(["conflict", "not-found", "invalid-input", "bad-request", "tenant-suspended", "flow-rate-limited", "flow-singleton"]);

export function schedulerPlatform(env: Env, waitUntil: (work: Promise<unknown>) => void): SchedulerPlatform {
  const objects = objectsOf(env);
  const usage = usageOf(env);
  return {
    async read(tenant, known) {
      // Before what it stands for: a change in between is read again.
      const revision = (await revisionOf(env.DB, tenant)) ?? 0;
      return revision === known ? null : { revision, definitions: await definitionsOf(env, tenant) };
    },
    synced: (tenant, revision) => noteSynced(env.DB, tenant, revision),
    async starter(tenant, workflowIds) {
      const [row, found] = await Promise.all([findTenant(env.DB, tenant), tenantDb(env.DB, tenant).select(workflows, { where: among(workflows.id, workflowIds) })]);
      const byId = new Map(found.map((workflow) => [workflow.id, workflow]));
      return async ({ schedule, workflowId, at }: Run): Promise<Started> => {
        const workflow = byId.get(workflowId);
        if (row?.status === "suspended") return { kind: "refused", reason: "the tenant is suspended" };
        if (!workflow?.is_active) return { kind: "refused", reason: `the workflow ${workflowId} is ${workflow ? "switched off" : "not deployed"}` };
        const scheduled_at = new Date(at).toISOString();
        try {
          const { id, created } = await startExecution({
            ctx: { objects, usage, waitUntil, now: Date.now() },
            tenant,
            workflow,
            input: encodeJson({ scheduled_at, schedule_id: schedule }),
            trigger: { kind: "schedule", source: schedule, scheduled_at },
            key: `schedule:${schedule}:${scheduled_at}`,
          });
          return { kind: "started", executionId: id, created };
        } catch (error) {
          const reason = errorMessage(error);
          return { kind: error instanceof PlatformError && final.has(error.code) ? "refused" : "later", reason };
        }
      };
    },
    async ended(tenant, executionId) {
      const reply = await objects.execution(tenant, executionId).get(tenant, executionId, 0, "end");
      if (reply.ok) return terminalStatuses.includes(reply.value.status);
      // Accepted, and not yet with its object; or forgotten.
      return (await objects.hub(tenant).find(executionId))?.start == null;
    },
  };
}

async function definitionsOf(env: Env, tenant: string): Promise<Definition[]> {
  const db = tenantDb(env.DB, tenant);
  const rows = await db.select(schedules);
  const off = new Set((await db.select(workflows)).filter(({ is_active }) => !is_active).map(({ id }) => id));
  return rows.map(({ id, workflow_id, cron, timezone, options, paused }) => ({ id, workflowId: workflow_id, cron, timezone, options, active: !paused && !off.has(workflow_id) }));
}
