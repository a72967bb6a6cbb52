/**
 * The objects that events pass through, by tenant.
 * @module
 */
import type { DelivererObject } from "../../durable-objects/deliverer/contract.ts";
import type { DispatcherObject } from "../../durable-objects/dispatcher/contract.ts";
import type { FlowObject } from "../../durable-objects/flow/contract.ts";
import type { ImporterObject } from "../../durable-objects/importer/contract.ts";
import type { RealtimeObject } from "../../durable-objects/realtime/contract.ts";
import type { SchedulerObject } from "../../durable-objects/scheduler/contract.ts";
import type { Env } from "../env.ts";

/** What of a namespace is used: an object by name. The compiler gives up on the platform's stub types for contracts that hold JSON. */
interface Namespace<T> {
  getByName(name: string): T;
}

const named = <T>(namespace: unknown, name: string): T => (namespace as Namespace<T>).getByName(name);

export const dispatcherOf = (env: Env, tenant: string): DispatcherObject => named(env.DISPATCHER, tenant);
export const schedulerOf = (env: Env, tenant: string): SchedulerObject => named(env.SCHEDULER, tenant);
export const delivererOf = (env: Env, tenant: string): DelivererObject => named(env.DELIVERER, tenant);
export const realtimeOf = (env: Env, tenant: string): RealtimeObject & { fetch(request: Request): Promise<Response> } => named(env.REALTIME, tenant);
/** One for each workflow that asks for flow control. */
export const flowOf = (env: Env, tenant: string, workflowId: string): FlowObject => named(env.FLOW, `${tenant}:${workflowId}`);
/** One for each import. */
export const importerOf = (env: Env, tenant: string, importId: string): ImporterObject => named(env.IMPORTER, `${tenant}:${importId}`);
