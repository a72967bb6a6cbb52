import { errorMessage } from "../../../db/error-message.ts";
import { takeUnseen } from "../../../db/schedules.ts";
import { schedulerOf } from "../../events/objects.ts";
import type { Env } from "../../env.ts";

/** A scheduler that nobody has looked at for so long is looked at, ms. */
const unseenMs = 5 * 60_000;
const atOnce = 50;

/** For the cron: schedulers that have not heard of a change, and those whose alarm may be lost. */
export async function sweepSchedules(env: Env, now: number): Promise<void> {
  const tenants = await takeUnseen(env.DB, { now, before: now - unseenMs, limit: atOnce });
  const done = await Promise.allSettled(tenants.map((tenant) => schedulerOf(env, tenant).sync(tenant)));
  for (const [index, result] of done.entries()) {
    if (result.status === "rejected") console.error(JSON.stringify({ level: "error", event: "schedules-unseen", tenant: tenants[index], message: errorMessage(result.reason) }));
  }
}
