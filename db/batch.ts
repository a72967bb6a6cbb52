/**
 * Several statements as one transaction. They may be of any tenant, or of none: signing in
 * and registering change what belongs to no tenant together with what does. Each statement
 * comes from tenantDb or from one of the files that say why they do without.
 * @module
 */
import { sql, type SQL } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { drizzle } from "drizzle-orm/d1";

export type Statement = BatchItem<"sqlite"> & PromiseLike<unknown>;

export async function batch(d1: D1Database, [first, ...rest]: readonly Statement[]): Promise<void> {
  if (first) await drizzle(d1).batch([first, ...rest]);
}

/** SQLite can end a transaction with an error only in a trigger, or by a path into JSON that it cannot read. */
const refusal = "condition-not-met";
const require = (condition: SQL) => sql`json_extract('{}', case when ${condition} then '$' else ${refusal} end)`;
const isRefusal = (error: unknown): boolean => error instanceof Error && (error.message.includes(refusal) || isRefusal(error.cause));

/**
 * The same, if the condition holds when the transaction begins: it is part of it, so nobody
 * comes in between. False: it did not hold, nothing was done.
 */
export async function batchIf(d1: D1Database, condition: SQL, statements: readonly Statement[]): Promise<boolean> {
  const db = drizzle(d1);
  try {
    await db.batch([db.select({ met: require(condition) }).from(sql`(select 1)`), ...statements]);
    return true;
  } catch (error) {
    if (isRefusal(error)) return false;
    throw error;
  }
}
