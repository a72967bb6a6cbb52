import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Mover } from "./moves.ts";
import { tenants } from "./tenants.ts";

/** How far a job is: which status, where in its list; and how often it went through all. */
export interface EndState {
  pass: number;
  status: number;
  cursor: string | null;
}

/** Executions that end because their workflow was deleted: one job a deletion, gone when it is done. */
export const endJobs = sqliteTable(
  "end_jobs",
  {
    id: text().primaryKey(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    workflow_id: text().notNull(),
    /** False: only those that have not begun. */
    under_way: integer({ mode: "boolean" }).notNull(),
    /** Who deleted it, for the audit log. */
    ender: text({ mode: "json" }).$type<Mover>().notNull(),
    state: text({ mode: "json" }).$type<EndState>().notNull(),
    /** Whoever works on it has it until then, ms. */
    next_at: integer().notNull(),
    created_at: integer().notNull(),
  },
  (table) => [index("end_jobs_tenant").on(table.tenant_id, table.id), index("end_jobs_due").on(table.next_at)],
);
