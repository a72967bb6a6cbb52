import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { JsonObject } from "./json.ts";
import { tenants } from "./tenants.ts";

/** What was exported or erased, when, by whom: the receipt stays when the data has gone. */
export const privacyReceipts = sqliteTable(
  "privacy_receipts",
  {
    id: text().primaryKey(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    kind: text({ enum: ["export", "erase", "retention"] }).notNull(),
    /** Keyed hash of the person's address: proves whom it was about to who knows the address. */
    subject_hash: text(),
    actor_id: text(),
    /** Place → rows. */
    counts: text({ mode: "json" }).$type<JsonObject>().notNull(),
    created_at: integer().notNull(),
    completed_at: integer(),
  },
  (table) => [index("privacy_receipts_tenant").on(table.tenant_id, table.id)],
);
