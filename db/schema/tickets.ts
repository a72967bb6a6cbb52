import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { tenants } from "./tenants.ts";

/** The last number that was given, by what is numbered: `tickets`. */
export const sequences = sqliteTable(
  "sequences",
  {
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    name: text().notNull(),
    value: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.name] })],
);

/** How soon tickets are to be answered and solved, where the tenant has chosen it. */
export const ticketSla = sqliteTable(
  "ticket_sla",
  {
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    priority: text({ enum: ["low", "normal", "high", "critical"] }).notNull(),
    /** Null: whenever. */
    first_response_minutes: integer(),
    resolve_minutes: integer(),
    updated_at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.priority] })],
);
