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
import type { ObjectsPort } from "../ports.ts";
import { unwrap } from "../reply.ts";

export interface Start {
  objects: ObjectsPort;
  tenant: string;
  workflow: WorkflowRow;
  /** Encoded by sdk/schema/codec. */
  input: string;
  trigger: Trigger;
  /** What makes this start the same as another of the workflow; null = always new. */
  key: string | null;
  /** The same key with another input is refused; without, it is given what the key began. */
  inputMustMatch?: boolean;
  /** ms since the epoch. */
  now: number;
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

async function toRequest({ tenant, workflow, input, trigger, key, inputMustMatch, now, test }: Start): Promise<StartRequest> {
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
 * @throws PlatformError with the code the execution's object gave
 */
export async function startExecution(start: Start): Promise<Started> {
  const request = await toRequest(start);
  const object = start.objects.execution(request.tenant, request.id);
  const { id, status, created } = await unwrap(object.start(request));
  // Who began earlier began at another time: only its object knows when.
  const createdAt = created ? request.createdAt : Date.parse((await unwrap(object.get(request.tenant, id, 0))).created_at);
  return { id, workflowId: request.workflowId, status, created, createdAt };
}

/**
 * Starts and returns at the end, or after `waitMs`, or when the execution waits for something.
 * @throws PlatformError with the code the execution's object gave
 */
export async function runExecution(start: Start, waitMs: number): Promise<ExecutionView> {
  const request = await toRequest(start);
  return unwrap(start.objects.execution(request.tenant, request.id).run(request, waitMs));
}
