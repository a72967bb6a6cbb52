/**
 * Lists of records: filtered, searched, sorted, a page at a time. Pages go on from the last
 * record of the one before, so that a page deep in a long list costs what the first one does.
 * @module
 */
import { and, asc, desc, gt, isNotNull, isNull, lt, sql, type SQL } from "drizzle-orm";
import { z } from "zod";
import { columnOf, type RecordRow, recordTable } from "../../../db/schema/record-tables.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { isMasked } from "../../auth/mask-fields.ts";
import { fromBase64, toBase64Url, utf8 } from "../../auth/bytes.ts";
import { pageQuery, type pagination } from "../page.ts";
import { mustBeAllowed, within } from "./access.ts";
import type { RecordContext } from "./context.ts";
import { expanded, expandable } from "./expand.ts";
import { filterSql, type RecordFilter } from "./filter.ts";
import { matching } from "./matching.ts";
import { showAll } from "./show.ts";
import { viewFor } from "../views/apply.ts";
import type { ViewRow } from "../views/view.ts";

/** JSON in a query. */
const filterText = z
  .string()
  .max(8000)
  .transform((text, ctx): RecordFilter => {
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as RecordFilter;
    } catch {
      // Said below.
    }
    ctx.addIssue({ code: "custom", message: 'a JSON object such as {"status":["new","qualified"],"score":{"$gte":50}}' });
    return z.NEVER;
  });

const names = (text: string): string[] => text.split(",").map((name) => name.trim()).filter((name) => name !== "");

export function recordsQuery(of: AnyEntity) {
  const sortable = sortableFields(of);
  const shape = {
    ...pageQuery.shape,
    filter: filterText.optional().describe('JSON: `{"status":["new","qualified"],"score":{"$gte":50},"$or":[…]}`; docs/crm.md has the language'),
    q: z.string().trim().min(1).max(200).optional().describe("Words that the record has, or that begin so"),
    sort: z
      .string()
      .regex(new RegExp(`^-?(${sortable.join("|")})$`), `one of ${sortable.join(", ")}, with - before it for the highest first`)
      .optional()
      .describe(`One of ${sortable.join(", ")}; \`-\` before it: the highest first. By default as the view has it, else -created_at`),
    view: z.string().max(64).optional().describe("Id of a saved view: its filter and words hold besides those of the query, and its order unless the query has one"),
    fields: z.string().max(1000).transform(names).optional().describe("Only these fields, separated by commas"),
    expand: z.string().max(500).transform(names).optional().describe(`Records referred to, shown along: ${expandable(of).join(", ") || "none"}`),
    count: z.enum(["true", "false"]).default("false").describe("Counts all that fit: `pagination.total`"),
    deleted: z.enum(["true", "false"]).default("false").describe("Those that were deleted instead"),
  };
  return z.looseObject(shape);
}

export type RecordsQuery = z.output<ReturnType<typeof recordsQuery>>;

/** Sorted by without sorting: there is an index for each. */
export function sortableFields(of: AnyEntity): string[] {
  return ["created_at", "updated_at", ...Object.entries(of.fields).flatMap(([name, { indexed, sensitive }]) => (indexed && !sensitive ? [name] : []))];
}

const known = new Set(["cursor", "limit", "filter", "q", "sort", "fields", "expand", "count", "deleted", "view"]);

/** `?status=new&owner_id=@me`: fields can be named as they are, a comma stands for or. */
function shorthand(of: AnyEntity, query: Record<string, unknown>): RecordFilter {
  const found: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(query)) {
    if (known.has(name) || typeof value !== "string") continue;
    const field = of.fields[name];
    if (!field && name !== "tags") throw new PlatformError("bad-request", `/query/${name}: there is no such parameter, and no field of that name`, [{ pointer: `/query/${name}`, detail: "unknown" }]);
    const numeric = field && ["integer", "number", "money"].includes(field.type);
    const values = names(value).map((one) => (field?.type === "boolean" ? one === "true" : numeric ? Number(one) : one));
    if (values.length > 0) found[name] = values.length === 1 ? values[0] : values;
  }
  return found;
}

export interface Records {
  data: Record<string, unknown>[];
  pagination: z.infer<typeof pagination> & { total?: number };
}

/** @throws PlatformError `forbidden`, `bad-request` */
export async function listRecords({ ctx, of, input }: { ctx: RecordContext; of: AnyEntity; input: RecordsQuery }): Promise<Records> {
  mustBeAllowed(ctx, of, input.deleted === "true" ? "delete" : "read");
  const view = await viewOf(ctx, of, input);
  const where = await conditionOf(ctx, of, input, view);
  const sort = input.sort ?? view?.sort ?? "-created_at";
  const rows = await pageOf(ctx, of, where, input, sort);
  const kept = rows.slice(0, input.limit);
  const last = kept.at(-1);
  const next = rows.length > input.limit && last ? cursorOf(last, sortOf(sort).field) : null;
  const [shown, total] = await Promise.all([showAll(ctx, of, kept), input.count === "true" ? ctx.db.count(recordTable(of), where) : undefined]);
  const whole = input.expand ? await expanded(ctx, of, shown, input.expand) : shown;
  return { data: input.fields ? whole.map((one) => only(of, one, input.fields ?? [])) : whole, pagination: { next_cursor: next, ...(total === undefined ? {} : { total }) } };
}

