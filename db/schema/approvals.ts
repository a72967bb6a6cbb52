import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { Json, JsonObject } from "./json.ts";
import { tenants } from "./tenants.ts";

/** One of those who are asked. Roles and teams stay what they are: who is in them counts when they decide. */
export interface Asked {
  /** `unknown`: nobody has this name; it opens nothing to anybody. */
  kind: "user" | "role" | "team" | "unknown";
  /** Empty of one that is unknown. */
  id: string;
  /** As it was asked for. */
  name: string;
  /** Asked later, because nobody had decided. */
  escalated?: true;
}

/** Steps of executions that wait for people. */
export const approvals = sqliteTable(
  "approvals",
  {
    /** Follows from execution, step and when it was asked for: asking again is no second row. */
    id: text().primaryKey(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    execution_id: text().notNull(),
    workflow_id: text().notNull(),
    workflow_name: text().notNull(),
    step_key: text().notNull(),
    /** Of the step; a later run asks anew. */
    started_at: integer().notNull(),
    title: text().notNull(),
    description: text(),
    /** Empty: anyone with the permission. */
    asked: text({ mode: "json" }).$type<Asked[]>().notNull(),
    /** JSON: `any`, `all`, or how many people. */
    need: text({ mode: "json" }).$type<"any" | "all" | number>().notNull(),
    /** JSON Schema of the answers. */
    form: text({ mode: "json" }).$type<JsonObject>(),
    delegable: integer({ mode: "boolean" }).notNull(),
    on_timeout: text({ enum: ["expired", "approved", "rejected"] }).notNull(),
    /** Decided for good once it is not pending; `cancelled`: its execution does not wait any more. */
    status: text({ enum: ["pending", "approved", "rejected", "expired", "cancelled"] }).notNull(),
    /** One more after every change: who changes it says which state it saw. */
    revision: integer().notNull(),
    expires_at: integer(),
    /** When those who have not decided are still to be reminded. */
    reminders: text({ mode: "json" }).$type<number[]>().notNull(),
    escalate_at: integer(),
    escalate_to: text({ mode: "json" }).$type<string[]>().notNull(),
    /** When the sweep has something to do with it; null: never. */
    next_at: integer(),
    /** Of the vote that decided: a user's id, or `key:` and that of an API key. */
    decided_by: text(),
    decided_at: integer(),
    comment: text(),
    /** What the execution is told, encoded by sdk/schema/codec; the same however often it is told, and null once it has heard. */
    outcome: text(),
    told_at: integer(),
    created_at: integer().notNull(),
  },
  (table) => [
    index("approvals_step").on(table.tenant_id, table.execution_id, table.step_key),
    index("approvals_status").on(table.tenant_id, table.status, table.id),
    index("approvals_due").on(table.next_at),
  ],
);

/** Decisions of people: one each, and one for each in whose place somebody decides. */
export const approvalVotes = sqliteTable(
  "approval_votes",
  {
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    approval_id: text().notNull(),
    /** A user's id, or `key:` and that of an API key that is nobody's. */
    voter: text().notNull(),
    /** Whose voice it is: the voter's own, or that of who handed it on. */
    seat: text().notNull(),
    decision: text({ enum: ["approved", "rejected"] }).notNull(),
    comment: text(),
    answers: text({ mode: "json" }).$type<Json>(),
    /** Which of those asked it stands for, by their place in `asked`. */
    stands_for: text({ mode: "json" }).$type<number[]>().notNull(),
    via: text({ enum: ["session", "api_key", "link"] }).notNull(),
    at: integer().notNull(),
    /** In the order they came. */
    number: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.approval_id, table.voter] }), uniqueIndex("approval_votes_seat").on(table.tenant_id, table.approval_id, table.seat)],
);

/** Who may decide in somebody's place: one approval, or all of them for a while. */
export const approvalDelegations = sqliteTable(
  "approval_delegations",
  {
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    user_id: text().notNull(),
    /** Empty: all of them. */
    approval_id: text().notNull().default(""),
    to_user: text().notNull(),
    from_at: integer().notNull(),
    /** Null: until it is taken back. */
    until_at: integer(),
    created_at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.user_id, table.approval_id] }), index("approval_delegations_to").on(table.tenant_id, table.to_user)],
);
