/** Lists as people like to see them. */
import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { JsonObject } from "./json.ts";
import { tenants } from "./tenants.ts";

export const savedViews = sqliteTable(
  "saved_views",
  {
    id: text().primaryKey(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    /** Path of the kind of record: `leads`. */
    entity: text().notNull(),
    title: text().notNull(),
    kind: text({ enum: ["list", "board", "calendar"] }).notNull(),
    filter: text({ mode: "json" }).$type<JsonObject>().notNull(),
    q: text(),
    sort: text(),
    columns: text({ mode: "json" }).$type<string[]>().notNull(),
    /** The field whose values are a board's columns, or by whose days a calendar goes. */
    grouped_by: text(),
    shared: integer({ mode: "boolean" }).notNull(),
    /** User or key. */
    owner_id: text(),
    position: integer().notNull(),
    pinned: integer({ mode: "boolean" }).notNull(),
    version: integer().notNull(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [index("saved_views_entity").on(table.tenant_id, table.entity, table.position, table.id)],
);
