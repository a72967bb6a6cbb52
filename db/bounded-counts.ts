/**
 * How many rows queries find, each counted up to a bound: in one statement, which tenantDb has
 * not. The queries name their tenant, as those of worker/domain/records/ways.ts do.
 * @module
 */
import { sql, type SQL } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";

export async function countEachUpTo(d1: D1Database, queries: readonly SQL[], bound: number): Promise<number[]> {
  const counts = queries.map((query, index) => sql`(select count(*) from (${query} limit ${bound})) as ${sql.identifier(`n${index}`)}`);
  const [row] = await drizzle(d1).all<Record<string, number>>(sql`select ${sql.join(counts, sql`, `)}`);
  return queries.map((_, index) => row?.[`n${index}`] ?? 0);
}
