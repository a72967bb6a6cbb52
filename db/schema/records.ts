/**
 * What goes with records of every kind.
 * @module
 */
import { customType, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { Json } from "./json.ts";
import { tenants } from "./tenants.ts";

const tenant = () =>
  text()
    .notNull()
    .references(() => tenants.id);

/** Without affinity: in a text column 9 would be after 50. */
const asItIs = customType<{ data: string | number; driverData: string | number }>({ dataType: () => "blob" });

/**
 * Values by which records are found that have several of them, or none of their own column:
 * tags, fields of the tenant's own, what a record is about; and, under names that begin with
 * `~`, forms of a value that are looked for instead of it (a telephone number's digits, the
 * keyed hash of a taxpayer number).
 */
export const recordValues = sqliteTable(
  "record_values",
  {
    tenant_id: tenant(),
    kind: text().notNull(),
    field: text().notNull(),
    /** Numbers as numbers, texts folded to lower case. */
    value: asItIs().notNull(),
    record_id: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.kind, table.field, table.value, table.record_id] }), index("record_values_record").on(table.tenant_id, table.record_id, table.kind)],
);

/**
 * What became of records, and when: they were made, changed their status or stage, were
 * deleted. Reports count these.
 */
export const recordTransitions = sqliteTable(
  "record_transitions",
  {
    id: text().primaryKey(),
    tenant_id: tenant(),
    kind: text().notNull(),
    record_id: text().notNull(),
    /** The field; `deleted` when the record went or came back. */
    field: text().notNull(),
    /** Null: it was made. */
    from_value: text(),
    /** Null: it is gone. */
    to_value: text(),
    at: integer().notNull(),
    /** Since when it had been as it was, ms. */
    since: integer(),
    group_id: text(),
    owner_id: text(),
    source: text(),
    amount: integer(),
    currency: text(),
  },
  (table) => [index("record_transitions_record").on(table.tenant_id, table.kind, table.record_id, table.id), index("record_transitions_time").on(table.tenant_id, table.kind, table.field, table.at)],
);

/** The words of a record, as the full-text index has them (the migration after this one). */
export const searchDocuments = sqliteTable(
  "search_documents",
  {
    id: integer().primaryKey(),
    tenant_id: tenant(),
    kind: text().notNull(),
    record_id: text().notNull(),
    /** One word for the tenant and one for the kind: a search names both. */
    scope: text().notNull(),
    title: text().notNull(),
    body: text().notNull(),
  },
  (table) => [uniqueIndex("search_documents_record").on(table.tenant_id, table.kind, table.record_id)],
);

/** Fields that tenants have added to an entity. */
export const customFields = sqliteTable(
  "custom_fields",
  {
    id: text().primaryKey(),
    tenant_id: tenant(),
    kind: text().notNull(),
    /** As records have it under `custom`. */
    key: text().notNull(),
    title: text().notNull(),
    type: text({ enum: ["text", "number", "money", "date", "boolean", "select", "multiselect", "url", "user"] }).notNull(),
    options: text({ mode: "json" }).$type<string[]>().notNull(),
    required: integer({ mode: "boolean" }).notNull(),
    default_value: text({ mode: "json" }).$type<Json>(),
    position: integer().notNull(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
    /** Its values are being removed; the key is free when they are. */
    deleted_at: integer(),
  },
  (table) => [uniqueIndex("custom_fields_key").on(table.tenant_id, table.kind, table.key)],
);

/** Requests with an Idempotency-Key, and what they made. */
export const requestKeys = sqliteTable(
  "request_keys",
  {
    tenant_id: tenant(),
    key: text().notNull(),
    /** Of what was asked. */
    hash: text().notNull(),
    record_id: text().notNull(),
    created_at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.key] }), index("request_keys_age").on(table.tenant_id, table.created_at)],
);
