/**
 * Second factors of people, who belong to no tenant: the time steps and recovery codes they
 * have used up. Each is accepted once, and it is the database that sees to it: a use is a
 * condition and a statement for one transaction (`batchIf` of tenantDb).
 * @module
 */
import { and, count, eq, isNull, sql, type SQL } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { recoveryCodes, users } from "./schema/users.ts";
import type { Statement } from "./tenant-db.ts";

export interface Use {
  /** It has not been used up, and the account is as it was when it was checked. */
  condition: SQL;
  statement: Statement;
}

/**
 * @param sealed the secret the code was checked against, as stored
 * @param step of the code
 */
export function useStep(d1: D1Database, { userId, sealed, step }: { userId: string; sealed: string; step: number }): Use {
  return {
    condition: sql`exists (select 1 from ${users} where ${users.id} = ${userId} and ${users.mfa_secret} = ${sealed} and coalesce(${users.mfa_last_step}, -1) < ${step})`,
    statement: drizzle(d1).update(users).set({ mfa_last_step: step }).where(eq(users.id, userId)),
  };
}

export function useRecoveryCode(d1: D1Database, { userId, hash, now }: { userId: string; hash: string; now: number }): Use {
  const unused = and(eq(recoveryCodes.hash, hash), eq(recoveryCodes.user_id, userId), isNull(recoveryCodes.used_at));
  return {
    condition: sql`exists (select 1 from ${recoveryCodes} where ${unused})`,
    statement: drizzle(d1).update(recoveryCodes).set({ used_at: now }).where(unused),
  };
}

/** Nobody has turned the second factor on in the meantime. */
export function isOff(userId: string): SQL {
  return sql`exists (select 1 from ${users} where ${users.id} = ${userId} and ${users.mfa_enabled_at} is null)`;
}

/** In the place of the ones there were; none when there are no hashes. */
export function replaceRecoveryCodes(d1: D1Database, userId: string, hashes: readonly string[]): Statement[] {
  const db = drizzle(d1);
  const gone = db.delete(recoveryCodes).where(eq(recoveryCodes.user_id, userId));
  return hashes.length === 0 ? [gone] : [gone, db.insert(recoveryCodes).values(hashes.map((hash) => ({ hash, user_id: userId, used_at: null })))];
}

/** How many are left. */
export async function countRecoveryCodes(d1: D1Database, userId: string): Promise<number> {
  const [row] = await drizzle(d1)
    .select({ left: count() })
    .from(recoveryCodes)
    .where(and(eq(recoveryCodes.user_id, userId), isNull(recoveryCodes.used_at)));
  return row?.left ?? 0;
}
