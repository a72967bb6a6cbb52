import { and, eq, isNull } from "drizzle-orm";
import { z } from "zod";
import { customFields } from "../../../db/schema/records.ts";
import type { TenantDb } from "../../../db/tenant-db.ts";
import { extensible } from "../../../sdk/schema/crm/index.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { iso } from "../context.ts";
import type { CustomField } from "../records/custom.ts";

export const fieldTypes = customFields.type.enumValues;
export const entityName = z.enum(extensible.map(({ kind }) => kind) as [string, ...string[]]).describe("Kind of record, such as `lead`");

export const customFieldView = z.object({
  id: z.string(),
  entity: entityName,
  key: z.string().describe("As records have it: `custom.<key>`"),
  title: z.string(),
  type: z.enum(fieldTypes),
  options: z.array(z.string()).describe("select and multiselect: what there is to choose from"),
  required: z.boolean(),
  default: z.json().describe("What new records get; null: nothing"),
  position: z.number().int(),
  created_at: z.string(),
  updated_at: z.string(),
});
export type CustomFieldView = z.infer<typeof customFieldView>;

export function viewField({ id, kind, key, title, type, options, required, default_value, position, created_at, updated_at }: CustomField): CustomFieldView {
  return { id, entity: kind, key, title, type, options, required, default: default_value, position, created_at: iso(created_at), updated_at: iso(updated_at) };
}

export const fieldNotThere = (id: string): PlatformError => new PlatformError("not-found", `There is no custom field ${id}.`);

/** @throws PlatformError `not-found` */
export async function findField({ db }: { db: TenantDb }, id: string): Promise<CustomField> {
  const row = await db.first(customFields, and(eq(customFields.id, id), isNull(customFields.deleted_at)));
  if (!row) throw fieldNotThere(id);
  return row;
}
