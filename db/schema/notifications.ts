import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { tenants } from "./tenants.ts";

/** What people are told in the application. */
export const notifications = sqliteTable(
  "notifications",
  {
    id: text().primaryKey(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    user_id: text().notNull(),
    /** One of worker/domain/notifications/types.ts. */
    type: text().notNull(),
    title: text().notNull(),
    body: text(),
    /** Path in the application. */
    link: text(),
    /** What it is about. */
    record_type: text(),
    record_id: text(),
    read_at: integer(),
    created_at: integer().notNull(),
  },
  (table) => [index("notifications_user").on(table.tenant_id, table.user_id, table.id), index("notifications_record").on(table.tenant_id, table.record_type, table.record_id)],
);

/** Which of them somebody wants, and how; without a row as the type says. */
export const notificationPreferences = sqliteTable(
  "notification_preferences",
  {
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    user_id: text().notNull(),
    type: text().notNull(),
    in_app: integer({ mode: "boolean" }).notNull(),
    email: integer({ mode: "boolean" }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.user_id, table.type] })],
);
