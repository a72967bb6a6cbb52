import type { TenantContext } from "../context.ts";
import { findWorkflow } from "./find.ts";
import { getWorkflow } from "./get.ts";
import { updateWorkflow } from "./update.ts";
import type { WorkflowDetail } from "./view.ts";

/**
 * Switches a workflow off: nothing starts it, executions under way go on. Once is enough.
 * @throws PlatformError `not-found`
 */
export async function unpublishWorkflow({ ctx, input }: { ctx: TenantContext; input: { id: string } }): Promise<WorkflowDetail> {
  const { id, is_active } = await findWorkflow(ctx, input.id);
  return is_active ? updateWorkflow({ ctx, input: { id, is_active: false } }) : getWorkflow({ ctx, input: { id } });
}
