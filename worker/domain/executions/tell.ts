/**
 * Asking an execution's object for something. An execution that was accepted, and whose
 * process died before its first row was written, is unknown to its object until the hub's
 * repair has begun it again: until then the hub knows it, by its start.
 * @module
 */
import { errorMessage } from "../../../db/error-message.ts";
import type { Reply, StartRequest } from "../../../durable-objects/execution/contract.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { TenantContext } from "../context.ts";
import type { ExecutionPort } from "../ports.ts";
import { unwrap } from "../reply.ts";

type Act<T> = (object: ExecutionPort) => Promise<Reply<T>>;

/** What is done with one that waits its turn; `not-found` when it has begun. */
type InQueue<T> = (ctx: TenantContext, start: StartRequest) => Promise<Reply<T>>;

async function refuseQueued(ctx: TenantContext, { id, workflowId }: StartRequest): Promise<Reply<never>> {
  const queued = await ctx.objects.flow(ctx.tenant, workflowId).find(id);
  return queued ? { ok: false, code: "conflict", detail: `The execution is queued: ${queued.reason}. It can be told something once it has begun, or be cancelled.` } : { ok: false, code: "not-found", detail: `There is no execution ${id}.` };
}

/**
 * For what changes an execution: one that only the hub knows is begun again first, so that
 * what it is told is not lost.
 * @throws PlatformError with the code the object gave; `unavailable` when it cannot be begun now
 */
export async function tell<T>(ctx: TenantContext, id: string, act: Act<T>, inQueue: InQueue<T> = refuseQueued): Promise<T> {
  const object = ctx.objects.execution(ctx.tenant, id);
  const reply = await act(object);
  if (reply.ok || reply.code !== "not-found") return unwrap(reply);
  const known = await ctx.objects.hub(ctx.tenant).find(id);
  if (known?.queued && known.start) {
    const told = await inQueue(ctx, known.start);
    // Its turn may have come between the two questions.
    return unwrap(told.ok || told.code !== "not-found" ? told : act(object));
  }
  if (!(await restart(ctx, id))) return unwrap(reply);
  return unwrap(await act(object));
}

/**
 * For what only reads; it begins nothing.
 * @param accepted the answer for an execution that only the hub knows
 * @throws PlatformError with the code the object gave
 */
export async function look<T>(ctx: TenantContext, id: string, act: Act<T>, accepted: (start: StartRequest, queued: boolean) => T | Promise<T>): Promise<T> {
  const object = ctx.objects.execution(ctx.tenant, id);
  const reply = await act(object);
  if (reply.ok || reply.code !== "not-found") return unwrap(reply);
  const known = await ctx.objects.hub(ctx.tenant).find(id);
  if (known?.start) return accepted(known.start, known.queued);
  // Begun between the two questions.
  return unwrap(known ? await act(object) : reply);
}

/** False for an execution that nobody registered. */
async function restart(ctx: TenantContext, id: string): Promise<boolean> {
  try {
    return await ctx.objects.hub(ctx.tenant).restart(id);
  } catch (error) {
    console.error(JSON.stringify({ level: "error", event: "restart-failed", execution: id, message: errorMessage(error) }));
    throw new PlatformError("unavailable", `The execution ${id} was accepted and cannot be begun just now; that is tried again by itself. Ask again in some seconds.`);
  }
}
