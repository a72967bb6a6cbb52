import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { tenants } from "./tenants.ts";

/** When the assignee of a task is to be told of it; gone when they were. */
export const taskReminders = sqliteTable(
  "task_reminders",
  {
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    task_id: text().notNull(),
    at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.task_id] }), index("task_reminders_at").on(table.at)],
);

/** Secret links under which calendar programs fetch somebody's tasks. */
export const calendarFeeds = sqliteTable(
  "calendar_feeds",
  {
    id: text().primaryKey(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    user_id: text().notNull(),
    name: text().notNull(),
    /** SHA-256 of the token in the link. */
    token_hash: text().notNull().unique(),
    /** `mine`: what is assigned to them; `visible`: all that they may see. */
    scope: text({ enum: ["mine", "visible"] }).notNull(),
    created_at: integer().notNull(),
  },
  (table) => [index("calendar_feeds_user").on(table.tenant_id, table.user_id, table.id)],
);
