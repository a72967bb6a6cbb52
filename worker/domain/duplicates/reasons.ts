/**
 * By what two records are alike, and how much it says that they are.
 * @module
 */
import { and, eq, isNull, like, sql, type SQL } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import { among } from "../../../db/among.ts";
import { columnOf, type RecordRow, recordTable } from "../../../db/schema/record-tables.ts";
import { recordValues } from "../../../db/schema/records.ts";
import type { TenantTable } from "../../../db/tenant-db.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { isMasked } from "../../auth/mask-fields.ts";
import type { RecordContext } from "../records/context.ts";
import { isBareName } from "./name-key.ts";

type Ctx = Pick<RecordContext, "db" | "access">;

/** By field: of a hundred pairs that are alike in it, so many are taken to be the same. The surest first. */
const shares: Readonly<Record<string, number>> = { tax_id: 95, email: 90, external_id: 90, phone: 70, name: 65 };
/** Of a name alone; a company's is its own. */
const bareNameShare = 35;

/** Where the values of a reason stand, in the order of an index. */
export interface Source {
  table: TenantTable;
  value: SQLiteColumn;
  where: SQL | undefined;
}

/** What records of a kind are compared by, for this actor: what is masked for them tells them nothing here either. */
export function reasonsFor({ access }: Pick<Ctx, "access">, of: AnyEntity): string[] {
  const seen = of.alike.filter((name) => access === null || !isMasked(access, of.path, name));
  return Object.keys(shares).filter((name) => seen.includes(name));
}

/** Telephone numbers, taxpayers' numbers and names stand in `record_values` in a form of their own. */
const hasForm = (of: AnyEntity, by: string): boolean => by === "name" || of.fields[by]?.type === "phone" || of.fields[by]?.type === "tax_id";

export function sourceOf(of: AnyEntity, by: string): Source {
  if (hasForm(of, by)) return { table: recordValues, value: recordValues.value, where: and(eq(recordValues.kind, of.kind), eq(recordValues.field, `~${by}`)) };
  const table = recordTable(of);
  return { table, value: columnOf(table, by), where: isNull(table.deleted_at) };
}

/** By reason. */
export type Keys = Readonly<Record<string, string>>;

/** Of records, by their ids. */
export async function keysOf(ctx: Ctx, of: AnyEntity, rows: readonly RecordRow[]): Promise<Map<string, Keys>> {
  const reasons = reasonsFor(ctx, of);
  const values = reasons.some((by) => hasForm(of, by)) && rows.length > 0 ? await ctx.db.select(recordValues, { where: and(valuesOf(ctx.db, of, rows), like(recordValues.field, "~%")), found: true }) : [];
  const formed = Map.groupBy(values, ({ record_id }) => record_id);
  return new Map(
    rows.map((row) => {
      const forms = new Map((formed.get(row.id) ?? []).map(({ field, value }) => [field.slice(1), String(value)]));
      const found = reasons.map((by) => [by, hasForm(of, by) ? forms.get(by) : row[by]] as const);
      return [row.id, Object.fromEntries(found.flatMap(([by, value]) => (typeof value === "string" && value !== "" ? [[by, value]] : [])))];
    }),
  );
}

/** Found by their records alone: SQLite would take the tenant's other index for the better one, and read all of its values. */
function valuesOf({ tenant }: Ctx["db"], { kind }: AnyEntity, rows: readonly RecordRow[]): SQL {
  const theirs = and(eq(recordValues.tenant_id, tenant), eq(recordValues.kind, kind), among(recordValues.record_id, rows.map(({ id }) => id)));
  return sql`${recordValues}.rowid in (select rowid from ${recordValues} where ${theirs})`;
}

/** Reasons in which all of them are alike, the surest first. */
export function sharedReasons(keys: readonly Keys[]): string[] {
  const [first, ...others] = keys;
  return first ? Object.keys(shares).filter((by) => first[by] !== undefined && others.every((one) => one[by] === first[by])) : [];
}

/** 0 to 100: how likely they are the same, were the reasons independent of each other. */
export function scoreOf(of: AnyEntity, keys: Keys, reasons: readonly string[]): number {
  const shareOf = (by: string): number => (by === "name" && of.fields["website"] === undefined && isBareName(keys["name"] ?? "") ? bareNameShare : (shares[by] ?? 0));
  return Math.round(100 * (1 - reasons.reduce((rest, by) => rest * (1 - shareOf(by) / 100), 1)));
}
