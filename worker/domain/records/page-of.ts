/**
 * The rows of one page of a list.
 * @module
 */
import { and, asc, desc, eq, gt, isNotNull, isNull, lt, sql, type SQL } from "drizzle-orm";
import { columnOf, type RecordRow, recordTable } from "../../../db/schema/record-tables.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { isMasked } from "../../auth/mask-fields.ts";
import type { RecordContext } from "./context.ts";
import { havingWords } from "./matching.ts";
import { type Part, routeOf } from "./ways.ts";

export interface Sort {
  field: string;
  descending: boolean;
}

/** Ids are in the order of their making. */
export function sortOf(text: string): Sort {
  const descending = text.startsWith("-");
  const field = descending ? text.slice(1) : text;
  return { field: field === "created_at" ? "id" : field, descending };
}

/** The last record of the page before. */
export interface Place {
  value: string | number | null;
  id: string;
}

/**
 * One row more than the page, so that it is known whether another follows.
 * @throws PlatformError `bad-request` for an order by what is masked
 */
export async function pageOf(ctx: RecordContext, of: AnyEntity, { there, parts }: { there: SQL; parts: readonly Part[] }, { after, limit }: { after: Place | null; limit: number }, sort: string): Promise<RecordRow[]> {
  const table = recordTable(of);
  const { field, descending } = sortOf(sort);
  if (ctx.access && isMasked(ctx.access, of.path, field)) throw new PlatformError("bad-request", `/query/sort: your role shows ${field} masked: it cannot be sorted by`, [{ pointer: "/query/sort", detail: "masked for you" }]);
  const { where, found, words } = await routeOf(ctx, of, there, parts, field);
  const column = columnOf(table, field);
  const [direction, beyond] = descending ? [desc, lt] : [asc, gt];
  const read = async (more: SQL | undefined, orderBy: SQL, most: number) => (await ctx.db.select(table, { where: and(where, more), orderBy, limit: most, found })) as RecordRow[];
  const behind = (id: string | undefined) => (id === undefined ? undefined : beyond(table.id, id));
  if (field === "id" && words !== null) return pageWithWords(ctx, of, words, { where: (id) => and(where, behind(id)), orderBy: direction(table.id), from: after?.id }, limit + 1);
  if (field === "id") return read(behind(after?.id), direction(table.id), limit + 1);
  // Where a value is missing it comes first upwards and last downwards; each part is a search of the index by itself.
  const stretches = descending ? ["values", "missing"] : ["missing", "values"];
  const rows: RecordRow[] = [];
  for (const stretch of after ? stretches.slice(stretches.indexOf(after.value === null ? "missing" : "values")) : stretches) {
    const begin = after && (after.value === null) === (stretch === "missing") ? after : null;
    const place = stretch === "missing" ? and(isNull(column), begin ? beyond(table.id, begin.id) : undefined) : and(isNotNull(column), begin ? sql`(${column}, ${table.id}) ${sql.raw(descending ? "<" : ">")} (${begin.value}, ${begin.id})` : undefined);
    rows.push(...(await read(place, sql`${direction(column)}, ${direction(table.id)}`, limit + 1 - rows.length)));
    if (rows.length > limit) break;
  }
  return rows;
}

const shortest = 3000;
const longest = 32_000;

/**
 * Along the list, a stretch at a time, each longer than the one before. Many have the words, so
 * that a page is soon full; all that have them need not be known.
 */
async function pageWithWords(ctx: RecordContext, of: AnyEntity, words: string, list: { where: (behind: string | undefined) => SQL | undefined; orderBy: SQL; from: string | undefined }, most: number): Promise<RecordRow[]> {
  const table = recordTable(of);
  const rows: RecordRow[] = [];
  for (let [from, length] = [list.from, shortest]; rows.length < most; length = Math.min(longest, length * 4)) {
    const where = list.where(from);
    const ids = sql`select ${table.id} from ${table} where ${and(eq(table.tenant_id, ctx.db.tenant), where)} order by ${list.orderBy} limit ${length}`;
    const [some, [last]] = await Promise.all([ctx.db.select(table, { where: havingWords(ctx, of, words, ids), orderBy: list.orderBy, limit: most - rows.length, found: true }), ctx.db.select(table, { where, orderBy: list.orderBy, limit: 1, offset: length - 1 })]);
    rows.push(...(some as RecordRow[]));
    if (!last) break;
    from = (last as RecordRow).id;
  }
  return rows;
}
