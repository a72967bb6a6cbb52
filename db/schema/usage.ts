import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { tenants } from "./tenants.ts";

/** Counters that plans limit, by period; written behind by the limiter. */
export const usage = sqliteTable(
  "usage",
  {
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    /** `2026-11`, or `total`. */
    period: text().notNull(),
    metric: text().notNull(),
    value: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.period, table.metric] })],
);
