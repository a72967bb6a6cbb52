import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { ExecutionStatus } from "../../sdk/schema/execution.ts";
import type { InFlight } from "../../sdk/schema/in-flight.ts";
import type { Difference, Verdict } from "../../sdk/schema/rehearsal.ts";
import { tenants } from "./tenants.ts";

/** How far a job is: which workflow, which status, where in its list; and how often it went through all. */
export interface MoveState {
  pass: number;
  workflow: number;
  status: number;
  cursor: string | null;
}

/** Who asked for it, for the audit log. */
export type Mover = { kind: "user"; userId: string } | { kind: "api_key"; keyId: string };

/** What becomes of the executions in flight when a deployment goes live: one job each, carried on until all is done. */
export const moveJobs = sqliteTable(
  "move_jobs",
  {
    /** The deployment's. */
    id: text().primaryKey(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    choices: text({ mode: "json" }).$type<InFlight>().notNull(),
    mover: text({ mode: "json" }).$type<Mover>().notNull(),
    state: text({ mode: "json" }).$type<MoveState>().notNull(),
    /** `superseded`: its workflows run from another deployment by now. */
    status: text().$type<"running" | "done" | "superseded">().notNull(),
    /** Whoever works on it has it until then, ms; null: nothing is left to do. */
    next_at: integer(),
    created_at: integer().notNull(),
  },
  (table) => [index("move_jobs_tenant").on(table.tenant_id, table.id), index("move_jobs_due").on(table.next_at)],
);

/** What became of one of them. */
export const moves = sqliteTable(
  "moves",
  {
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    /** `<deployment>:<execution>`. */
    id: text().notNull(),
    workflow_id: text().notNull(),
    from_version: integer(),
    status: text().$type<ExecutionStatus>().notNull(),
    result: text().$type<"moved" | "pinned" | "cancelled" | "ended" | "busy">().notNull(),
    verdict: text().$type<Verdict>(),
    at: text({ mode: "json" }).$type<Difference>(),
    updated_at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.id] })],
);
