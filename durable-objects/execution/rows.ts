/**
 * Step rows as they come from a sandbox: checked by hand, since this is the hot path.
 * @module
 */
import type { StepRow } from "../../sdk/schema/journal.ts";

const kinds: ReadonlySet<string> = new Set<StepRow[3]>(["do", "sleep", "event", "approval", "invoke", "rollback"]);
const statuses: ReadonlySet<string> = new Set<StepRow[4]>(["running", "retrying", "waiting", "completed", "failed", "cancelled"]);

/** "rollback:", a name of 256 characters, a count. */
const longestKey = 300;
const columns = 14;

/** @throws TypeError naming the row that is none. */
export function parseRows(text: unknown): StepRow[] {
  // The journal takes the brackets off, so nothing may stand around them.
  const rows: unknown = typeof text === "string" && text.startsWith("[") && text.endsWith("]") ? parse(text) : null;
  if (!Array.isArray(rows)) throw new TypeError("a turn sent a malformed batch: steps");
  for (let index = 0; index < rows.length; index++) if (!isRow(rows[index])) throw new TypeError(`a turn sent a malformed batch: step row ${index}`);
  return rows as StepRow[];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const isName = (value: unknown): boolean => typeof value === "string" && value.length <= longestKey;
const isCount = (value: unknown): boolean => Number.isSafeInteger(value);
const isTime = (value: unknown): boolean => typeof value === "number";
const orNull = (is: (value: unknown) => boolean, value: unknown): boolean => value === null || is(value);
const isText = (value: unknown): boolean => typeof value === "string";
const isObjectText = (value: unknown): boolean => typeof value === "string" && value.startsWith("{") && parse(value) !== null;
const isErrorText = (value: unknown): boolean => {
  const record = typeof value === "string" ? (parse(value) as { name?: unknown; message?: unknown } | null) : null;
  return typeof record?.name === "string" && typeof record.message === "string";
};

function isRow(row: unknown): boolean {
  if (!Array.isArray(row) || row.length !== columns) return false;
  const [key, name, count, kind, status, started, ended, attempt, startedAt, endedAt, due, output, error, detail] = row as unknown[];
  return (
    isName(key) && isName(name) && isCount(count) && kinds.has(kind as string) && statuses.has(status as string) && isCount(started) && orNull(isCount, ended) && isCount(attempt) &&
    isTime(startedAt) && orNull(isTime, endedAt) && orNull(isTime, due) && orNull(isText, output) && orNull(isErrorText, error) && orNull(isObjectText, detail)
  );
}
