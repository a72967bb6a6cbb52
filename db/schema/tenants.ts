import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { JsonObject } from "./json.ts";

export const tenants = sqliteTable("tenants", {
  id: text().primaryKey(),
  /** First part of `/hooks/{slug}/{path}`. */
  slug: text().notNull().unique(),
  name: text().notNull(),
  plan: text({ enum: ["free", "pro", "enterprise"] }).notNull().default("free"),
  /** `suspended`: its people can sign in and read, nothing runs. */
  status: text({ enum: ["active", "suspended"] }).notNull().default("active"),
  /** Locale, timezone, retention and what else the tenant's admins choose. */
  settings: text({ mode: "json" }).$type<JsonObject>().notNull().default({}),
  /** Which hosts the tenant's code may reach; null = the platform's default. */
  egress: text({ mode: "json" }).$type<JsonObject>(),
  /** Deviations from the plan's limits. */
  limits: text({ mode: "json" }).$type<JsonObject>(),
  created_at: integer().notNull(),
});
