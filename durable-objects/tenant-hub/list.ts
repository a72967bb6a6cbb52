/**
 * Pages of executions, newest first, by keyset: a page costs the same however deep it lies,
 * and executions that begin meanwhile shift nothing.
 * @module
 */
import type { ExecutionSummary } from "../../sdk/schema/execution.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import type { ListQuery } from "./contract.ts";
import { summaryColumns, toSummary, type SummaryRow } from "./row.ts";

export interface Page {
  data: ExecutionSummary[];
  nextCursor: string | null;
}

/** Rows of one page at most, whatever was asked. */
export const largestPage = 500;

/** The most selective index first. SQLite keeps no statistics here, so the choice is ours. */
function indexFor(query: ListQuery): string {
  if (query.parentId !== undefined) return "by_parent";
  if (query.workflowId !== undefined) return query.status === undefined ? "by_workflow" : "by_workflow_status";
  if (query.status !== undefined) return "by_status";
  return "by_created";
}

/**
 * The SQL of a page and its bindings; `createdAfter` is included, `createdBefore` is not, so
 * that neighbouring ranges neither overlap nor miss.
 *
 * @throws BadCursorError
 */
export function listStatement(query: ListQuery): { text: string; bindings: Array<string | number> } {
  const conditions: string[] = [];
  const bindings: Array<string | number> = [];
  const where = (condition: string, ...values: Array<string | number | undefined>) => {
    if (values.some((value) => value === undefined)) return;
    conditions.push(condition);
    bindings.push(...values.filter((value) => value !== undefined));
  };
  where("parent_id = ?", query.parentId);
  where("workflow_id = ?", query.workflowId);
  where("status = ?", query.status);
  where("trigger = ?", query.trigger);
  where("created_at >= ?", query.createdAfter);
  const position = query.cursor === undefined ? null : decodeCursor(query.cursor);
  if (position) where("(created_at, id) < (?, ?)", ...position);
  // Behind the cursor already; as a second upper bound it could be the one SQLite seeks by.
  if (!position || position[0] >= (query.createdBefore ?? Infinity)) where("created_at < ?", query.createdBefore);
  const filter = conditions.length ? `WHERE ${conditions.join(" AND ")} ` : "";
  return {
    text: `SELECT ${summaryColumns} FROM executions INDEXED BY ${indexFor(query)} ${filter}ORDER BY created_at DESC, id DESC LIMIT ?`,
    // One more than asked tells whether a next page exists.
    bindings: [...bindings, pageSize(query) + 1],
  };
}

function pageSize(query: ListQuery): number {
  return Math.min(Math.max(Math.trunc(query.limit), 1), largestPage);
}

/** @throws BadCursorError when `query.cursor` is not one that this function gave. */
export function list(sql: SqlStorage, query: ListQuery): Page {
  const { text, bindings } = listStatement(query);
  const rows = sql.exec<SummaryRow>(text, ...bindings).toArray();
  const page = rows.slice(0, pageSize(query));
  const last = page.at(-1);
  return {
    data: page.map(toSummary),
    nextCursor: last && rows.length > page.length ? encodeCursor(last.created_at, last.id) : null,
  };
}
