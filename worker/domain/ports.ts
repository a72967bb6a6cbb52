/**
 * What the verbs need of the rest of the platform.
 * @module
 */
import type { ExecutionObject } from "../../durable-objects/execution/contract.ts";
import type { FlowObject } from "../../durable-objects/flow/contract.ts";
import { objectName } from "../../durable-objects/placement.ts";
import type { HubObject } from "../../durable-objects/tenant-hub/contract.ts";
import type { BundleManifest, DeploymentRequest } from "../../sdk/schema/manifest.ts";
import type { Env } from "../env.ts";
import { flowOf } from "../events/objects.ts";

/** Where and what: a reason a bundle was refused. */
export interface BundleProblem {
  file: string;
  line: number;
  column: number;
  message: string;
}

export interface PreparedBundle {
  ok: true;
  /** SHA-256 of the bundle, hex. */
  bundle: string;
  manifest: BundleManifest;
  stored: {
    /** Key in env.BLOBS of the sources: JSON, path → text; named by content. */
    sources: string;
  };
}

export interface PrepareOptions {
  /** False: it is looked at and not stored. */
  keep?: boolean;
}

/** Guards, loads and stores a bundle; after `ok` it is kept for good. */
export interface SandboxPort {
  prepare(env: Env, tenant: string, request: DeploymentRequest, options?: PrepareOptions): Promise<PreparedBundle | { ok: false; problems: BundleProblem[] }>;
}

/** What may be asked of an execution from outside. */
export type ExecutionPort = Pick<ExecutionObject, "start" | "run" | "get" | "origin" | "logs" | "send" | "decide" | "pause" | "resume" | "cancel" | "retry" | "rehearse" | "move" | "fork" | "adopt">;

/** What may be asked of a tenant's index. */
export type HubPort = Pick<HubObject, "list" | "find" | "restart" | "counts" | "activity">;

/** What may be asked of what decides which starts of a workflow go ahead. */
export type FlowPort = Pick<FlowObject, "offer" | "find" | "cancel">;

/** The objects behind executions. */
export interface ObjectsPort {
  execution(tenant: string, id: string): ExecutionPort;
  hub(tenant: string): HubPort;
  flow(tenant: string, workflowId: string): FlowPort;
}

/** What of a namespace is used: an object by name. */
interface Namespace<T> {
  getByName(name: string): T;
}

/** The same objects with all that their contracts hold. */
export interface Objects {
  execution(tenant: string, id: string): ExecutionObject;
  hub(tenant: string): HubObject;
  flow(tenant: string, workflowId: string): FlowObject;
}

export function objectsOf(env: Env): Objects {
  // The compiler gives up on the platform's stub type for contracts that hold JSON (a type
  // that contains itself); the contracts allow only what RPC carries, so a stub is one.
  const executions = env.EXECUTION as unknown as Namespace<ExecutionObject>;
  const hubs = env.HUB as unknown as Namespace<HubObject>;
  return {
    execution: (tenant, id) => executions.getByName(objectName(tenant, id)),
    hub: (tenant) => hubs.getByName(tenant),
    flow: (tenant, workflowId) => flowOf(env, tenant, workflowId),
  };
}
