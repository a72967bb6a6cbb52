/**
 * What the sweep should ask about. A put of an unchanged entry moves it to the end, so an
 * execution that keeps failing to answer cannot hide the others.
 * @module
 */
import type { IndexEntry } from "./contract.ts";
import { rowColumns, toEntry, type Row } from "./row.ts";
import { isOpen } from "./schema.ts";

export const staleQuery = `SELECT ${rowColumns} FROM executions INDEXED BY open_by_heard WHERE ${isOpen} AND heard_at <= ? ORDER BY heard_at LIMIT ?`;

/**
 * Entries that have not ended and were last heard of at or before `heardBefore` (ms since
 * the epoch), longest unheard first.
 */
export function stale(sql: SqlStorage, heardBefore: number, limit: number): IndexEntry[] {
  return sql.exec<Row>(staleQuery, heardBefore, limit).toArray().map(toEntry);
}
