/**
 * The tenant's own fields: what they may hold.
 * @module
 */
import { and, asc, eq, isNull, sql } from "drizzle-orm";
import { z } from "zod";
import { customFields } from "../../../db/schema/records.ts";
import type { TenantDb } from "../../../db/tenant-db.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { schemas } from "../../../sdk/schema/crm/fields.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";

export type CustomField = typeof customFields.$inferSelect;

export function customFieldsOf(db: TenantDb, { kind }: Pick<AnyEntity, "kind">): Promise<CustomField[]> {
  return db.select(customFields, { where: and(eq(customFields.kind, kind), isNull(customFields.deleted_at)), orderBy: sql`${asc(customFields.position)}, ${asc(customFields.id)}` });
}

/** Of an amount in one of the tenant's own fields. */
const amount = z.strictObject({ amount: schemas.money, currency: schemas.currency });

/** What a field of the tenant's own takes. */
export function customSchema({ type, options }: Pick<CustomField, "type" | "options">): z.ZodType {
  const one = z.string().refine((value) => options.includes(value), `one of ${options.join(", ")}`);
  switch (type) {
    case "text":
      return z.string().max(5000).refine((value) => value.isWellFormed() && !value.includes("\0"), "text without NUL");
    case "number":
      return schemas.number;
    case "money":
      return amount;
    case "date":
      return schemas.date;
    case "boolean":
      return z.boolean();
    case "select":
      return one;
    case "multiselect":
      return z.array(one).max(100);
    case "url":
      return schemas.url;
    case "user":
      return schemas.id;
  }
}

type Values = Record<string, unknown>;

/** An empty text and an empty list are no value. */
const isEmpty = (value: unknown): boolean => value === null || (typeof value === "string" && value.trim() === "") || (Array.isArray(value) && value.length === 0);

/**
 * The values of a record after a change: what is not named stays, null takes a value away.
 * @param before null: a new record, which gets the defaults
 * @throws PlatformError `bad-request`, naming the field
 */
export function mergedCustom(fields: readonly CustomField[], before: Values | null, given: Values): Values {
  const byKey = new Map(fields.map((one) => [one.key, one]));
  const defaults = before === null ? fields.flatMap(({ key, default_value }) => (default_value === null ? [] : [[key, default_value] as const])) : [];
  // What is left of a field that was deleted goes with the next change.
  const after: Values = { ...Object.fromEntries(defaults), ...Object.fromEntries(Object.entries(before ?? {}).filter(([key]) => byKey.has(key))) };
  const errors: { pointer: string; detail: string }[] = [];
  for (const [key, value] of Object.entries(given)) {
    const field = byKey.get(key);
    if (!field) errors.push({ pointer: `/custom/${key}`, detail: `there is no such field; there ${byKey.size === 0 ? "are none" : `are ${[...byKey.keys()].join(", ")}`}` });
    else if (isEmpty(value)) delete after[key];
    else {
      const parsed = customSchema(field).safeParse(value);
      if (parsed.success) after[key] = parsed.data;
      else errors.push({ pointer: `/custom/${key}`, detail: parsed.error.issues[0]?.message ?? "does not fit" });
    }
  }
  // What a record was made without before a field became required is asked for only when it is taken away.
  for (const { key, required } of fields) if (required && after[key] === undefined && (before === null || key in given)) errors.push({ pointer: `/custom/${key}`, detail: "is required" });
  if (errors[0]) throw new PlatformError("bad-request", `${errors[0].pointer}: ${errors[0].detail}`, errors);
  return after;
}
