import type { TenantContext } from "../context.ts";
import type { Counts } from "./view.ts";

/** Executions of every workflow, by its id. */
export async function countExecutions(ctx: TenantContext): Promise<(workflowId: string) => Counts> {
  const all = new Map<string, Counts>();
  for (const { workflow_id, status, count, last_at } of await ctx.objects.hub(ctx.tenant).counts()) {
    const counts = all.get(workflow_id) ?? { byStatus: {}, lastAt: null };
    counts.byStatus[status] = count;
    if (counts.lastAt === null || last_at > counts.lastAt) counts.lastAt = last_at;
    all.set(workflow_id, counts);
  }
  return (workflowId) => all.get(workflowId) ?? { byStatus: {}, lastAt: null };
}
