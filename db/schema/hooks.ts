import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { WebhookScheme } from "../../sdk/schema/manifest.ts";
import { tenants } from "./tenants.ts";

export const hooks = sqliteTable(
  "hooks",
  {
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    path: text().notNull(),
    scheme: text().$type<WebhookScheme>().notNull(),
    /** Sealed by worker/auth/seal.ts; null only for the scheme `none`. */
    secret_encrypted: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.path] })],
);
