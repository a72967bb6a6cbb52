import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { tenants } from "./tenants.ts";

/** Every call to a hook, refused ones too. */
export const hookDeliveries = sqliteTable(
  "hook_deliveries",
  {
    id: text().primaryKey(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    path: text().notNull(),
    /** The sender's id of the delivery; null when refused before it was read. */
    delivery_id: text(),
    event: text(),
    /** HTTP status it was answered with. */
    status: integer().notNull(),
    /** Why it was refused, or why nothing started. */
    reason: text(),
    execution_ids: text({ mode: "json" }).$type<string[]>().notNull(),
    bytes: integer().notNull(),
    /** R2 key of the raw body; null when none was kept. */
    payload_key: text(),
    received_at: integer().notNull(),
  },
  (table) => [index("hook_deliveries_path").on(table.tenant_id, table.path, table.id)],
);
