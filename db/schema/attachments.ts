import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { tenants } from "./tenants.ts";

/**
 * Files that belong to records; their bytes are in R2, at `attachments/<tenant>/<id>`. The row
 * comes before the object and goes after it: none is there that nobody knows of.
 */
export const attachments = sqliteTable(
  "record_attachments",
  {
    id: text().primaryKey(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    record_type: text().notNull(),
    record_id: text().notNull(),
    name: text().notNull(),
    /** By its bytes, whatever it was said to be. */
    type: text().notNull(),
    bytes: integer().notNull(),
    /** `pending`: its bytes are on their way; `gone`: they are to be deleted. */
    state: text({ enum: ["pending", "ready", "gone"] }).notNull(),
    created_by: text(),
    created_at: integer().notNull(),
    /** Of the state. */
    changed_at: integer().notNull(),
  },
  (table) => [
    index("attachments_record").on(table.tenant_id, table.record_type, table.record_id, table.id).where(sql`state = 'ready'`),
    index("attachments_unfinished").on(table.tenant_id, table.changed_at).where(sql`state <> 'ready'`),
    // What a tenant stores, summed up without looking at the rows.
    index("attachments_bytes").on(table.tenant_id, table.bytes),
  ],
);
