import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { tenants } from "./tenants.ts";
import { users } from "./users.ts";

/** Who belongs to a tenant, and as what. */
export const memberships = sqliteTable(
  "memberships",
  {
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    user_id: text()
      .notNull()
      .references(() => users.id),
    /** `admin`, `manager`, `member`, `viewer`, or the id of a custom role. */
    role: text().notNull(),
    team_id: text(),
    status: text({ enum: ["active", "disabled"] }).notNull(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.user_id] }), index("memberships_user").on(table.user_id)],
);

export const teams = sqliteTable(
  "teams",
  {
    id: text().primaryKey(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    name: text().notNull(),
    created_at: integer().notNull(),
  },
  (table) => [index("teams_tenant").on(table.tenant_id, table.id)],
);
