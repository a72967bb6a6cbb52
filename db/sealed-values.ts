/**
 * What lies sealed under the master key, over all tenants: a new master key concerns the
 * whole installation, and whoever re-seals sees sealed texts, not what is in them.
 * @module
 */
import { and, eq, isNotNull, not, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";

/** A column of sealed texts and the columns that name its row: one or two. */
export interface SealedColumn {
  table: SQLiteTable;
  sealed: SQLiteColumn;
  /** A second one repeats the first when one is enough. */
  key: readonly [SQLiteColumn, SQLiteColumn];
}

export interface SealedRow {
  key: [string, string];
  sealed: string;
}

const named = ({ key }: SealedColumn, row: SealedRow) => and(eq(key[0], row.key[0]), eq(key[1], row.key[1]));

/** Those that do not begin with `prefix`. */
export async function listSealed(d1: D1Database, column: SealedColumn, prefix: string, limit: number): Promise<SealedRow[]> {
  const { table, sealed, key } = column;
  const rows = await drizzle(d1)
    .select({ first: sql<string>`${key[0]}`, second: sql<string>`${key[1]}`, sealed: sql<string>`${sealed}` })
    .from(table)
    .where(and(isNotNull(sealed), not(eq(sql`substr(${sealed}, 1, ${prefix.length})`, prefix))))
    .limit(limit);
  return rows.map(({ first, second, sealed }) => ({ key: [first, second], sealed }));
}

/** Only if the row still holds what was read. */
export async function replaceSealed(d1: D1Database, column: SealedColumn, row: SealedRow, sealed: string): Promise<void> {
  await drizzle(d1)
    .update(column.table)
    .set({ [column.sealed.name]: sealed })
    .where(and(named(column, row), eq(column.sealed, row.sealed)));
}
