import { and, asc, eq, isNull, sql } from "drizzle-orm";
import { z } from "zod";
import { customFields } from "../../../db/schema/records.ts";
import type { TenantContext } from "../context.ts";
import type { Page } from "../page.ts";
import { type CustomFieldView, entityName, viewField } from "./view.ts";

export const customFieldsQuery = z.object({ entity: entityName.optional().describe("Of this kind of record alone") });

/** In their order. There are a hundred to an entity at most: one page has them all. */
export async function listCustomFields({ ctx, input }: { ctx: Pick<TenantContext, "db">; input: z.infer<typeof customFieldsQuery> }): Promise<Page<CustomFieldView>> {
  const where = and(isNull(customFields.deleted_at), input.entity === undefined ? undefined : eq(customFields.kind, input.entity));
  const rows = await ctx.db.select(customFields, { where, orderBy: sql`${asc(customFields.kind)}, ${asc(customFields.position)}, ${asc(customFields.id)}` });
  return { data: rows.map(viewField), pagination: { next_cursor: null } };
}
