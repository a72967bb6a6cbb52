import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { tenants } from "./tenants.ts";

export const apiKeys = sqliteTable(
  "api_keys",
  {
    id: text().primaryKey(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    name: text().notNull(),
    /** First characters of the key, to recognise it by. */
    prefix: text().notNull(),
    /** SHA-256 of the key, hex; the key itself is kept nowhere. */
    hash: text().notNull().unique(),
    /** What it may do; null: everything that a tenant's admin may. */
    scopes: text({ mode: "json" }).$type<string[]>(),
    /** The user who made it; null for one made by the operator. */
    created_by: text(),
    expires_at: integer(),
    created_at: integer().notNull(),
    revoked_at: integer(),
    last_used_at: integer(),
  },
  (table) => [index("api_keys_tenant").on(table.tenant_id, table.id)],
);
