/** Records that may be the same, that are not, and that were made one. */
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { tenants } from "./tenants.ts";

const tenant = () =>
  text()
    .notNull()
    .references(() => tenants.id);

/** Pairs that are alike and not the same, by somebody's word; the lower id first. */
export const distinctPairs = sqliteTable(
  "distinct_pairs",
  { tenant_id: tenant(), kind: text().notNull(), first_id: text().notNull(), second_id: text().notNull(), actor_id: text(), created_at: integer().notNull() },
  (table) => [primaryKey({ columns: [table.tenant_id, table.kind, table.first_id, table.second_id] }), index("distinct_pairs_second").on(table.tenant_id, table.kind, table.second_id)],
);

/** Records that were merged, and how far what refers to them has been moved. */
export const merges = sqliteTable(
  "merges",
  {
    id: text().primaryKey(),
    tenant_id: tenant(),
    kind: text().notNull(),
    survivor_id: text().notNull(),
    merged_ids: text({ mode: "json" }).$type<string[]>().notNull(),
    status: text({ enum: ["moving", "done", "moving_back", "undone"] }).notNull(),
    moved: integer().notNull(),
    silent: integer({ mode: "boolean" }).notNull(),
    actor_kind: text().notNull(),
    actor_id: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [index("merges_survivor").on(table.tenant_id, table.kind, table.survivor_id, table.id), index("merges_unfinished").on(table.status, table.updated_at)],
);

/** What referred to a merged record, so that it can be given back. */
export const mergeMoves = sqliteTable(
  "merge_moves",
  { tenant_id: tenant(), merge_id: text().notNull(), kind: text().notNull(), record_id: text().notNull(), field: text().notNull(), from_id: text().notNull() },
  (table) => [primaryKey({ columns: [table.tenant_id, table.merge_id, table.kind, table.record_id, table.field, table.from_id] })],
);
