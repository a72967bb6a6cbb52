/**
 * What signing in leaves behind, looked after by the cron: mail that did not go out, keys that
 * have signed for long enough, tokens and counts whose time is over.
 * @module
 */
import { purgeMails } from "../../../db/mails.ts";
import { purgeTokens } from "../../../db/one-time-tokens.ts";
import { purgeFailures } from "../../../db/sign-in-failures.ts";
import { rotateSigningKeys } from "../../auth/signing-keys.ts";
import type { Env } from "../../env.ts";
import { deliverMails } from "../mails/deliver.ts";

/** So long it can be seen that, and when, a mail went out. */
const keepMailsMs = 30 * 86_400_000;

/** @throws AggregateError after all was tried, when a part of it failed */
export async function keepUpSignIn(env: Env, now: number): Promise<void> {
  const done = await Promise.allSettled([rotateSigningKeys(env, now), deliverMails(env, now), purgeTokens(env.DB, now), purgeFailures(env.DB, now), purgeMails(env.DB, now - keepMailsMs)]);
  const failures = done.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
  if (failures.length > 0) throw new AggregateError(failures, `upkeep of sign-ins failed: ${failures.map(String).join("; ")}`);
}
