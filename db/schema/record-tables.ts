/**
 * The tables of the CRM's entities, made from their declarations (sdk/schema/crm). What is
 * indexed there has an index here over the records that are not deleted, in the order of ids,
 * which is that of their making: lists filtered by one field come sorted without sorting.
 * @module
 */
import { getTableColumns, sql } from "drizzle-orm";
import { index, integer, real, type SQLiteColumn, type SQLiteColumnBuilderBase, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { allEntities, type EntityKind } from "../../sdk/schema/crm/index.ts";
import type { AnyEntity } from "../../sdk/schema/crm/entity.ts";
import type { AnyField } from "../../sdk/schema/crm/fields.ts";
import type { TenantTable } from "../tenant-db.ts";
import { tenants } from "./tenants.ts";

const systemColumns = () => ({
  id: text().primaryKey(),
  tenant_id: text()
    .notNull()
    .references(() => tenants.id),
  version: integer().notNull(),
  /** Values of the tenant's own fields, by key. */
  custom: text({ mode: "json" }).$type<Record<string, unknown>>().notNull(),
  /** Ids of tags; `record_values` finds records by them. */
  tags: text({ mode: "json" }).$type<string[]>().notNull(),
  created_at: integer().notNull(),
  updated_at: integer().notNull(),
  created_by: text(),
  deleted_at: integer(),
  merged_into: text(),
});

/** What each of these tables has; the entity's fields are reached by {@link columnOf}. */
export type RecordTable = TenantTable & Record<keyof ReturnType<typeof systemColumns>, SQLiteColumn>;

/** A row as the table holds it: times in ms, sensitive values sealed. */
export type RecordRow = { id: string; version: number; custom: Record<string, unknown>; tags: string[]; created_at: number; updated_at: number; created_by: string | null; deleted_at: number | null; merged_into: string | null } & Record<string, unknown>;

function builderOf(field: AnyField): SQLiteColumnBuilderBase {
  const { type, nullable } = field;
  // Sealed values are texts, whatever they are of.
  if (field.sensitive) return text();
  switch (type) {
    case "integer":
    case "money":
    case "datetime":
      return nullable ? integer() : integer().notNull();
    case "number":
      return nullable ? real() : real().notNull();
    case "boolean":
      return nullable ? integer({ mode: "boolean" }) : integer({ mode: "boolean" }).notNull();
    case "multiselect":
    case "records":
    case "json":
      return nullable ? text({ mode: "json" }) : text({ mode: "json" }).notNull();
    default:
      return nullable ? text() : text().notNull();
  }
}

export function columnOf(table: RecordTable, name: string): SQLiteColumn {
  const column = getTableColumns(table)[name];
  if (!column) throw new Error(`the table has no column ${name}`);
  return column;
}

function tableOf(of: AnyEntity): RecordTable {
  const fields = Object.fromEntries(Object.entries(of.fields).map(([name, one]) => [name, builderOf(one)]));
  const named = (names: readonly string[]) => [of.path, ...names].join("_");
  // The compiler cannot know columns that are made from data.
  return sqliteTable(of.path, { ...systemColumns(), ...fields }, (self) => {
    const table = self as unknown as Record<string, SQLiteColumn> & { id: SQLiteColumn; tenant_id: SQLiteColumn; deleted_at: SQLiteColumn; updated_at: SQLiteColumn };
    const at = (name: string): SQLiteColumn => {
      const column = table[name];
      if (!column) throw new Error(`${of.kind}: there is no field ${name}`);
      return column;
    };
    const there = sql`${sql.raw("deleted_at")} is null`;
    const indexed = Object.entries(of.fields).filter(([, { indexed }]) => indexed);
    return [
      index(named(["newest"])).on(table.tenant_id, table.id).where(there),
      index(named(["changed"])).on(table.tenant_id, table.updated_at, table.id).where(there),
      index(named(["deleted"])).on(table.tenant_id, table.deleted_at, table.id).where(sql`${sql.raw("deleted_at")} is not null`),
      ...indexed.map(([name]) => index(named([name])).on(table.tenant_id, at(name), table.id).where(there)),
      ...of.indexes.map((names) => index(named(names)).on(table.tenant_id, ...names.map(at), table.id).where(there)),
      // A number is given once, also when its record is gone.
      ...(of.sequence === null ? [] : [uniqueIndex(named([of.sequence, "sequence"])).on(table.tenant_id, at(of.sequence))]),
      ...of.due.map((name) => index(named([name, "due"])).on(at(name), table.id).where(sql`${sql.raw(name)} is not null and ${there}`)),
      ...of.unique.map((names) => uniqueIndex(named([...names, "unique"])).on(table.tenant_id, ...names.map(at)).where(there)),
    ];
  }) as unknown as RecordTable;
}

/** By kind. */
const tables = Object.fromEntries(allEntities.map((of) => [of.kind, tableOf(of)])) as Record<EntityKind, RecordTable>;

/** By name, for who is particular about a kind; and for the tool that makes the migrations, which looks at what is exported. */
export const { lead: leads, contact: contacts, company: companies, deal: deals, ticket: tickets, task: tasks, note: notes, activity: activities, pipeline: pipelines, stage: stages, tag: tags, category: categories } = tables;

/** The table of an entity. */
export function recordTable({ kind }: Pick<AnyEntity, "kind">): RecordTable {
  const table = Object.hasOwn(tables, kind) ? tables[kind as EntityKind] : undefined;
  if (!table) throw new Error(`there is no table of ${kind}`);
  return table;
}
