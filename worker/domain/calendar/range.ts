/**
 * The tasks of a stretch of time: those that begin in it or are due in it, and of those that
 * recur the days that are still to come. Each part is a search of an index.
 * @module
 */
import { and, eq, gte, inArray, isNotNull, isNull, lt, or, type SQL, sql } from "drizzle-orm";
import { columnOf, type RecordRow, recordTable } from "../../../db/schema/record-tables.ts";
import { task } from "../../../sdk/schema/crm/task/index.ts";
import { within } from "../records/access.ts";
import type { RecordContext } from "../records/context.ts";
import { anchorOf, movedTo } from "../tasks/next.ts";
import { recurrences } from "../tasks/recurrence.ts";
import { parseRule } from "../tasks/rule-text.ts";
import { dayMs } from "../tasks/wall-clock.ts";

export interface Range {
  /** ms, included. */
  from: number;
  /** ms, not included. */
  to: number;
  assignee?: string | undefined;
  types?: readonly string[] | undefined;
  statuses?: readonly string[] | undefined;
}

/** A task at one of its times. */
export interface Occurrence {
  row: RecordRow;
  starts_at: number | null;
  ends_at: number | null;
  due_at: number | null;
  /** Not there yet: it comes when the one before it is done. */
  virtual: boolean;
}

/** Tasks of one stretch at most, and of one series. */
export const most = 2000;
const mostOfOne = 400;
/** What began so long before is still looked at: whether it goes on. */
const longMs = 31 * dayMs;

const timeOf = ({ starts_at, due_at }: Pick<Occurrence, "starts_at" | "due_at">): number => starts_at ?? due_at ?? 0;

/** By time. `truncated`: there are more than are shown. */
export async function occurrencesIn(ctx: Pick<RecordContext, "db" | "access">, range: Range): Promise<{ found: Occurrence[]; truncated: boolean }> {
  const { from, to } = range;
  const table = recordTable(task);
  const column = (name: string) => columnOf(table, name);
  const common = and(
    isNull(table.deleted_at),
    within(ctx, task),
    range.types ? inArray(column("type"), [...range.types]) : undefined,
    range.statuses ? inArray(column("status"), [...range.statuses]) : undefined,
  );
  const { assignee } = range;
  // Said to be rare, so that SQLite takes their index and not that of all tasks of the time.
  const theirs = assignee === undefined ? undefined : sql`likelihood(${eq(column("assignee_id"), assignee)}, 0.001)`;
  // The plus: open tasks that recur are few, those of a person may be many.
  const alsoTheirs = assignee === undefined ? undefined : sql`+${column("assignee_id")} = ${assignee}`;
  const open = sql`+${column("status")} in ('open', 'in_progress')`;
  const read = (where: SQL | undefined, order: SQL) => ctx.db.select(table, { where: and(common, where), orderBy: order, limit: most + 1 }) as Promise<RecordRow[]>;
  const [begins, due, recurring] = await Promise.all([
    read(and(theirs, gte(column("starts_at"), from - longMs), lt(column("starts_at"), to), or(gte(column("starts_at"), from), gte(column("ends_at"), from))), sql`${column("starts_at")}`),
    read(and(theirs, gte(column("due_at"), from), lt(column("due_at"), to)), sql`${column("due_at")}`),
    read(and(alsoTheirs, isNotNull(column("recurrence")), open), sql`${column("recurrence")}`),
  ]);
  const real = [...new Map([...begins, ...due].map((row) => [row.id, row])).values()];
  const found = [...real.map((row) => ({ row, starts_at: timeAt(row, "starts_at"), ends_at: timeAt(row, "ends_at"), due_at: timeAt(row, "due_at"), virtual: false })), ...recurring.slice(0, most).flatMap((row) => toCome(row, from, to))];
  found.sort((a, b) => timeOf(a) - timeOf(b) || (a.row.id < b.row.id ? -1 : 1));
  return { found: found.slice(0, most), truncated: found.length > most || [begins, due, recurring].some((rows) => rows.length > most) };
}

const timeAt = (row: RecordRow, name: string): number | null => (row[name] ?? null) as number | null;

function toCome(row: RecordRow, from: number, to: number): Occurrence[] {
  const anchor = anchorOf(row);
  const rule = parseRule(String(row["recurrence"]));
  if (anchor === null || "fault" in rule || to <= anchor) return [];
  const longest = Math.max(0, (timeAt(row, "ends_at") ?? 0) - anchor, (timeAt(row, "due_at") ?? 0) - anchor);
  const shown = (one: Occurrence): boolean => [one.starts_at, one.due_at].some((ms) => ms !== null && ms >= from && ms < to) || (one.starts_at !== null && one.starts_at < to && (one.ends_at ?? 0) >= from);
  return recurrences({ rule, anchor, timezone: String(row["timezone"]) }, Math.max(anchor + 1, from - Math.min(longest, longMs)), to - 1, mostOfOne)
    .map(({ at }) => ({ row, ...movedTo(row, at), virtual: true }))
    .filter(shown);
}
