/**
 * For the cron: makes good what crashes between a commit and its nudge have left lying.
 * @module
 */
import { tenantsThatListen, tenantsWithPending } from "../../db/pending-events.ts";
import type { Env } from "../env.ts";
import { refreshInterestSoon } from "./interest.ts";
import { dispatcherOf } from "./objects.ts";

/** Longer than a nudge takes. */
const overdueMs = 10_000;
/** Tenants of one call. */
const atOnce = 500;

export async function sweepEvents(env: Env, now: number): Promise<void> {
  const overdue = await tenantsWithPending(env.DB, now - overdueMs, atOnce);
  await Promise.all(overdue.map((tenant) => dispatcherOf(env, tenant).nudge(tenant)));
  // What a deployment should have told the hub and a crash kept from it.
  if (new Date(now).getUTCMinutes() !== 0) return;
  for (let after = ""; ; ) {
    const tenants = await tenantsThatListen(env.DB, after, atOnce);
    await Promise.all(tenants.map((tenant) => refreshInterestSoon(env, tenant)));
    const last = tenants.at(-1);
    if (last === undefined || tenants.length < atOnce) return;
    after = last;
  }
}
