import { and, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { savedViews } from "../../../db/schema/views.ts";
import { entityAt } from "../../../sdk/schema/crm/index.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { type Page, pageQuery, readCursor, toPage } from "../page.ts";
import type { RecordContext } from "../records/context.ts";
import { sortableFields } from "../records/list.ts";
import { faultsOf } from "./faults.ts";
import { findView, showView, type viewAlone, type viewShown, visible } from "./view.ts";

export const viewsQuery = pageQuery.extend({ entity: z.string().max(64).optional().describe("`leads`: only views of these") });

/** One's own and those that are everybody's, by entity and position. */
export async function listViews({ ctx, input }: { ctx: RecordContext; input: z.output<typeof viewsQuery> }): Promise<Page<z.input<typeof viewShown>>> {
  const after = placeOf(readCursor(input.cursor));
  const rows = await ctx.db.select(savedViews, {
    where: and(input.entity === undefined ? undefined : eq(savedViews.entity, input.entity), visible(ctx), after && sql`(${savedViews.entity}, ${savedViews.position}, ${savedViews.id}) > (${after[0]}, ${after[1]}, ${after[2]})`),
    orderBy: sql`${savedViews.entity}, ${savedViews.position}, ${savedViews.id}`,
    limit: input.limit + 1,
  });
  return toPage(rows, input.limit, ({ entity, position, id }) => JSON.stringify([entity, position, id]), showView);
}

function placeOf(cursor: string | null): [string, number, string] | undefined {
  if (cursor === null) return undefined;
  try {
    return z.tuple([z.string(), z.number(), z.string()]).parse(JSON.parse(cursor));
  } catch {
    throw new PlatformError("bad-request", "The cursor is not one this API gave.", [{ pointer: "/query/cursor", detail: "not a cursor" }]);
  }
}

/** @throws PlatformError `not-found` */
export async function getView({ ctx, id }: { ctx: RecordContext; id: string }): Promise<z.input<typeof viewAlone>> {
  const row = await findView(ctx, id);
  const of = entityAt.get(row.entity);
  return { ...showView(row), faults: of ? await faultsOf(ctx, of, row, sortableFields(of)) : [{ pointer: "/entity", detail: `there are no ${row.entity} any more` }] };
}
