/**
 * Gives the realtime object what it needs of the rest of the platform.
 * @module
 */
import type { RealtimePlatform } from "../../durable-objects/realtime/contract.ts";
import { objectsOf } from "../domain/ports.ts";
import type { Env } from "../env.ts";
import { openSockets } from "../observability/counters.ts";
import { standingOf } from "./standing.ts";

export function realtimePlatform(env: Env): RealtimePlatform {
  return {
    standing: (tenant, credentials) => standingOf(env, tenant, credentials, Date.now()),
    watch: async (tenant, executionId, tell) => isExecutionId(executionId) && (await objectsOf(env).execution(tenant, executionId).watch(tenant, executionId, tell)),
    count: openSockets,
  };
}

/** Asking for anything else would make an object for it. */
function isExecutionId(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[78][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(text);
}
