/**
 * People as providers know them. An identity belongs to a provider, and through it to a
 * tenant; it is looked up while somebody signs in.
 * @module
 */
import { and, eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { identities } from "./schema/sso.ts";
import type { Statement } from "./tenant-db.ts";

/** Whose account the provider's subject opens. */
export async function findIdentity(d1: D1Database, providerId: string, subject: string): Promise<{ user_id: string } | null> {
  const [row] = await drizzle(d1)
    .select({ user_id: identities.user_id })
    .from(identities)
    .where(and(eq(identities.provider_id, providerId), eq(identities.subject, subject)))
    .limit(1);
  return row ?? null;
}

/** For the batch of the change it belongs to; a second one for the same subject makes that batch fail. */
export function insertIdentity(d1: D1Database, row: typeof identities.$inferSelect): Statement {
  return drizzle(d1).insert(identities).values(row);
}

/** Before the provider goes. */
export function removeIdentities(d1: D1Database, providerId: string): Statement {
  return drizzle(d1).delete(identities).where(eq(identities.provider_id, providerId));
}
