/**
 * The one way an execution begins from outside. With a key the id is derived from it, so
 * the same delivery or the same Idempotency-Key meets the execution it began before.
 * @module
 */
import type { WorkflowRow } from "../../../db/credentials.ts";
import type { StartRequest } from "../../../durable-objects/execution/contract.ts";
import { derivedExecutionId, newExecutionId } from "../../../durable-objects/placement.ts";
import type { ExecutionStatus, ExecutionView, Trigger } from "../../../sdk/schema/execution.ts";
import type { TestRun } from "../../../sdk/schema/journal.ts";
import type { BaseContext } from "../context.ts";
import { unwrap } from "../reply.ts";
import { withinPlan } from "../usage/starts.ts";

/** A start is carried out by then, or goes on while others begin, ms. */
const startHoldMs = 2_000;
/** What takes longer mostly waits: for the network, for a child, for time to pass. */
const runHoldMs = 250;

export interface Start {
  ctx: Pick<BaseContext, "objects" | "usage" | "waitUntil" | "now">;
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

async function toRequest({ ctx: { now }, tenant, workflow, input, trigger, key, inputMustMatch, test }: Start): Promise<StartRequest> {
  const { placement, timeout_ms } = workflow.manifest;
  return {
    tenant,
    id: key === null ? newExecutionId(placement, now) : await derivedExecutionId(placement, tenant, workflow.id, key),
    workflowId: workflow.id,
    bundle: workflow.bundle,
    version: workflow.version,
    trigger,
    input,
    timeoutMs: timeout_ms ?? null,
    createdAt: now,
    parent: null,
    ...(test ? { test } : {}),
    ...(inputMustMatch ? { inputMustMatch } : {}),
  };
}

/**
 * Durable when it returns; the execution runs on by itself.
 * @throws PlatformError with the code the execution's object gave; `rate-limited`, `plan-limit`
 */
export function startExecution(start: Start): Promise<Started> {
  return begin(start, startHoldMs, async (request) => {
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
    const view = await unwrap(start.ctx.objects.execution(request.tenant, request.id).run(request, waitMs));
    return { value: view, created: Date.parse(view.created_at) === request.createdAt };
  });
}

async function begin<T>({ ctx, tenant, key, ...start }: Start, holdMs: number, carryOut: (request: StartRequest) => Promise<{ value: T; created: boolean }>): Promise<T> {
  const request = await toRequest({ ctx, tenant, key, ...start });
  return withinPlan(ctx, {
    tenant,
    holdMs,
    exists: async () => key !== null && (await ctx.objects.execution(tenant, request.id).get(tenant, request.id, 0, "end")).ok,
    begin: () => carryOut(request),
  });
}
