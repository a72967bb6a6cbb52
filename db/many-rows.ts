/**
 * Many rows as one parameter: D1 takes a hundred parameters to a statement, and JSON of any
 * number of rows is one of them.
 * @module
 */
import { getTableColumns, sql, type SQL } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";

/** Columns in the table's order, each out of the row's place in a JSON array of arrays; what a row does not have is null. */
export function selectRows(table: SQLiteTable, rows: readonly Record<string, unknown>[]): SQL {
  const columns = Object.entries(getTableColumns(table));
  const arrays = rows.map((row) => columns.map(([name, column]) => (row[name] === undefined || row[name] === null ? null : plain(column.mapToDriverValue(row[name])))));
  const places = columns.map((_, index) => sql.raw(`value ->> ${index}`));
  // Without a condition, SQLite takes the ON of a conflict for that of a join.
  return sql`select ${sql.join(places, sql`, `)} from json_each(${JSON.stringify(arrays)}) where true`;
}

/** JSON's true becomes 1 on the way out, but a column's own form is certain. */
const plain = (value: unknown): unknown => (typeof value === "boolean" ? Number(value) : value);
