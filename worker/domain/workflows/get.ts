import type { TenantContext } from "../context.ts";
import { countExecutions } from "./counts.ts";
import { findWorkflow } from "./find.ts";
import { viewWorkflow, type WorkflowDetail } from "./view.ts";

/** @throws PlatformError `not-found` */
export async function getWorkflow({ ctx, input }: { ctx: TenantContext; input: { id: string } }): Promise<WorkflowDetail> {
  const row = await findWorkflow(ctx, input.id);
  const counts = (await countExecutions(ctx))(row.id);
  return { ...viewWorkflow(row, counts), manifest: row.manifest, executions_by_status: counts.byStatus };
}
