import type { Env } from "../../env.ts";
import { runDueJobs } from "../privacy/run.ts";
import { cleanByAge } from "./clean.ts";

/**
 * For the cron: exports and erasures that are under way, and what is old.
 * @throws AggregateError after both were tried
 */
export async function keepUpPrivacy(env: Env, now: number): Promise<void> {
  const done = await Promise.allSettled([runDueJobs(env, now), cleanByAge(env, now)]);
  const failures = done.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
  if (failures.length > 0) throw new AggregateError(failures, `upkeep of personal data failed: ${failures.map(String).join("; ")}`);
}
