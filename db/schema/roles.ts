import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { tenants } from "./tenants.ts";

/** A tenant's own roles, beside the four that every tenant has (worker/auth/roles.ts). */
export const roles = sqliteTable(
  "roles",
  {
    id: text().primaryKey(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    name: text().notNull(),
    description: text(),
    /** Permission → over whose records. */
    grants: text({ mode: "json" }).$type<Record<string, "all" | "team" | "own">>().notNull(),
    /** Entity → fields shown masked. */
    masked: text({ mode: "json" }).$type<Record<string, string[]>>().notNull(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [index("roles_tenant").on(table.tenant_id, table.id)],
);
