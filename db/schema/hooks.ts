import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { WebhookScheme } from "../../sdk/schema/manifest.ts";
import type { JsonObject } from "./json.ts";
import { tenants } from "./tenants.ts";

export const hooks = sqliteTable(
  "hooks",
  {
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    path: text().notNull(),
    scheme: text().$type<WebhookScheme>().notNull(),
    /** What the scheme leaves open, as worker/domain/hooks/config.ts has it. */
    config: text({ mode: "json" }).$type<JsonObject>().notNull().default({}),
    /** Sealed by worker/auth/seal.ts; null only for the scheme `none`. */
    secret_encrypted: text(),
    /** The secret before that one; it fits until `previous_until`. */
    previous_encrypted: text(),
    previous_until: integer(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.path] })],
);

/** A window in which the next call to the hook's test address is kept as a sample. */
export const hookSamples = sqliteTable(
  "hook_samples",
  {
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    path: text().notNull(),
    listen_until: integer().notNull(),
    captured_at: integer(),
    /** Without credentials. */
    headers: text({ mode: "json" }).$type<Record<string, string>>(),
    /** At most some hundred KB of it; base64 when it is not UTF-8. */
    body: text(),
    encoding: text({ enum: ["text", "base64"] }),
    /** Of the whole body. */
    bytes: integer(),
    signature: text({ enum: ["valid", "invalid", "unchecked"] }),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.path] })],
);

/** Bodies of senders that give their calls no id, and when each was first seen. */
export const hookBodies = sqliteTable(
  "hook_bodies",
  {
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    path: text().notNull(),
    /** SHA-256 of the body, hex. */
    hash: text().notNull(),
    first_at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.path, table.hash] })],
);
