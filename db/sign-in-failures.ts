/**
 * Counts of failed attempts, by account and by network address. They are kept for people who
 * have not signed in, and for addresses that have no account at all: no tenant is known.
 * @module
 */
import { eq, isNull, lte, or, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { signInFailures } from "./schema/sessions.ts";

/** How many attempts are free, and how long one waits after that. */
export interface Limit {
  /** The attempt of this number locks. */
  attempts: number;
  firstLockMs: number;
  longestLockMs: number;
  /** A count that does not grow for so long is forgotten. */
  forgetMs: number;
}

/** More doublings make no longer lock: keeps the shift within 63 bits. */
const mostDoublings = 20;

/**
 * Counts an attempt before it is made, in one statement: of many at once no more get through
 * than the limit allows. An attempt that turns out to be right is taken back.
 * @returns null when it may be made, else when the lock ends
 */
export async function countAttempt(d1: D1Database, key: string, now: number, limit: Limit): Promise<number | null> {
  const db = drizzle(d1);
  const { count, expires_at, locked_until } = signInFailures;
  const next = sql`case when ${expires_at} <= ${now} then 1 else ${count} + 1 end`;
  const lock = sql`case when (${next}) >= ${limit.attempts} then ${now} + min(${limit.longestLockMs}, ${limit.firstLockMs} * (1 << min(${mostDoublings}, (${next}) - ${limit.attempts}))) end`;
  const forget = now + limit.forgetMs;
  const counted = await db
    .insert(signInFailures)
    .values({ key, count: 1, expires_at: forget, locked_until: limit.attempts <= 1 ? now + limit.firstLockMs : null })
    .onConflictDoUpdate({ target: signInFailures.key, set: { count: next, expires_at: forget, locked_until: lock }, setWhere: or(isNull(locked_until), lte(locked_until, now)) })
    .returning({ count });
  if (counted.length > 0) return null;
  const [row] = await db.select({ locked_until }).from(signInFailures).where(eq(signInFailures.key, key)).limit(1);
  return Math.max(row?.locked_until ?? now, now + 1);
}

/** Takes an attempt back that was no failure, with the lock it may have caused. */
export async function uncountAttempt(d1: D1Database, key: string, limit: Limit): Promise<void> {
  const { count, locked_until } = signInFailures;
  await drizzle(d1)
    .update(signInFailures)
    .set({ count: sql`max(0, ${count} - 1)`, locked_until: sql`case when ${count} - 1 < ${limit.attempts} then null else ${locked_until} end` })
    .where(eq(signInFailures.key, key));
}

export async function forgetFailures(d1: D1Database, key: string): Promise<void> {
  await drizzle(d1).delete(signInFailures).where(eq(signInFailures.key, key));
}

export async function purgeFailures(d1: D1Database, now: number): Promise<void> {
  await drizzle(d1).delete(signInFailures).where(lte(signInFailures.expires_at, now));
}
