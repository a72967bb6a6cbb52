import { eq } from "drizzle-orm";
import type { WorkflowRow } from "../../../db/credentials.ts";
import { workflowVersions } from "../../../db/schema/drafts.ts";
import { workflows } from "../../../db/schema/workflows.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { TenantContext } from "../context.ts";

/** @throws PlatformError `not-found` */
export async function findWorkflow(ctx: TenantContext, id: string): Promise<WorkflowRow> {
  const row = ctx.workflow?.id === id ? ctx.workflow : await ctx.db.first(workflows, eq(workflows.id, id));
  if (!row) throw new PlatformError("not-found", `There is no workflow \`${id}\`. \`GET /api/v1/workflows\` lists those that are deployed.`);
  return row;
}

/** One that is there, or was: its versions stay. @throws PlatformError `not-found` */
export async function mustHaveBeen(ctx: TenantContext, id: string): Promise<void> {
  if (!(await ctx.db.first(workflowVersions, eq(workflowVersions.workflow_id, id)))) await findWorkflow(ctx, id);
}

/** @throws PlatformError `not-found`, or `conflict` when the workflow is switched off */
export async function findRunnable(ctx: TenantContext, id: string): Promise<WorkflowRow> {
  const row = await findWorkflow(ctx, id);
  if (!row.is_active) throw new PlatformError("conflict", `The workflow \`${id}\` is switched off. \`PATCH /api/v1/workflows/${id}\` with {"is_active": true} switches it on.`);
  return row;
}
