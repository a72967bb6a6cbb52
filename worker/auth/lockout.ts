/**
 * Limits on guessing, by account and by network address.
 *
 * Invariants
 * 1. An attempt is counted before the secret is looked at, so that attempts sent at once are
 *    limited like attempts sent one after the other.
 * 2. Accounts that do not exist are counted like those that do: a lock tells nothing.
 * 3. A lock ends by itself, after an hour at most; what comes meanwhile does not make it longer.
 * @module
 */
import { countAttempt, forgetFailures, type Limit, uncountAttempt } from "../../db/sign-in-failures.ts";
import { PlatformError } from "../../sdk/schema/problem.ts";
import type { BaseContext } from "../domain/context.ts";
import { sha256, toHex } from "./bytes.ts";

const minute = 60_000;
const byAccount: Limit = { attempts: 5, firstLockMs: minute, longestLockMs: 60 * minute, forgetMs: 24 * 60 * minute };
/** Many people may share an address. */
const byAddress: Limit = { attempts: 50, firstLockMs: minute, longestLockMs: 60 * minute, forgetMs: 60 * minute };

export interface Attempt {
  /** It was no guess: the account's count begins anew. Without this the attempt counts as failed. */
  succeeded(): Promise<void>;
}

/**
 * Counts an attempt at a secret of `account`.
 * @param account what is guessed at: a mail address, or `mfa:` and a user's id
 * @throws PlatformError `too-many-attempts`
 */
export async function admitAttempt({ env, now, caller }: Pick<BaseContext, "env" | "now" | "caller">, account: string): Promise<Attempt> {
  const accountKey = await keyOf("account", account);
  // An address that is not known (a local server) cannot be counted without locking everybody out.
  const addressKey = caller.ip === null ? null : await keyOf("address", networkOf(caller.ip));
  if (addressKey !== null) refuseUntil(await countAttempt(env.DB, addressKey, now, byAddress), now);
  const takeBack = async () => void (addressKey !== null && (await uncountAttempt(env.DB, addressKey, byAddress)));
  const lockedUntil = await countAttempt(env.DB, accountKey, now, byAccount);
  // Nothing was guessed at.
  if (lockedUntil !== null) await takeBack();
  refuseUntil(lockedUntil, now);
  return {
    async succeeded() {
      await Promise.all([forgetFailures(env.DB, accountKey), takeBack()]);
    },
  };
}

/** Ends the wait of an account, when its owner has shown by other means who they are. */
export async function forgetAttempts({ env }: Pick<BaseContext, "env">, account: string): Promise<void> {
  await forgetFailures(env.DB, await keyOf("account", account));
}

/** Under which keys attempts at these accounts are counted. */
export function failureKeys(accounts: readonly string[]): Promise<string[]> {
  return Promise.all(accounts.map((account) => keyOf("account", account)));
}

function refuseUntil(until: number | null, now: number): void {
  if (until === null) return;
  const seconds = Math.ceil((until - now) / 1000);
  const wait = seconds < 120 ? `${seconds} second${seconds === 1 ? "" : "s"}` : `${Math.ceil(seconds / 60)} minutes`;
  throw new PlatformError("too-many-attempts", `Too many attempts. Try again in ${wait}, at ${new Date(until).toISOString()}.`, undefined, seconds);
}

async function keyOf(kind: "account" | "address", what: string): Promise<string> {
  return `${kind}:${toHex(await sha256(what))}`;
}

/** One subscriber has a whole /64 of IPv6. */
export function networkOf(ip: string): string {
  if (!ip.includes(":") || ip.includes(".")) return ip.replace(/^::ffff:/i, "");
  const [left = "", right = ""] = ip.toLowerCase().split("::");
  const head = left.split(":").filter(Boolean);
  const tail = right.split(":").filter(Boolean);
  const groups = ip.includes("::") ? [...head, ...Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => "0"), ...tail] : head;
  return `${groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`;
}
