import { newExecution } from "../../../durable-objects/execution/state.ts";
import { executionView } from "../../../durable-objects/execution/view.ts";
import type { ExecutionView } from "../../../sdk/schema/execution.ts";
import type { TenantContext } from "../context.ts";
import { queuedView } from "../flow/queued.ts";
import { withSourceStacks } from "./stacks.ts";
import { look } from "./tell.ts";

/**
 * @param input.wait ms to wait for the end; 0 answers at once
 * @throws PlatformError `not-found`
 */
export async function getExecution({ ctx, input }: { ctx: TenantContext; input: { id: string; wait: number } }): Promise<ExecutionView> {
  const view = await look(
    ctx,
    input.id,
    (object) => object.get(ctx.tenant, input.id, input.wait),
    async (start, isQueued) => {
      const queued = isQueued ? await ctx.objects.flow(ctx.tenant, start.workflowId).find(start.id) : null;
      return queued ? queuedView(queued.request, queued.reason) : executionView(newExecution(start), []);
    },
  );
  return withSourceStacks(ctx, view);
}
