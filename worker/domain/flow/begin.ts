/**
 * Beginning an execution of a workflow that asks for flow control. Whoever has begun is past
 * it; everybody else is offered to the workflow's flow, which begins them when it is their turn.
 * @module
 */
import type { ExecutionObject, Outline, Reply, StartRequest } from "../../../durable-objects/execution/contract.ts";
import type { FlowObject, FlowReply } from "../../../durable-objects/flow/contract.ts";
import type { FlowManifest } from "../../../sdk/schema/flow.ts";

export interface FlowObjects {
  execution(tenant: string, id: string): Pick<ExecutionObject, "start" | "get">;
  flow(tenant: string, workflowId: string): Pick<FlowObject, "offer">;
}

/** @param fresh nobody can have begun it before */
export async function beginThroughFlow(objects: FlowObjects, request: StartRequest, flow: FlowManifest, fresh = false): Promise<FlowReply> {
  const object = objects.execution(request.tenant, request.id);
  const there = fresh ? null : await object.get(request.tenant, request.id, 0, "end");
  if (!there?.ok) return objects.flow(request.tenant, request.workflowId).offer(request, flow);
  // What it runs with may have come later than what it was accepted with.
  const { inputMustMatch, ...rest } = request;
  const reply = await object.start(flow.debounce || flow.batch || inputMustMatch === undefined ? rest : request);
  return reply.ok ? { ok: true, value: { ...reply.value, createdAt: Date.parse(there.value.created_at) } } : { ...reply, retryMs: null };
}

/** For callers that only want to know whether it has begun. */
export function asReply(reply: FlowReply): Reply<Outline> {
  return reply.ok ? reply : { ok: false, code: reply.code, detail: reply.detail };
}
