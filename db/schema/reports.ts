/**
 * What reports read: sums over the history of records, and how things are now. Triggers keep
 * both (the migration after the tables'), so that no way of writing can pass them by; nothing
 * else writes here but a repair (db/report-repair.ts). An empty text stands for null, because
 * keys compare by it.
 * @module
 */
import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { tenants } from "./tenants.ts";

/**
 * Transitions of records (`record_transitions`), counted by quarter of an hour, day and month
 * (UTC). Whose they are is a matter of the view: `all` knows no owner and no source, so that
 * it has few rows; `owner` has the owner as its member, and the source; `source` the source.
 */
export const recordRollups = sqliteTable(
  "record_rollups",
  {
    // No references: a row comes by a trigger, from one that has them.
    tenant_id: text().notNull(),
    kind: text().notNull(),
    field: text().notNull(),
    view: text({ enum: ["all", "owner", "source"] }).notNull(),
    size: text({ enum: ["quarter", "day", "month"] }).notNull(),
    member: text().notNull(),
    /** When it begins, ms. */
    bucket: integer().notNull(),
    source: text().notNull(),
    /** Empty: it was made; `~`: it was restored. */
    from_value: text().notNull(),
    /** Empty: it was deleted. */
    to_value: text().notNull(),
    group_id: text().notNull(),
    currency: text().notNull(),
    count: integer().notNull(),
    /** How many of them have a duration. */
    timed: integer().notNull(),
    /** How long they had been as they were, ms in all. */
    duration: integer().notNull(),
    amount: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.kind, table.field, table.view, table.size, table.member, table.bucket, table.source, table.from_value, table.to_value, table.group_id, table.currency] })],
);

/** How many records are like this now, and what they are worth. */
export const recordCurrent = sqliteTable(
  "record_current",
  {
    tenant_id: text().notNull(),
    kind: text().notNull(),
    status: text().notNull(),
    owner_id: text().notNull(),
    source: text().notNull(),
    /** Of a ticket or task its priority; of a deal its pipeline. */
    group_id: text().notNull(),
    stage_id: text().notNull(),
    currency: text().notNull(),
    /** When an open deal is expected to close, `2026-11`. */
    month: text().notNull(),
    count: integer().notNull(),
    amount: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.kind, table.status, table.owner_id, table.source, table.group_id, table.stage_id, table.currency, table.month] })],
);

/** What a completed execution saves somebody, where it is not the default. */
export const workflowSavings = sqliteTable(
  "workflow_savings",
  {
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    workflow_id: text().notNull(),
    minutes: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.workflow_id] })],
);
