/**
 * The one way an execution begins from outside. With a key the id is derived from it, so
 * the same delivery or the same Idempotency-Key meets the execution it began before.
 * @module
 */
import type { WorkflowRow } from "../../../db/credentials.ts";
import type { StartRequest } from "../../../durable-objects/execution/contract.ts";
import { derivedExecutionId, newExecutionId } from "../../../durable-objects/placement.ts";
import type { ExecutionStatus, ExecutionView, Trigger } from "../../../sdk/schema/execution.ts";
import type { FlowManifest } from "../../../sdk/schema/flow.ts";
import type { TestRun } from "../../../sdk/schema/journal.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { BaseContext } from "../context.ts";
import { beginThroughFlow } from "../flow/begin.ts";
import { queuedView } from "../flow/queued.ts";
import type { ObjectsPort } from "../ports.ts";
import { unwrap } from "../reply.ts";
import { withinPlan } from "../usage/starts.ts";

/** A start is carried out by then, or goes on while others begin, ms. */
const startHoldMs = 2_000;
/** What takes longer mostly waits: for the network, for a child, for time to pass. */
const runHoldMs = 250;

export interface Start {
  ctx: Pick<BaseContext, "objects" | "usage" | "waitUntil" | "now" | "traceparent">;
  tenant: string;
  workflow: WorkflowRow;
  /** Encoded by sdk/schema/codec. */
  input: string;
  trigger: Trigger;
  /** What makes this start the same as another of the workflow; null = always new. */
  key: string | null;
  /** The same key with another input is refused; without, it is given what the key began. */
  inputMustMatch?: boolean;
  test?: TestRun;
}

export interface Started {
  id: string;
  workflowId: string;
  status: ExecutionStatus;
  /** False: it was there before. */
  created: boolean;
  /** ms since the epoch. */
  createdAt: number;
}

async function toRequest({ ctx: { now, traceparent }, tenant, workflow, input, trigger, key, inputMustMatch, test }: Start): Promise<StartRequest> {
  const { placement, timeout_ms } = workflow.manifest;
  const flow = flowAskedBy({ workflow, test });
  return {
    tenant,
    id: key === null ? newExecutionId(placement, now) : await derivedExecutionId(placement, tenant, workflow.id, key),
    workflowId: workflow.id,
    bundle: workflow.bundle,
    version: workflow.version,
    trigger: { ...(traceparent === undefined ? {} : { traceparent }), ...trigger, ...(flow ? { flow: true } : {}) },
    input,
    timeoutMs: timeout_ms ?? null,
    createdAt: now,
    parent: null,
    ...(test ? { test } : {}),
    ...(inputMustMatch ? { inputMustMatch } : {}),
  };
}

/** Test runs are nobody's turn. */
function flowAskedBy({ workflow, test }: { workflow: WorkflowRow; test?: TestRun | undefined }): FlowManifest | undefined {
  return test ? undefined : workflow.manifest.flow;
}

async function takeTurn({ ctx, key }: Start, request: StartRequest, flow: FlowManifest) {
  const reply = await beginThroughFlow(ctx.objects, request, flow, key === null);
  if (reply.ok) return reply.value;
  throw new PlatformError(reply.code, reply.detail, undefined, reply.retryMs === null ? undefined : Math.ceil(reply.retryMs / 1_000));
}

/** One that waits its turn is shown at once. */
async function viewInFlow(objects: ObjectsPort, request: StartRequest, waitMs: number): Promise<ExecutionView> {
  const queued = await objects.flow(request.tenant, request.workflowId).find(request.id);
  if (queued) return queuedView(queued.request, queued.reason);
  return unwrap(objects.execution(request.tenant, request.id).get(request.tenant, request.id, waitMs));
}

/**
 * Durable when it returns; the execution runs on by itself.
 * @throws PlatformError with the code the execution's object gave; `rate-limited`, `plan-limit`
 */
export function startExecution(start: Start): Promise<Started> {
  return begin(start, startHoldMs, async (request) => {
    const flow = flowAskedBy(start);
    if (flow) {
      const { id, status, created, createdAt } = await takeTurn(start, request, flow);
      return { value: { id, workflowId: request.workflowId, status, created, createdAt }, created };
    }
    const object = start.ctx.objects.execution(request.tenant, request.id);
    const { id, status, created } = await unwrap(object.start(request));
    // Who began earlier began at another time: only its object knows when.
    const createdAt = created ? request.createdAt : Date.parse((await unwrap(object.get(request.tenant, id, 0))).created_at);
    return { value: { id, workflowId: request.workflowId, status, created, createdAt }, created };
  });
}

/**
 * Starts and returns at the end, or after `waitMs`, or when the execution waits for something.
 * @throws PlatformError with the code the execution's object gave; `rate-limited`, `plan-limit`
 */
export function runExecution(start: Start, waitMs: number): Promise<ExecutionView> {
  return begin(start, runHoldMs, async (request) => {
    const flow = flowAskedBy(start);
    if (flow) {
      const { id, created } = await takeTurn(start, request, flow);
      return { value: await viewInFlow(start.ctx.objects, { ...request, id }, waitMs), created };
    }
    const view = await unwrap(start.ctx.objects.execution(request.tenant, request.id).run(request, waitMs));
    return { value: view, created: Date.parse(view.created_at) === request.createdAt };
  });
}

async function begin<T>({ ctx, tenant, key, ...start }: Start, holdMs: number, carryOut: (request: StartRequest) => Promise<{ value: T; created: boolean }>): Promise<T> {
  const request = await toRequest({ ctx, tenant, key, ...start });
  return withinPlan(ctx, {
    tenant,
    holdMs,
    exists: async () => key !== null && ((await ctx.objects.execution(tenant, request.id).get(tenant, request.id, 0, "end")).ok || (flowAskedBy(start) !== undefined && (await ctx.objects.flow(tenant, request.workflowId).find(request.id)) !== null)),
    begin: () => carryOut(request),
  });
}
