/** Keys that sign access tokens: of the platform, not of a tenant. */
import { and, desc, gt, isNull, lt, or } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { signingKeys } from "./schema/signing-keys.ts";

export type SigningKeyRow = typeof signingKeys.$inferSelect;

/** Those that still verify, the signing one first. */
export function listSigningKeys(d1: D1Database, now: number): Promise<SigningKeyRow[]> {
  return drizzle(d1).select().from(signingKeys).where(or(isNull(signingKeys.retired_at), gt(signingKeys.retired_at, now))).orderBy(desc(signingKeys.created_at), desc(signingKeys.id));
}

export async function insertSigningKey(d1: D1Database, row: SigningKeyRow): Promise<void> {
  await drizzle(d1).insert(signingKeys).values(row);
}

/** Every key made before this one verifies until `at` and no longer. Of two made at once, one stays. */
export async function retireSigningKeys(d1: D1Database, newest: string, at: number): Promise<void> {
  await drizzle(d1).update(signingKeys).set({ retired_at: at }).where(and(lt(signingKeys.id, newest), isNull(signingKeys.retired_at)));
}
