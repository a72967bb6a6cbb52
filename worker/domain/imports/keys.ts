/**
 * Telling whether a row is a record that is there already. Each key is found by an index, and
 * whoever makes a record makes it a condition of the transaction that nobody else has made one
 * with the same key meanwhile.
 * @module
 */
import { and, asc, eq, isNull, not, type SQL } from "drizzle-orm";
import { among } from "../../../db/among.ts";
import { columnOf, type RecordRow, recordTable } from "../../../db/schema/record-tables.ts";
import { recordValues } from "../../../db/schema/records.ts";
import type { AnyEntity, Given } from "../../../sdk/schema/crm/entity.ts";
import type { RecordContext } from "../records/context.ts";
import { folded, phoneDigits } from "../records/index-values.ts";
import { searchHash } from "../records/sensitive.ts";

/** Shorter numbers are extensions. */
const shortestPhone = 6;
/** Records with the same key that are looked at. */
const most = 2000;

const typeOf = (of: AnyEntity, key: string): string => of.fields[key]?.type ?? "custom";

/** As the index has it; null: the row does not say. */
export async function keyOf(ctx: RecordContext, of: AnyEntity, key: string, given: Given): Promise<string | null> {
  const value = key.startsWith("custom.") ? (given["custom"] as Given | undefined)?.[key.slice(7)] : given[key];
  if (typeof value !== "string" || value === "") return null;
  switch (typeOf(of, key)) {
    case "phone": {
      const digits = phoneDigits(value).slice(-9);
      return digits.length < shortestPhone ? null : digits;
    }
    case "tax_id":
      return searchHash(ctx, value);
    case "custom":
      return folded(value);
    default:
      return value;
  }
}

const byColumn = (of: AnyEntity, key: string): boolean => !["phone", "tax_id", "custom"].includes(typeOf(of, key));
const valueField = (key: string): string => (key.startsWith("custom.") ? key : `~${key}`);

const columnHas = (of: AnyEntity, key: string, forms: readonly string[]): SQL | undefined => {
  const table = recordTable(of);
  return and(isNull(table.deleted_at), among(columnOf(table, key), forms));
};
const valueHas = (of: AnyEntity, key: string, forms: readonly string[]): SQL | undefined => and(eq(recordValues.kind, of.kind), eq(recordValues.field, valueField(key)), among(recordValues.value, forms));

/** The oldest record of each key. */
export async function recordsBy({ db }: RecordContext, of: AnyEntity, key: string, forms: readonly string[]): Promise<Map<string, RecordRow>> {
  if (forms.length === 0) return new Map();
  const table = recordTable(of);
  const found: (readonly [string, RecordRow])[] = [];
  if (byColumn(of, key)) {
    const rows = (await db.select(table, { where: columnHas(of, key, forms), limit: most })) as RecordRow[];
    found.push(...rows.map((row) => [String(row[key]), row] as const));
  } else {
    const values = await db.select(recordValues, { where: valueHas(of, key, forms), orderBy: asc(recordValues.record_id), limit: most });
    const rows = (await db.select(table, { where: and(isNull(table.deleted_at), among(table.id, values.map(({ record_id }) => record_id))) })) as RecordRow[];
    const byId = new Map(rows.map((row) => [row.id, row]));
    found.push(...values.flatMap(({ value, record_id }) => (byId.has(record_id) ? [[String(value), byId.get(record_id) as RecordRow] as const] : [])));
  }
  const oldest = new Map<string, RecordRow>();
  for (const [form, row] of found) if (row.id < (oldest.get(form)?.id ?? "~")) oldest.set(form, row);
  return oldest;
}

/** Holds while no record has one of these. */
export function stillFree({ db }: RecordContext, of: AnyEntity, key: string, forms: readonly string[]): SQL {
  return not(byColumn(of, key) ? db.exists(recordTable(of), columnHas(of, key, forms)) : db.exists(recordValues, valueHas(of, key, forms)));
}
