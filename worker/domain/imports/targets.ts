/**
 * What a column may become: fields of the entity, parts of an address, the tenant's own fields, tags.
 * @module
 */
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { addressSchema } from "../../../sdk/schema/crm/fields.ts";
import type { CustomField } from "../records/custom.ts";

export type TargetType = "text" | "email" | "phone" | "url" | "integer" | "number" | "money" | "custom_money" | "currency" | "date" | "datetime" | "timezone" | "boolean" | "select" | "multiselect" | "user" | "team" | "record" | "tax_id" | "color" | "tags";

export interface Target {
  /** `email`, `address.city`, `custom.size`, `tags`. */
  name: string;
  title: string;
  type: TargetType;
  options: readonly string[];
  /** The kind it refers to. */
  to: string | null;
  /** A record is not made without it. */
  required: boolean;
  /** Never shown or kept in clear. */
  sensitive: boolean;
}

/** Types that no text can say. */
const unreadable = new Set(["records", "json", "address"]);

export function targetsOf(of: AnyEntity, custom: readonly CustomField[]): Map<string, Target> {
  const targets: Target[] = [];
  for (const [name, field] of Object.entries(of.fields)) {
    if (field.presence === "computed") continue;
    const common = { options: field.options ?? [], to: field.to ?? null, required: field.presence === "required", sensitive: field.sensitive };
    if (field.type === "address") targets.push(...Object.keys(addressSchema.shape).map((part) => ({ ...common, name: `${name}.${part}`, title: `${field.title}: ${part.replaceAll("_", " ")}`, type: "text" as const })));
    else if (!unreadable.has(field.type)) targets.push({ ...common, name, title: field.title, type: field.type === "long_text" ? "text" : (field.type as TargetType) });
  }
  if (of.custom) targets.push(...custom.map(({ key, title, type, options, required, default_value }) => ({ name: `custom.${key}`, title, type: type === "money" ? ("custom_money" as const) : type, options, to: null, required: required && default_value === null, sensitive: false })));
  if (of.tags) targets.push({ name: "tags", title: "Tags", type: "tags", options: [], to: "tag", required: false, sensitive: false });
  return new Map(targets.map((target) => [target.name, target]));
}

/** What records may be told apart by: found by an index each. */
export function keysOf(of: AnyEntity, custom: readonly CustomField[]): string[] {
  const own = Object.entries(of.fields).flatMap(([name, { type, presence, indexed }]) => (presence !== "computed" && (type === "phone" || type === "tax_id" || (indexed && (type === "text" || type === "email"))) ? [name] : []));
  return [...own, ...custom.flatMap(({ key, type }) => (type === "text" || type === "url" || type === "date" || type === "select" ? [`custom.${key}`] : []))];
}
