/**
 * What records are found by besides their own columns: rows of `record_values`, and the words
 * of the full-text index.
 * @module
 */
import type { RecordRow } from "../../../db/schema/record-tables.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import type { RecordReference } from "../../../sdk/schema/crm/fields.ts";
import { nameKey } from "../duplicates/name-key.ts";
import type { RecordContext } from "./context.ts";
import { openValue, searchHash, sensitiveFields } from "./sensitive.ts";

export interface IndexedValue {
  field: string;
  value: string | number;
}

/** Longer texts are no values to look for. */
const longest = 300;

/** As filters compare texts of the tenant's own fields. */
export const folded = (text: string): string => text.toLowerCase().slice(0, longest);

function valuesOf(field: string, value: unknown): IndexedValue[] {
  if (Array.isArray(value)) return value.flatMap((one) => valuesOf(field, one));
  if (typeof value === "number") return [{ field, value }];
  if (typeof value === "string") return [{ field, value: folded(value) }];
  if (typeof value === "boolean") return [{ field, value: Number(value) }];
  return typeof value === "object" && value !== null && "amount" in value ? [{ field, value: Number(value.amount) }] : [];
}

/** The digits of a telephone number; of one without a country its last nine still fit. */
export const phoneDigits = (phone: string): string => phone.replaceAll(/\D/g, "").replace(/^0+/, "");

/** Of a number with its country or without. */
export const phoneForm = (phone: string): string => phoneDigits(phone).slice(-9);

/** The name and company of a record without case, accents and legal form; null where that says nothing. */
export function nameKeyOf(of: AnyEntity, row: Record<string, unknown>): string | null {
  const [name, company] = [row[of.label], row["company_name"] ?? row["company_id"]];
  const key = of.alike.includes("name") && typeof name === "string" ? nameKey(name, typeof company === "string" ? company : null) : null;
  return key === null ? null : folded(key);
}

export async function indexedValues(ctx: Pick<RecordContext, "db" | "env" | "now">, of: AnyEntity, row: RecordRow): Promise<IndexedValue[]> {
  const found: IndexedValue[] = row.tags.map((value) => ({ field: "tags", value }));
  for (const [key, value] of Object.entries(row.custom)) found.push(...valuesOf(`custom.${key}`, value));
  for (const [name, { type }] of Object.entries(of.fields)) {
    const value = row[name] ?? null;
    if (value === null) continue;
    if (type === "records") found.push(...(value as RecordReference[]).map((one) => ({ field: name, value: `${one.type}:${one.id}` })));
    if (type === "phone") found.push({ field: `~${name}`, value: phoneForm(String(value)) });
  }
  for (const [name, { type }] of sensitiveFields(of)) if (type === "tax_id" && (row[name] ?? null) !== null) found.push({ field: `~${name}`, value: await searchHash(ctx, String(await openValue(ctx, of, row, name))) });
  const named = nameKeyOf(of, row);
  if (named !== null) found.push({ field: "~name", value: named });
  const seen = new Set<string>();
  return found.filter(({ field, value }) => {
    const key = `${field} ${value}`;
    return !seen.has(key) && seen.add(key);
  });
}

/** One word each, so that a search that names both never meets another tenant's words. */
export const scopeWords = (tenant: string, kind: string): string => `t${tenant.replaceAll(/[^0-9a-z]/gi, "")} k${kind}`;

export function isSearched(of: AnyEntity): boolean {
  return Object.values(of.fields).some(({ search }) => search !== null);
}

/** The words of a record; those of the tenant's own fields stand with the rest. */
export function wordsOf(of: AnyEntity, row: RecordRow): { title: string; body: string } {
  const said = (where: "title" | "body") => Object.entries(of.fields).flatMap(([name, { search }]) => (search === where && typeof row[name] === "string" ? [row[name] as string] : []));
  const own = Object.values(row.custom).filter((value) => typeof value === "string");
  return { title: said("title").join(" "), body: [...said("body"), ...own].join("\n") };
}
