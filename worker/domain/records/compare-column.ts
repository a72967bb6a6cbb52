/**
 * Comparisons of a filter with a column of the table.
 * @module
 */
import { eq, gt, gte, isNotNull, isNull, lt, lte, ne, not, or, sql, type SQL } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import { PlatformError } from "../../../sdk/schema/problem.ts";

export const fault = (at: string, detail: string): PlatformError => new PlatformError("bad-request", `filter${at}: ${detail}`, [{ pointer: `/query/filter${at}`, detail }]);
export const unknownComparison = (operator: string, at: string): PlatformError => fault(at, `there is no comparison ${operator}; there are $eq, $ne, $gt, $gte, $lt, $lte, $in, $nin, $exists, $contains, $starts`);

/** Comparisons that an index over the column serves. */
export const byIndex: ReadonlySet<string> = new Set(["$eq", "$in", "$gt", "$gte", "$lt", "$lte", "$starts"]);

/** As one parameter: D1 takes a hundred to a statement. */
export const oneOf = (column: SQLiteColumn, values: readonly (string | number)[]): SQL => sql`${column} in (select value from json_each(${JSON.stringify(values)}))`;

export const startsWith = (column: SQLiteColumn, text: string): SQL => sql`${column} >= ${text} and ${column} < ${`${text}\u{10FFFF}`}`;

/** @throws PlatformError `bad-request`, saying at which place of the filter */
export function compareColumn(column: SQLiteColumn, operator: string, operand: unknown, at: string): SQL {
  const single = (): string | number | boolean => {
    if (typeof operand !== "string" && typeof operand !== "boolean" && !(typeof operand === "number" && Number.isFinite(operand))) throw fault(at, `${operator} compares with a text, a number or a boolean`);
    return operand;
  };
  const list = (): (string | number)[] => {
    if (!Array.isArray(operand) || operand.length === 0 || operand.length > 100 || !operand.every((one) => typeof one === "string" || typeof one === "number")) throw fault(at, `${operator} takes a list of 1 to 100 values`);
    return operand as (string | number)[];
  };
  switch (operator) {
    case "$eq":
      return operand === null ? isNull(column) : eq(column, single());
    case "$ne":
      return operand === null ? isNotNull(column) : (or(ne(column, single()), isNull(column)) as SQL);
    case "$gt":
      return gt(column, single());
    case "$gte":
      return gte(column, single());
    case "$lt":
      return lt(column, single());
    case "$lte":
      return lte(column, single());
    case "$in":
      return oneOf(column, list());
    case "$nin":
      return sql`(${column} is null or ${not(oneOf(column, list()))})`;
    case "$exists":
      return operand ? isNotNull(column) : isNull(column);
    case "$contains":
      return sql`instr(lower(${column}), ${String(single()).toLowerCase()}) > 0`;
    case "$starts":
      return startsWith(column, String(single()));
    default:
      throw unknownComparison(operator, at);
  }
}
