/**
 * Telling those who look on.
 * @module
 */
import type { NewsPort } from "../../durable-objects/tenant-hub/news.ts";
import type { Env } from "../env.ts";
import { realtimeOf } from "../events/objects.ts";
import { executionBegan, executionEnded } from "../observability/counters.ts";

/** What the tenant's index has to tell. */
export function newsOf(env: Env): NewsPort {
  return {
    publish: (tenant, messages) => realtimeOf(env, tenant).publish(messages),
    began: () => executionBegan(),
    ended: (_tenant, status) => executionEnded(status),
  };
}
