/**
 * Cursor pages: `{ data, pagination: { next_cursor } }`.
 * @module
 */
import { z } from "zod";
import { PlatformError } from "../../sdk/schema/problem.ts";
import { fromBase64, toBase64Url, utf8 } from "../auth/bytes.ts";

export const pageQuery = z.object({
  cursor: z.string().max(512).optional().describe("`next_cursor` of the page before"),
  limit: z.coerce.number().int().min(1).max(200).default(50).describe("Entries per page"),
});

export const pagination = z.object({ next_cursor: z.string().nullable().describe("Null on the last page") });

export interface Page<T> {
  data: T[];
  pagination: z.infer<typeof pagination>;
}

/**
 * Cuts one page out of `limit + 1` rows.
 * @param key the column the list is sorted by, unique in it
 */
export function toPage<Row, View>(rows: readonly Row[], limit: number, key: (row: Row) => string, view: (row: Row) => View): Page<View> {
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  const next = rows.length > limit && last !== undefined ? toBase64Url(utf8(key(last))) : null;
  return { data: kept.map(view), pagination: { next_cursor: next } };
}

/** @throws PlatformError `bad-request` when the cursor is not one of ours */
export function readCursor(cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  const bytes = fromBase64(cursor);
  if (!bytes) throw new PlatformError("bad-request", "The cursor is not one this API gave.", [{ pointer: "/query/cursor", detail: "not a cursor" }]);
  return new TextDecoder().decode(bytes);
}
