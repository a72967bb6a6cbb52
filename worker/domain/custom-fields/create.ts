import { and, eq, isNotNull, isNull, sql } from "drizzle-orm";
import { z } from "zod";
import { newId } from "../../../db/ids.ts";
import { customFields } from "../../../db/schema/records.ts";
import { entityOfKind } from "../../../sdk/schema/crm/index.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { dispatchSoon, emit } from "../../events/emit.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { fieldEvent, fittingDefault, keySchema, mostFields, mustBeFree, mustHaveOptions, optionsSchema, titleSchema } from "./rules.ts";
import { type CustomFieldView, entityName, fieldTypes, viewField } from "./view.ts";

export const customFieldBody = z.strictObject({
  entity: entityName,
  key: keySchema.describe("For good, as the type is: records, workflows and filters go by it"),
  title: titleSchema,
  type: z.enum(fieldTypes),
  options: optionsSchema.default([]).describe("select and multiselect"),
  required: z.boolean().default(false).describe("Of new records; of those there are when the field is changed"),
  default: z.json().optional().describe("What new records get that say nothing of it"),
});

/** @throws PlatformError `bad-request`; `conflict` for a key that is taken, or the hundred and first field */
export async function createCustomField({ ctx, input }: { ctx: TenantContext; input: z.output<typeof customFieldBody> }): Promise<CustomFieldView> {
  const { entity: kind, key, title, type, options, required } = input;
  const of = entityOfKind.get(kind);
  if (!of) throw new Error(`there is no entity ${kind}`);
  mustBeFree(of, key);
  mustHaveOptions(input);
  const field = {
    id: newId(ctx.now),
    tenant_id: ctx.tenant,
    kind,
    key,
    title,
    type,
    options,
    required,
    default_value: await fittingDefault(ctx, input, input.default),
    position: 0,
    created_at: ctx.now,
    updated_at: ctx.now,
    deleted_at: null,
  };
  const { db } = ctx;
  const ofKind = and(eq(customFields.tenant_id, ctx.tenant), eq(customFields.kind, kind));
  const last = sql`(select coalesce(max(${customFields.position}), 0) + 1 from ${customFields} where ${ofKind})`;
  const free = sql`not ${db.exists(customFields, and(ofKind, eq(customFields.key, key)))} and (select count(*) from ${customFields} where ${and(ofKind, isNull(customFields.deleted_at))}) < ${mostFields}`;
  const { tenant_id: _, ...row } = field;
  if (!(await db.batchIf(free, [db.insert(customFields, { ...row, position: last }), audited(ctx, { action: "custom_field.create", entityId: field.id, after: viewField(field) }), emit(ctx, fieldEvent("created", field))]))) throw await whyNot(ctx, kind, key);
  dispatchSoon(ctx);
  return viewField((await db.first(customFields, eq(customFields.id, field.id))) ?? field);
}

async function whyNot({ db }: TenantContext, kind: string, key: string): Promise<PlatformError> {
  const taken = and(eq(customFields.kind, kind), eq(customFields.key, key));
  if (await db.first(customFields, and(taken, isNotNull(customFields.deleted_at)))) return new PlatformError("conflict", `The values of the field ${key} that was deleted are still being removed. Try again in a minute or two, or when many records have it, a little later.`);
  if (await db.first(customFields, taken)) return new PlatformError("conflict", `There is a field ${key} of ${kind} already.`, [{ pointer: "/key", detail: "taken" }]);
  return new PlatformError("conflict", `A ${kind} has ${mostFields} fields of one's own at most. Delete one first.`);
}
