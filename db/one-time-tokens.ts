/**
 * Links and challenges that work once: confirmations, password resets, second factors, and
 * sign-ins that come back from elsewhere. They are redeemed by people who have not signed in,
 * so no tenant is known. Only the SHA-256 of a token is stored.
 * @module
 */
import { and, eq, gt, isNull, lt, lte, sql, type SQL } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { oneTimeTokens } from "./schema/sessions.ts";
import type { Statement } from "./tenant-db.ts";

/** What a token is for: one made for another purpose is no token at all. */
export type Purpose = "register" | "reset" | "mfa" | "oidc" | "sso" | "approval" | "updates";

export interface NewToken {
  purpose: Purpose;
  userId?: string | null;
  tenantId?: string | null;
  data?: Record<string, unknown>;
  now: number;
  lifeMs: number;
}

export interface Redeemed {
  user_id: string | null;
  tenant_id: string | null;
  data: Record<string, unknown>;
  created_at: number;
}

const kept = { user_id: oneTimeTokens.user_id, tenant_id: oneTimeTokens.tenant_id, data: oneTimeTokens.data, created_at: oneTimeTokens.created_at };

/**
 * @returns the token, to be mailed or answered, and the statement that makes it good: put it
 *   into the batch of the change it belongs to
 */
export async function issueToken(d1: D1Database, { purpose, userId = null, tenantId = null, data = {}, now, lifeMs }: NewToken): Promise<{ token: string; statement: Statement }> {
  const token = base64url(crypto.getRandomValues(new Uint8Array(32)));
  const row = { hash: await hashOf(token), purpose, user_id: userId, tenant_id: tenantId, data, created_at: now, expires_at: now + lifeMs, used_at: null };
  return { token, statement: drizzle(d1).insert(oneTimeTokens).values(row) };
}

/** Uses the token up. Of many callers at once one gets it; null for a token that is used, expired or none. */
export async function consumeToken(d1: D1Database, { token, purpose, now }: { token: string; purpose: Purpose; now: number }): Promise<Redeemed | null> {
  const [row] = await drizzle(d1)
    .update(oneTimeTokens)
    .set({ used_at: now })
    .where(await open({ token, purpose, now }))
    .returning(kept);
  return row ?? null;
}

/** The same without using it up: for challenges that allow more than one try. */
export async function peekToken(d1: D1Database, { token, purpose, now }: { token: string; purpose: Purpose; now: number }): Promise<Redeemed | null> {
  const [row] = await drizzle(d1).select(kept).from(oneTimeTokens).where(await open({ token, purpose, now })).limit(1);
  return row ?? null;
}

/** The same, counting: after `most` tries it is over, and of many at once no more get through. */
export async function tryToken(d1: D1Database, { token, purpose, now, most }: { token: string; purpose: Purpose; now: number; most: number }): Promise<Redeemed | null> {
  const { data } = oneTimeTokens;
  const tries = sql`coalesce(json_extract(${data}, '$.tries'), 0)`;
  const [row] = await drizzle(d1)
    .update(oneTimeTokens)
    .set({ data: sql`json_set(${data}, '$.tries', ${tries} + 1)` })
    .where(and(await open({ token, purpose, now }), lt(tries, most)))
    .returning(kept);
  return row ?? null;
}

/** Using a token up as a part of one transaction (`batchIf`): the token and what it opens go together. */
export async function tokenUse(d1: D1Database, { token, purpose, now }: { token: string; purpose: Purpose; now: number }): Promise<{ condition: SQL; statement: Statement }> {
  const where = await open({ token, purpose, now });
  return {
    condition: sql`exists (select 1 from ${oneTimeTokens} where ${where})`,
    statement: drizzle(d1).update(oneTimeTokens).set({ used_at: now }).where(where),
  };
}

/** A person's open tokens of a purpose end, such as the reset links mailed before. */
export function endTokens(d1: D1Database, { userId, purpose, now }: { userId: string; purpose: Purpose; now: number }): Statement {
  return drizzle(d1)
    .update(oneTimeTokens)
    .set({ used_at: now })
    .where(and(eq(oneTimeTokens.user_id, userId), eq(oneTimeTokens.purpose, purpose), isNull(oneTimeTokens.used_at)));
}

export async function purgeTokens(d1: D1Database, now: number): Promise<void> {
  await drizzle(d1).delete(oneTimeTokens).where(lte(oneTimeTokens.expires_at, now));
}

async function open({ token, purpose, now }: { token: string; purpose: Purpose; now: number }) {
  return and(eq(oneTimeTokens.hash, await hashOf(token)), eq(oneTimeTokens.purpose, purpose), isNull(oneTimeTokens.used_at), gt(oneTimeTokens.expires_at, now));
}

async function hashOf(token: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token)));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
