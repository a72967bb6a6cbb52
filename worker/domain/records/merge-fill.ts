/**
 * What a record gets from those that are merged into it: values of fields that it has none of,
 * from the first that has one; all their tags; values of the tenant's own fields.
 * @module
 */
import type { RecordRow } from "../../../db/schema/record-tables.ts";
import type { AnyEntity, Given } from "../../../sdk/schema/crm/entity.ts";
import type { AnyField } from "../../../sdk/schema/crm/fields.ts";
import type { RecordContext } from "./context.ts";
import { customFieldsOf, customSchema } from "./custom.ts";
import { missingOf, referencesIn } from "./references.ts";
import { openValue } from "./sensitive.ts";
import { toShown } from "./values.ts";

const isEmpty = (value: unknown): boolean => value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);

/** The platform's own fields stay, but for the records it points to. */
const isFilled = ({ presence, type }: AnyField): boolean => presence !== "computed" || type === "record";

/** As a change takes it. What refers to something that is gone is left out. */
export async function filledFrom(ctx: RecordContext, of: AnyEntity, survivor: RecordRow, others: readonly RecordRow[]): Promise<Given> {
  const given: Given = {};
  for (const [name, field] of Object.entries(of.fields)) {
    if (!isFilled(field) || !isEmpty(survivor[name])) continue;
    const giver = others.find((other) => !isEmpty(other[name]));
    // What is sealed is bound to its record: it is opened here and sealed anew.
    if (giver) given[name] = field.sensitive ? await openValue(ctx, of, giver, name) : toShown(field, giver[name]);
  }
  const tags = [...new Set([survivor, ...others].flatMap((row) => row.tags))];
  if (of.tags && tags.length > survivor.tags.length) given["tags"] = tags;
  const gone = new Set((await missingOf(ctx, referencesIn(of, given))).map(({ pointer }) => pointer));
  for (const name of Object.keys(given)) if (name !== "tags" && [...gone].some((pointer) => pointer === `/${name}` || pointer.startsWith(`/${name}/`))) delete given[name];
  if (given["tags"]) given["tags"] = tags.filter((_, index) => !gone.has(`/tags/${index}`));
  return { ...given, ...(await customFrom(ctx, of, survivor, others)) };
}

async function customFrom(ctx: RecordContext, of: AnyEntity, survivor: RecordRow, others: readonly RecordRow[]): Promise<Given> {
  if (!of.custom || others.every(({ custom }) => Object.keys(custom).length === 0)) return {};
  const fields = await customFieldsOf(ctx.db, of);
  const values = fields.flatMap((field) => {
    if (!isEmpty(survivor.custom[field.key])) return [];
    const giver = others.find((other) => !isEmpty(other.custom[field.key]));
    const parsed = giver && customSchema(field).safeParse(giver.custom[field.key]);
    return parsed?.success ? [[field.key, parsed.data] as const] : [];
  });
  const wanted = Object.fromEntries(values);
  const gone = new Set((await missingOf(ctx, referencesIn(of, { custom: wanted }, fields))).map(({ pointer }) => pointer.slice("/custom/".length)));
  const custom = Object.fromEntries(values.filter(([key]) => !gone.has(key)));
  return Object.keys(custom).length > 0 ? { custom } : {};
}
