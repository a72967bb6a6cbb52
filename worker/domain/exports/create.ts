/**
 * A list as a file. It is read page by page while it is sent, so that a list of any length needs
 * the memory of one page, and a receiver that stops reading stops the reading.
 * @module
 */
import { z } from "zod";
import { among } from "../../../db/among.ts";
import { type RecordRow, recordTable } from "../../../db/schema/record-tables.ts";
import { findTenant } from "../../../db/tenants.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { allEntities, entities, entityAt } from "../../../sdk/schema/crm/index.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { csvLine } from "../csv.ts";
import { delimiters } from "../imports/dialect.ts";
import { mustBeAllowed } from "../records/access.ts";
import { type RecordContext, recordContext } from "../records/context.ts";
import { customFieldsOf } from "../records/custom.ts";
import { expandable } from "../records/expand.ts";
import { listRecords, type Records, recordsQuery, type RecordsQuery } from "../records/list.ts";
import { settingsOf } from "../tenants/settings.ts";
import { chosen, type Column, columnsOf, type View } from "./columns.ts";

const paths = allEntities.map(({ path }) => path) as [string, ...string[]];

export const exportBody = z.strictObject({
  entity: z.enum(paths),
  filter: z.record(z.string(), z.json()).optional().describe("As lists take it"),
  q: z.string().max(200).optional(),
  sort: z.string().max(80).optional(),
  view: z.string().max(64).optional().describe("Id of a saved view"),
  columns: z.array(z.string().max(80)).min(1).max(200).optional().describe("`name`, `address.city`, `custom.size`, `tags`, `created_at`; all when left out"),
  format: z.enum(["csv"]).default("csv"),
  delimiter: z.enum(delimiters).default(","),
  bom: z.boolean().default(true).describe("The mark of UTF-8 at the beginning: some spreadsheets read accents by it alone"),
  references: z.enum(["name", "id"]).default("name").describe("How records and people that are referred to are written"),
  times: z.enum(["utc", "local"]).default("utc").describe("`local`: as clocks in the tenant's time zone show it"),
});

const pageSize = 500;

/**
 * @throws PlatformError `forbidden`, `bad-request`: before anything is sent
 */
export async function createExport({ ctx, input }: { ctx: TenantContext; input: z.output<typeof exportBody> }): Promise<{ type: string; name: string; content: ReadableStream<Uint8Array> }> {
  const of = entityAt.get(input.entity);
  if (!of) throw new PlatformError("bad-request", "/entity: there is no such kind of record");
  const records = recordContext(ctx);
  mustBeAllowed(records, of, "read");
  const [custom, tenant] = await Promise.all([customFieldsOf(ctx.db, of), findTenant(ctx.env.DB, ctx.tenant)]);
  const columns = chosen(columnsOf(of, custom), input.columns);
  const zone = input.times === "utc" ? null : tenant ? settingsOf(tenant).timezone : "UTC";
  const query = queryOf(of, input, columns);
  const first = await listRecords({ ctx: records, of, input: query });
  await ctx.db.batch([audited(ctx, { action: "export.create", entityId: null, after: { entity: input.entity, columns: columns.map(({ name }) => name), ...(input.view === undefined ? {} : { view: input.view }) } })]);
  const lines = pagesOf(records, of, query, first, { columns, delimiter: input.delimiter, byName: input.references === "name", zone });
  return { type: "text/csv; charset=utf-8", name: `${of.path}.csv`, content: streamOf(`${input.bom ? "\uFEFF" : ""}${csvLine(columns.map(({ title }) => title), input.delimiter)}`, lines) };
}

/** As the list's own route would read it. */
function queryOf(of: AnyEntity, { filter, q, sort, view, references }: z.output<typeof exportBody>, columns: readonly Column[]): RecordsQuery {
  const expand = references === "id" ? [] : expandable(of).filter((name) => columns.some((column) => column.name === `${name}_id`));
  const asked = { ...(filter === undefined ? {} : { filter: JSON.stringify(filter) }), ...(q === undefined ? {} : { q }), ...(sort === undefined ? {} : { sort }), ...(view === undefined ? {} : { view }), ...(expand.length > 0 ? { expand: expand.join(",") } : {}) };
  const parsed = recordsQuery(of).safeParse(asked);
  const issue = parsed.error?.issues[0];
  if (!parsed.success) throw new PlatformError("bad-request", `/${issue?.path.map(String).join("/") ?? ""}: ${issue?.message ?? "does not fit"}`, [{ pointer: `/${issue?.path.map(String).join("/") ?? ""}`, detail: issue?.message ?? "does not fit" }]);
  return { ...parsed.data, limit: pageSize };
}

interface Writing {
  columns: readonly Column[];
  delimiter: string;
  byName: boolean;
  zone: string | null;
}

async function* pagesOf(ctx: RecordContext, of: AnyEntity, query: RecordsQuery, first: Records, { columns, delimiter, byName, zone }: Writing): AsyncGenerator<string, void, undefined> {
  for (let page: Records | null = first; page; ) {
    const tags = await tagNames(ctx, page.data);
    // Who is given nothing does not ask again.
    if (page.data.length > 0) yield page.data.map((view) => csvLine(columns.map((column) => column.value(view, { byName, zone, tags })), delimiter)).join("");
    const cursor: string | null = page.pagination.next_cursor;
    page = cursor === null ? null : await listRecords({ ctx, of, input: { ...query, cursor } });
  }
}

async function tagNames({ db }: RecordContext, views: readonly View[]): Promise<Map<string, string>> {
  const ids = [...new Set(views.flatMap(({ tags }) => (tags ?? []) as string[]))];
  const table = recordTable(entities.tag);
  const rows = ids.length === 0 ? [] : ((await db.select(table, { where: among(table.id, ids) })) as RecordRow[]);
  return new Map(rows.map((row) => [row.id, String(row["name"])]));
}

function streamOf(head: string, lines: AsyncGenerator<string, void, undefined>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => controller.enqueue(encoder.encode(head)),
      async pull(controller) {
        const { done, value } = await lines.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      },
      cancel: async () => void (await lines.return(undefined)),
    },
    { highWaterMark: 0 },
  );
}
