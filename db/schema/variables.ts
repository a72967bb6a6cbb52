import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { tenants } from "./tenants.ts";

/** Settings that workflows read; of type `secret` they get a reference only. */
export const variables = sqliteTable(
  "variables",
  {
    id: text().primaryKey(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    /** Empty: of the whole tenant. */
    workflow_id: text().notNull().default(""),
    name: text().notNull(),
    type: text({ enum: ["string", "number", "boolean", "json", "secret"] }).notNull(),
    /** JSON; null for a secret. */
    value: text(),
    /** A secret, sealed under the tenant's data key. */
    sealed: text(),
    /** Hosts a secret may be sent to, as in the egress rules. */
    hosts: text({ mode: "json" }).$type<string[]>().notNull(),
    description: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [uniqueIndex("variables_name").on(table.tenant_id, table.workflow_id, table.name), index("variables_tenant").on(table.tenant_id, table.id)],
);

/** The keys a tenant's secrets are sealed under, themselves sealed under the master key. */
export const dataKeys = sqliteTable(
  "data_keys",
  {
    id: text().primaryKey(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    sealed: text().notNull(),
    created_at: integer().notNull(),
    /** Seals nothing after this; still opens. */
    retired_at: integer(),
  },
  (table) => [index("data_keys_tenant").on(table.tenant_id, table.id)],
);
