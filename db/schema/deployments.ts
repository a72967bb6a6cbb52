import { integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { BundleManifest } from "../../sdk/schema/manifest.ts";
import { tenants } from "./tenants.ts";

export const deployments = sqliteTable(
  "deployments",
  {
    id: text().primaryKey(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    /** Counts up from 1 in each tenant. */
    version: integer().notNull(),
    /** SHA-256 of the bundle, hex. */
    bundle: text().notNull(),
    /** R2 key of the sources: JSON, path → text. */
    sources_key: text().notNull(),
    manifest: text({ mode: "json" }).$type<BundleManifest>().notNull(),
    message: text(),
    /** True while a workflow of the tenant runs from it. */
    active: integer({ mode: "boolean" }).notNull(),
    created_at: integer().notNull(),
  },
  (table) => [uniqueIndex("deployments_version").on(table.tenant_id, table.version)],
);
