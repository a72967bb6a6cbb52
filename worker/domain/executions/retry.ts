import { z } from "zod";
import type { Origin } from "../../../durable-objects/execution/contract.ts";
import { executionStatus } from "../../../sdk/schema/execution.ts";
import { iso, type TenantContext } from "../context.ts";
import { findRunnable } from "../workflows/find.ts";
import { auditExecution } from "./audit.ts";
import { startExecution } from "./start.ts";
import { look, tell } from "./tell.ts";

export const retryBody = z
  .strictObject({
    mode: z.enum(["resume", "new"]).default("resume").describe("`resume`: the same execution goes on from a step; `new`: another execution with the same input, on the current version"),
    from: z.string().max(300).optional().describe("Key of the step to go on from; the failed one when left out"),
  })
  .refine((body) => body.mode === "resume" || body.from === undefined, { message: "`from` belongs to mode `resume`", path: ["from"] });

export const retriedView = z.object({
  new_execution_id: z.string().describe("With `resume`, the same id"),
  execution_id: z.string().describe("The one that was retried"),
  status: executionStatus,
  started_at: z.string(),
});
export type RetriedView = z.infer<typeof retriedView>;

export interface RetryInput extends z.infer<typeof retryBody> {
  id: string;
  /** The caller's Idempotency-Key: with `new`, one key starts one execution. */
  key: string | null;
}

/** @throws PlatformError `not-found`, `conflict` when its state allows no retry */
export async function retryExecution({ ctx, input }: { ctx: TenantContext; input: RetryInput }): Promise<RetriedView> {
  if (input.mode === "resume") {
    const { id, status } = await tell(ctx, input.id, (object) => object.retry(ctx.tenant, input.id, input.from ?? null));
    await auditExecution(ctx, "retry", id, { mode: input.mode, from: input.from ?? null });
    return { new_execution_id: id, execution_id: input.id, status, started_at: iso(ctx.now) };
  }
  return rerun(ctx, input.id, await look(ctx, input.id, (object) => object.origin(ctx.tenant, input.id), (start): Origin => start), input.key);
}

/** Values travel as they are stored: a JSON view of the input would lose its dates, maps and large integers. */
async function rerun(ctx: TenantContext, id: string, { workflowId, trigger, input, test }: Origin, key: string | null): Promise<RetriedView> {
  const started = await startExecution({
    ctx,
    tenant: ctx.tenant,
    workflow: await findRunnable(ctx, workflowId),
    input,
    // What a webhook brought along belongs to what the workflow is given.
    trigger: { ...trigger, kind: "rerun", source: id },
    key: key === null ? null : `rerun:${id}:${key}`,
    ...(test ? { test } : {}),
  });
  if (started.created) await auditExecution(ctx, "retry", id, { mode: "new", new_execution_id: started.id });
  return { new_execution_id: started.id, execution_id: id, status: started.status, started_at: iso(started.createdAt) };
}
