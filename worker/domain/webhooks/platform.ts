/**
 * Gives the deliverer what it needs of the rest of the platform.
 * @module
 */
import { listDueDeliveries, nextDelivery, tenantsWithOverdue } from "../../../db/webhook-deliveries.ts";
import type { DelivererPlatform } from "../../../durable-objects/deliverer/contract.ts";
import { mostAtOnce } from "../../../durable-objects/deliverer/deliver.ts";
import type { Env } from "../../env.ts";
import { attempt } from "./attempt.ts";
import { nudge } from "./nudge.ts";

export function delivererPlatform(env: Env, waitUntil: (work: Promise<unknown>) => void): DelivererPlatform {
  return {
    due: async (tenant, now, except, each) => (await listDueDeliveries(env.DB, tenant, { now, except, each, limit: mostAtOnce * 2 })).map(({ id, subscription_id }) => ({ id, subscriptionId: subscription_id })),
    attempt: (tenant, { id }, now) => attempt({ env, waitUntil }, tenant, id, now),
    next: (tenant) => nextDelivery(env.DB, tenant),
  };
}

/** A deliverer that lives has sent it by then, ms. */
const overdueMs = 60_000;
const atOnce = 500;

/** For the cron: reminds deliverers that have lost their alarm, or never heard of what is due. */
export async function sweepWebhooks(env: Env, now: number): Promise<void> {
  const overdue = await tenantsWithOverdue(env.DB, now - overdueMs, atOnce);
  await Promise.all(overdue.map((tenant) => nudge(env, tenant)));
}
