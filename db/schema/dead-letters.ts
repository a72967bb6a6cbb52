import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { tenants } from "./tenants.ts";

export const deadLetterKinds = ["execution", "event", "delivery", "hook_delivery"] as const;
export type DeadLetterKind = (typeof deadLetterKinds)[number];

/** Dead letters that somebody has put away: they are not listed any more. */
export const deadLetterDiscards = sqliteTable(
  "dead_letter_discards",
  {
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    kind: text({ enum: deadLetterKinds }).notNull(),
    item_id: text().notNull(),
    discarded_at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.kind, table.item_id] })],
);

export interface ReplayItem {
  kind: DeadLetterKind;
  id: string;
}

/** Many things done once more: what a crash interrupts goes on from `done + failed`. */
export const replayJobs = sqliteTable(
  "replay_jobs",
  {
    id: text().primaryKey(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    /** Whose list it was begun from. */
    scope: text().notNull(),
    status: text({ enum: ["running", "completed"] }).notNull(),
    items: text({ mode: "json" }).$type<ReplayItem[]>().notNull(),
    /** There were more than one job takes. */
    more: integer({ mode: "boolean" }).notNull(),
    total: integer().notNull(),
    done: integer().notNull(),
    failed: integer().notNull(),
    /** The first of them that failed, and why. */
    errors: text({ mode: "json" }).$type<(ReplayItem & { error: string })[]>().notNull(),
    /** Nobody else works on it until then. */
    next_at: integer().notNull(),
    created_at: integer().notNull(),
    completed_at: integer(),
  },
  (table) => [index("replay_jobs_due").on(table.status, table.next_at), index("replay_jobs_tenant").on(table.tenant_id, table.id)],
);
