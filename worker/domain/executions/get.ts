import type { ExecutionView } from "../../../sdk/schema/execution.ts";
import type { TenantContext } from "../context.ts";
import { unwrap } from "../reply.ts";

/**
 * @param input.wait ms to wait for the end; 0 answers at once
 * @throws PlatformError `not-found`
 */
export async function getExecution({ ctx, input }: { ctx: TenantContext; input: { id: string; wait: number } }): Promise<ExecutionView> {
  return unwrap(ctx.objects.execution(ctx.tenant, input.id).get(ctx.tenant, input.id, input.wait));
}
