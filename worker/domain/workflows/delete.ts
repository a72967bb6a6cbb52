import { eq, sql } from "drizzle-orm";
import { z } from "zod";
import { deployments } from "../../../db/schema/deployments.ts";
import { workflowDrafts } from "../../../db/schema/drafts.ts";
import { eventTriggers } from "../../../db/schema/events.ts";
import { workflows } from "../../../db/schema/workflows.ts";
import { replaceSchedules } from "../../../db/schedules.ts";
import { refreshInterestSoon } from "../../events/interest.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { syncSchedules } from "../schedules/point.ts";
import { endingExecutions } from "./end-executions.ts";
import { findWorkflow } from "./find.ts";

export const deleteQuery = z.object({ cancel: z.stringbool({ truthy: ["true"], falsy: ["false"] }).default(false).describe("`true`: executions under way are cancelled; they end as they are when left out") });

/**
 * Deletes a workflow: nothing starts it any more, its triggers, schedules and draft are gone,
 * and what waits its turn ends. Its versions and executions can still be read; deploying it
 * again brings it back.
 * @throws PlatformError `not-found`
 */
export async function deleteWorkflow({ ctx, input }: { ctx: TenantContext; input: z.output<typeof deleteQuery> & { id: string } }): Promise<void> {
  const { db } = ctx;
  const workflow = await findWorkflow(ctx, input.id);
  const { id, title, version, is_active, category } = workflow;
  const inUse = sql`exists (select 1 from ${workflows} where ${workflows.tenant_id} = ${deployments.tenant_id} and ${workflows.deployment_id} = ${deployments.id})`;
  const ending = endingExecutions(ctx, id, input.cancel);
  const done = await db.batchIf(db.exists(workflows, eq(workflows.id, id)), [
    audited(ctx, { action: "workflow.delete", entityId: id, before: { title, version, is_active, category }, after: { cancel: input.cancel } }),
    ending.statement,
    db.delete(eventTriggers, eq(eventTriggers.workflow_id, id)),
    db.delete(workflowDrafts, eq(workflowDrafts.workflow_id, id)),
    ...replaceSchedules(ctx.env.DB, ctx.tenant, [id], [], ctx.now),
    db.delete(workflows, eq(workflows.id, id)),
    db.update(deployments, { active: inUse }, eq(deployments.id, workflow.deployment_id)),
  ]);
  // Somebody else has deleted it at the same moment.
  if (!done) return void (await findWorkflow({ ...ctx, workflow: null }, id));
  await refreshInterestSoon(ctx.env, ctx.tenant);
  await syncSchedules(ctx);
  ending.begin();
}
