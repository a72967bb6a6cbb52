import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Mail on its way out; written with the change that causes it, sent afterwards. */
export const mails = sqliteTable(
  "mails",
  {
    id: text().primaryKey(),
    /** Null for mail that belongs to no tenant, such as a password reset. */
    tenant_id: text(),
    recipient: text().notNull(),
    subject: text().notNull(),
    text: text().notNull(),
    html: text(),
    status: text({ enum: ["queued", "sent", "failed"] }).notNull(),
    attempts: integer().notNull().default(0),
    error: text(),
    created_at: integer().notNull(),
    next_attempt_at: integer().notNull(),
    sent_at: integer(),
  },
  (table) => [index("mails_due").on(table.status, table.next_attempt_at)],
);
