import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { WebhookScheme } from "../../sdk/schema/manifest.ts";
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
    /** Without credentials; kept along with the body. */
    headers: text({ mode: "json" }).$type<Record<string, string>>(),
    /** By which it was found genuine; null: it was not. */
    scheme: text().$type<WebhookScheme>(),
    /** Which secret fitted. */
    secret: text({ enum: ["current", "previous"] }),
    /** Who the signature says the sender is (EspoCRM: the id of its webhook). */
    sender: text(),
    /** The call that was given to workflows once more. */
    redrive_of: text(),
    /** Names the re-drive: the same one starts nothing twice. */
    redrive_id: text(),
    /** When it was last given to workflows once more. */
    redriven_at: integer(),
    received_at: integer().notNull(),
  },
  (table) => [index("hook_deliveries_path").on(table.tenant_id, table.path, table.id)],
);
