import { integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { tenants } from "./tenants.ts";

/** Mails with places to fill in. */
export const emailTemplates = sqliteTable(
  "email_templates",
  {
    id: text().primaryKey(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    name: text().notNull(),
    description: text(),
    subject: text().notNull(),
    /** Null: made of the HTML. */
    text: text(),
    html: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [uniqueIndex("email_templates_name").on(table.tenant_id, table.name)],
);
