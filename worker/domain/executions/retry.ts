import { z } from "zod";
import { executionStatus, type ExecutionView } from "../../../sdk/schema/execution.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { iso, type TenantContext } from "../context.ts";
import { encodeJson } from "../encode.ts";
import { unwrap } from "../reply.ts";
import { findRunnable } from "../workflows/find.ts";
import { startExecution } from "./start.ts";

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
  const object = ctx.objects.execution(ctx.tenant, input.id);
  if (input.mode === "resume") {
    const { id, status } = await unwrap(object.retry(ctx.tenant, input.id, input.from ?? null));
    return { new_execution_id: id, execution_id: input.id, status, started_at: iso(ctx.now) };
  }
  return rerun(ctx, await unwrap(object.get(ctx.tenant, input.id, 0)), input.key);
}

async function rerun(ctx: TenantContext, first: ExecutionView, key: string | null): Promise<RetriedView> {
  if (isSpilled(first.input)) throw new PlatformError("conflict", "The input of this execution is too large to be sent again from here; send it anew to `execute`.");
  const started = await startExecution({
    objects: ctx.objects,
    tenant: ctx.tenant,
    workflow: await findRunnable(ctx, first.workflow_id),
    input: encodeJson(first.input),
    trigger: { kind: "rerun", source: first.id },
    key: key === null ? null : `rerun:${first.id}:${key}`,
    now: ctx.now,
  });
  return { new_execution_id: started.id, execution_id: first.id, status: started.status, started_at: iso(started.createdAt) };
}

/** A view shows a value that was too large for the journal by its size only. */
function isSpilled(input: ExecutionView["input"]): boolean {
  return typeof input === "object" && input !== null && !Array.isArray(input) && "$spilled" in input;
}
