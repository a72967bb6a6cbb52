import { and, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { customFields } from "../../../db/schema/records.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import type { Page } from "../page.ts";
import { listCustomFields } from "./list.ts";
import { type CustomFieldView, entityName } from "./view.ts";

export const orderBody = z.strictObject({ entity: entityName, ids: z.array(z.string().max(64)).max(100).describe("All fields of the entity, the first first") });

/** @throws PlatformError `bad-request` unless each of the entity's fields is named once */
export async function orderCustomFields({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof orderBody> }): Promise<Page<CustomFieldView>> {
  const { db, now } = ctx;
  const before = (await listCustomFields({ ctx, input })).data.map(({ id }) => id);
  const [wanted, known] = [new Set(input.ids), new Set(before)];
  const detail = wanted.size < input.ids.length ? "a field is named twice" : [...known].some((id) => !wanted.has(id)) ? "a field is missing: name them all" : [...wanted].some((id) => !known.has(id)) ? `there is no such field of ${input.entity}` : null;
  if (detail !== null) throw new PlatformError("bad-request", `/ids: ${detail}`, [{ pointer: "/ids", detail }]);
  const place = sql`coalesce((select key + 1 from json_each(${JSON.stringify(input.ids)}) where value = ${customFields.id}), ${customFields.position})`;
  await db.batch([db.update(customFields, { position: place, updated_at: now }, and(eq(customFields.kind, input.entity))), audited(ctx, { action: "custom_field.order", entityId: null, before: { entity: input.entity, ids: before }, after: { ids: input.ids } })]);
  return listCustomFields({ ctx, input });
}
