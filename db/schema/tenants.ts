import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { JsonObject } from "./json.ts";

export const tenants = sqliteTable("tenants", {
  id: text().primaryKey(),
  /** First part of `/hooks/{slug}/{path}`. */
  slug: text().notNull().unique(),
  name: text().notNull(),
  /** Which hosts the tenant's code may reach; null = the platform's default. */
  egress: text({ mode: "json" }).$type<JsonObject>(),
  /** Deviations from the platform's limits. */
  limits: text({ mode: "json" }).$type<JsonObject>(),
  created_at: integer().notNull(),
});
