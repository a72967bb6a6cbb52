/**
 * The columns of an export, and what stands in them.
 * @module
 */
import { offsetAt } from "../../../durable-objects/scheduler/zone.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { addressSchema } from "../../../sdk/schema/crm/fields.ts";
import { entityOfKind } from "../../../sdk/schema/crm/index.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { decimalsOf } from "../imports/cells.ts";
import type { CustomField } from "../records/custom.ts";
import { expandable } from "../records/expand.ts";

export type View = Readonly<Record<string, unknown>>;

export interface Manner {
  /** What is referred to is written by name. */
  byName: boolean;
  /** Null: times are ISO 8601, UTC. */
  zone: string | null;
  /** By id. */
  tags: ReadonlyMap<string, string>;
}

export interface Column {
  name: string;
  title: string;
  value(view: View, manner: Manner): string | number;
}

/** What parts several values in one cell. */
const between = "; ";

function local(time: string, zone: string): string {
  const ms = Date.parse(time);
  return new Date(ms + offsetAt(zone, ms)).toISOString().slice(0, 19).replace("T", " ");
}

const timeAt = (value: unknown, { zone }: Manner): string => (typeof value !== "string" ? "" : zone === null ? value : local(value, zone));
const major = (amount: number, currency: unknown): number => Number((amount / 10 ** decimalsOf(typeof currency === "string" ? currency : "USD")).toFixed(4));

function plain(value: unknown): string | number {
  if (value === null || value === undefined) return "";
  if (typeof value === "number" || typeof value === "string") return value;
  if (typeof value === "boolean") return String(value);
  if (Array.isArray(value) && value.every((one) => typeof one === "string")) return value.join(between);
  if (typeof value === "object" && "amount" in value && "currency" in value) return `${major(Number(value.amount), value.currency)} ${String(value.currency)}`;
  return JSON.stringify(value);
}

/** What it is called, where the actor may see it; else its id. */
function nameOf(view: View, field: string, to: string | undefined): string | number {
  const found = view[field.replace(/_id$/, "")];
  const label = entityOfKind.get(to ?? "")?.label ?? "name";
  const name = typeof found === "object" && found !== null ? (found as View)[label] : null;
  return plain(name ?? view[field]);
}

function* fieldColumns(of: AnyEntity): Generator<Column> {
  const referring = new Set(expandable(of).map((name) => `${name}_id`));
  for (const [name, { type, title, to }] of Object.entries(of.fields)) {
    if (type === "address") yield* Object.keys(addressSchema.shape).map((part): Column => ({ name: `${name}.${part}`, title: `${title}: ${part.replaceAll("_", " ")}`, value: (view) => plain((view[name] as View | null)?.[part]) }));
    else if (type === "datetime") yield { name, title, value: (view, manner) => timeAt(view[name], manner) };
    else if (type === "money") yield { name, title, value: (view) => (typeof view[name] === "number" ? major(view[name], view["currency"]) : "") };
    else if (referring.has(name)) yield { name, title, value: (view, { byName }) => (byName ? nameOf(view, name, to) : plain(view[name])) };
    else yield { name, title, value: (view) => plain(view[name]) };
  }
}

/** All that there are, in the order of their declaration. */
export function columnsOf(of: AnyEntity, custom: readonly CustomField[]): Column[] {
  const time = (name: string, title: string): Column => ({ name, title, value: (view, manner) => timeAt(view[name], manner) });
  return [
    { name: "id", title: "Id", value: ({ id }) => plain(id) },
    ...fieldColumns(of),
    ...(of.tags ? [{ name: "tags", title: "Tags", value: ({ tags: ids }: View, { tags }: Manner) => (ids as string[]).map((id) => tags.get(id) ?? id).join(between) }] : []),
    ...(of.custom ? custom.map(({ key, title }): Column => ({ name: `custom.${key}`, title, value: ({ custom: values }) => plain((values as View)[key]) })) : []),
    time("created_at", "Made"),
    time("updated_at", "Changed"),
    { name: "created_by", title: "Made by", value: ({ created_by }) => plain(created_by) },
  ];
}

/** @throws PlatformError `bad-request`, naming what there is not */
export function chosen(all: readonly Column[], names: readonly string[] | undefined): Column[] {
  if (names === undefined) return all.filter(({ name }) => name !== "created_by");
  return names.map((name, index) => {
    const column = all.find((one) => one.name === name);
    if (!column) throw new PlatformError("bad-request", `/columns/${index}: there is no column ${name}; there are ${all.map((one) => one.name).join(", ")}`, [{ pointer: `/columns/${index}`, detail: "there is no such column" }]);
    return column;
  });
}
