/**
 * What of the tenant's plan a call from outside meets. The sender learns that it is too much;
 * which limit, and what to do about it, is for the tenant to read in the log of calls.
 * @module
 */
import { PlatformError } from "../../sdk/schema/problem.ts";
import type { BaseContext } from "../domain/context.ts";
import { Refused } from "./refused.ts";

/**
 * Asked once the signature has fitted: nobody else can use up a tenant's deliveries.
 * @throws Refused `rate-limited`
 */
export async function admitDelivery({ usage, waitUntil }: BaseContext, tenant: string): Promise<void> {
  const { admitted, retryMs, first, states } = await usage.leases.admit(tenant, ["hooks"], waitUntil);
  if (admitted) return;
  const seconds = Math.max(1, Math.ceil(retryMs / 1000));
  const reason = `more than ${states[0]?.limit ?? 0} deliveries a minute`;
  // One entry tells of a flood; an entry for each call would be one more.
  throw new Refused("rate-limited", `Too many deliveries. Try again in ${seconds} second${seconds === 1 ? "" : "s"}.`, reason, { retryAfter: seconds, recorded: first });
}

/** @throws Refused `plan-limit` in place of the one that names figures */
export function hideFigures(error: unknown): never {
  if (!(error instanceof PlatformError) || error.code !== "plan-limit") throw error;
  throw new Refused("plan-limit", "The receiver takes no more for now.", error.message);
}
