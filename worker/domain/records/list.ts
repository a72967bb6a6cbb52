/**
 * Lists of records: filtered, searched, sorted, a page at a time. Pages go on from the last
 * record of the one before, so that a page deep in a long list costs what the first one does.
 * @module
 */
import { and, isNotNull, isNull, type SQL } from "drizzle-orm";
import { z } from "zod";
import { countNow, isCounted } from "../../../db/current-counts.ts";
import { type RecordRow, recordTable } from "../../../db/schema/record-tables.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { fromBase64, toBase64Url, utf8 } from "../../auth/bytes.ts";
import { pageQuery, type pagination } from "../page.ts";
import { mustBeAllowed, within } from "./access.ts";
import type { RecordContext } from "./context.ts";
import { expanded, expandable } from "./expand.ts";
import { filterParts, type RecordFilter } from "./filter.ts";
import { matching } from "./matching.ts";
import { pageOf, type Place, sortOf } from "./page-of.ts";
import { showAll } from "./show.ts";
import { viewFor } from "../views/apply.ts";
import type { ViewRow } from "../views/view.ts";
import type { Part } from "./ways.ts";

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
  const conditions = await conditionsOf(ctx, of, input, view);
  const sort = input.sort ?? view?.sort ?? "-created_at";
  const rows = await pageOf(ctx, of, conditions, { ...input, after: input.cursor === undefined ? null : readPlace(input.cursor) }, sort);
  const kept = rows.slice(0, input.limit);
  const last = kept.at(-1);
  const next = rows.length > input.limit && last ? cursorOf(last, sortOf(sort).field) : null;
  const [shown, total] = await Promise.all([showAll(ctx, of, kept), input.count === "true" ? countOf(ctx, of, conditions) : undefined]);
  const whole = input.expand ? await expanded(ctx, of, shown, input.expand) : shown;
  return { data: input.fields ? whole.map((one) => only(of, one, input.fields ?? [])) : whole, pagination: { next_cursor: next, ...(total === undefined ? {} : { total }) } };
}

/** What a list's records have in common. */
export interface Conditions {
  /** Of the records there are, not of the deleted ones. */
  kept: boolean;
  there: SQL;
  parts: Part[];
}

/** From kept sums where they tell apart what is asked for. */
function countOf(ctx: RecordContext, of: AnyEntity, { kept, there, parts }: Conditions): Promise<number> {
  const about = parts.flatMap((part) => part.about ?? []);
  if (!kept || about.length < parts.length || !isCounted(of.kind, about)) return ctx.db.count(recordTable(of), oneCondition({ there, parts }));
  return countNow(ctx.env.DB, ctx.tenant, { kind: of.kind, table: of.path }, and(...parts.map(({ where }) => where)));
}

const oneCondition = ({ there, parts }: Pick<Conditions, "there" | "parts">): SQL | undefined => and(there, ...parts.map(({ where }) => where));

/** The same as one condition, for whatever goes over all of them: exports, counts, bulk changes. */
export async function conditionOf(ctx: RecordContext, of: AnyEntity, input: Parameters<typeof conditionsOf>[2]): Promise<SQL | undefined> {
  return oneCondition(await conditionsOf(ctx, of, input, await viewOf(ctx, of, input)));
}

async function conditionsOf(ctx: RecordContext, of: AnyEntity, input: Pick<RecordsQuery, "filter" | "q" | "deleted"> & Record<string, unknown>, view: ViewRow | null): Promise<Conditions> {
  const table = recordTable(of);
  const deleted = input.deleted === "true";
  const filters = await Promise.all([shorthand(of, input), input.filter, view?.filter].map((filter) => (filter ? filterParts(ctx, of, filter) : [])));
  const words = [input.q, view?.q].flatMap((q) => (typeof q === "string" ? [matching(ctx, of, q)] : []));
  const mine = within(ctx, of);
  const parts = [...(mine ? [{ where: mine, way: null }] : []), ...filters.flat(), ...words];
  // Written out, so that the indexes over what is not deleted serve it; what is deleted has one of its own.
  return deleted ? { kept: false, there: isNotNull(table.deleted_at), parts: parts.map(({ where }) => ({ where, way: null })) } : { kept: true, there: isNull(table.deleted_at), parts };
}

const viewOf = async (ctx: RecordContext, of: AnyEntity, { view }: Record<string, unknown>): Promise<ViewRow | null> => (typeof view === "string" ? viewFor(ctx, of, view, sortableFields(of)) : null);

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