/** What a list's records have in common, for whatever goes over all of them: exports, counts, bulk changes. */
export async function conditionOf(ctx: RecordContext, of: AnyEntity, input: Pick<RecordsQuery, "filter" | "q" | "deleted"> & Record<string, unknown>, read?: ViewRow | null): Promise<SQL | undefined> {
  const table = recordTable(of);
  const view = read === undefined ? await viewOf(ctx, of, input) : read;
  // Written out, so that the indexes over what is not deleted serve it.
  const there = input.deleted === "true" ? isNotNull(table.deleted_at) : isNull(table.deleted_at);
  const filters = await Promise.all([shorthand(of, input), input.filter, view?.filter].map((filter) => filter && filterSql(ctx, of, filter)));
  const words = [input.q, view?.q].map((q) => (typeof q === "string" ? matching(ctx, of, q) : undefined));
  return and(there, within(ctx, of), ...filters, ...words);
}

const viewOf = async (ctx: RecordContext, of: AnyEntity, { view }: Record<string, unknown>): Promise<ViewRow | null> => (typeof view === "string" ? viewFor(ctx, of, view, sortableFields(of)) : null);

interface Sort {
  field: string;
  descending: boolean;
}

/** Ids are in the order of their making. */
function sortOf(text: string): Sort {
  const descending = text.startsWith("-");
  const field = descending ? text.slice(1) : text;
  return { field: field === "created_at" ? "id" : field, descending };
}

/** One row more than the page, so that it is known whether another follows. */
async function pageOf(ctx: RecordContext, of: AnyEntity, where: SQL | undefined, input: RecordsQuery, sort: string): Promise<RecordRow[]> {
  const table = recordTable(of);
  const { field, descending } = sortOf(sort);
  if (ctx.access && isMasked(ctx.access, of.path, field)) throw new PlatformError("bad-request", `/query/sort: your role shows ${field} masked: it cannot be sorted by`, [{ pointer: "/query/sort", detail: "masked for you" }]);
  const after = input.cursor === undefined ? null : readPlace(input.cursor);
  const column = columnOf(table, field);
  const [direction, beyond] = descending ? [desc, lt] : [asc, gt];
  const read = async (more: SQL | undefined, limit: number) => (await ctx.db.select(table, { where: and(where, more), orderBy: sql`${direction(column)}, ${direction(table.id)}`, limit })) as RecordRow[];
  if (field === "id") return (await ctx.db.select(table, { where: and(where, after ? beyond(table.id, after.id) : undefined), orderBy: direction(table.id), limit: input.limit + 1 })) as RecordRow[];
  // Where a value is missing it comes first upwards and last downwards; each part is a search of the index by itself.
  const parts = descending ? ["values", "missing"] : ["missing", "values"];
  const rows: RecordRow[] = [];
  for (const part of after ? parts.slice(parts.indexOf(after.value === null ? "missing" : "values")) : parts) {
    const begin = after && (after.value === null) === (part === "missing") ? after : null;
    const place = part === "missing" ? and(isNull(column), begin ? beyond(table.id, begin.id) : undefined) : and(isNotNull(column), begin ? sql`(${column}, ${table.id}) ${sql.raw(descending ? "<" : ">")} (${begin.value}, ${begin.id})` : undefined);
    rows.push(...(await read(place, input.limit + 1 - rows.length)));
    if (rows.length > input.limit) break;
  }
  return rows;
}

interface Place {
  value: string | number | null;
  id: string;
}

function cursorOf(row: RecordRow, field: string): string {
  const value = row[field];
  return toBase64Url(utf8(JSON.stringify([typeof value === "boolean" ? Number(value) : (value ?? null), row.id])));
}

/** @throws PlatformError `bad-request` when it is not one of ours */
function readPlace(cursor: string): Place {
  const bytes = fromBase64(cursor);
  try {
    const [value, id] = z.tuple([z.union([z.string(), z.number(), z.null()]), z.string()]).parse(JSON.parse(new TextDecoder().decode(bytes ?? new Uint8Array())));
    return { value, id };
  } catch {
    throw new PlatformError("bad-request", "The cursor is not one this API gave.", [{ pointer: "/query/cursor", detail: "not a cursor" }]);
  }
}

function only(of: AnyEntity, view: Record<string, unknown>, fields: readonly string[]): Record<string, unknown> {
  const unknown = fields.filter((name) => !Object.hasOwn(view, name));
  if (unknown.length > 0) throw new PlatformError("bad-request", `/query/fields: there is no field ${unknown.join(", ")} of a ${of.title.toLowerCase()}`, [{ pointer: "/query/fields", detail: `unknown: ${unknown.join(", ")}` }]);
  return { id: view["id"], ...Object.fromEntries(fields.map((name) => [name, view[name]])) };
}
