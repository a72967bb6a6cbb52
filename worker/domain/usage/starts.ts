/**
 * Whether one more execution may begin: the month's count, and how many begin at once.
 *
 * Invariants
 * 1. What was begun before is given back, however little room there is: only what is new is
 *    refused.
 * 2. Only what began counts: a start that failed, or met one that was there, is taken off.
 * @module
 */
import { monthly } from "../../../durable-objects/limiter/contract.ts";
import { nextMonth } from "../../../durable-objects/limiter/meter.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { BaseContext } from "../context.ts";
import { planLimit } from "../plans/refusal.ts";
import { startsAtOnce } from "./usage.ts";

/** So many starts of a tenant wait at most for each that is carried out. */
const waitingPerPlace = 16;

export interface NewStart<T> {
  tenant: string;
  /** A start that takes longer makes room for others, ms. */
  holdMs: number;
  /** Whether the execution is there already. */
  exists: () => Promise<boolean>;
  begin: () => Promise<{ value: T; created: boolean }>;
}

/** @throws PlatformError `rate-limited`, `plan-limit` */
export async function withinPlan<T>({ usage, waitUntil, now }: Pick<BaseContext, "usage" | "waitUntil" | "now">, { tenant, holdMs, exists, begin }: NewStart<T>): Promise<T> {
  const { leases, starts } = usage;
  const places = startsAtOnce(usage, tenant);
  const leave = await starts.enter(tenant, { places, holdMs, longest: places * waitingPerPlace });
  if (!leave) throw new PlatformError("rate-limited", `${places} executions are being started and ${places * waitingPerPlace} more wait for that. Try again in a second, with the same Idempotency-Key.`, undefined, 1);
  try {
    const { admitted, states } = await leases.admit(tenant, [monthly], waitUntil);
    if (!admitted && !(await exists())) throw planLimit("executions_per_month", { limit: states[0]?.limit ?? 0, used: states[0]?.used ?? 0, resetsAt: nextMonth(now) });
    let created = false;
    try {
      const begun = await begin();
      created = begun.created;
      return begun.value;
    } finally {
      if (admitted !== created) leases.count(tenant, monthly, created ? 1 : -1, waitUntil);
    }
  } finally {
    leave();
  }
}
