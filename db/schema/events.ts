import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { ChainLink } from "../../sdk/schema/execution.ts";
import type { EventFilter } from "../../sdk/schema/filter.ts";
import type { JsonObject } from "./json.ts";
import { tenants } from "./tenants.ts";

/**
 * The outbox: what happened in a tenant, written in the batch of the change itself, and
 * dispatched afterwards (durable-objects/dispatcher).
 */
export const events = sqliteTable(
  "events",
  {
    /** In the order of the commits. */
    seq: integer().primaryKey({ autoIncrement: true }),
    id: text().notNull().unique(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    /** `<what>.<happened>`. */
    type: text().notNull(),
    data: text({ mode: "json" }).$type<JsonObject>().notNull(),
    /** Of an update: the fields that changed, as they were before. */
    previous: text({ mode: "json" }).$type<JsonObject>(),
    /** Events of one record are dispatched in their order. */
    record_type: text(),
    record_id: text(),
    actor_kind: text({ enum: ["user", "api_key", "operator", "system", "execution"] }).notNull(),
    actor_id: text(),
    /** The executions that led to it, the first first. */
    chain: text({ mode: "json" }).$type<ChainLink[]>().notNull(),
    status: text({ enum: ["pending", "dispatched", "dead"] }).notNull(),
    attempts: integer().notNull().default(0),
    error: text(),
    occurred_at: integer().notNull(),
    next_attempt_at: integer().notNull(),
    dispatched_at: integer(),
  },
  (table) => [
    index("events_pending").on(table.tenant_id, table.status, table.seq),
    index("events_due").on(table.status, table.next_attempt_at),
    index("events_type").on(table.tenant_id, table.type, table.seq),
    index("events_record").on(table.tenant_id, table.record_type, table.record_id, table.seq),
    // Whether an earlier event of the record is still on its way: few rows, however long the record's history.
    index("events_pending_record").on(table.tenant_id, table.record_type, table.record_id, table.seq).where(sql`status = 'pending'`),
    // What was given up, or refused by some workflow.
    index("events_given_up").on(table.tenant_id, table.seq).where(sql`error is not null`),
    // What has happened since a step began to wait.
    index("events_type_time").on(table.tenant_id, table.type, table.occurred_at),
  ],
);

/** What an event led to: one row for each workflow that it starts, or was not allowed to start. */
export const eventStarts = sqliteTable(
  "event_starts",
  {
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    event_id: text().notNull(),
    workflow_id: text().notNull(),
    /** Chosen before it is started, so that it is the same however often that is tried; null when it was refused. */
    execution_id: text(),
    /** Why it was refused: a code of sdk/schema/problem.ts. */
    code: text(),
    detail: text(),
    /** When it had been started for certain: never again after that. */
    started_at: integer(),
    created_at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.event_id, table.workflow_id] })],
);

/** Which workflows events start: what the manifests of active workflows say, by type. */
export const eventTriggers = sqliteTable(
  "event_triggers",
  {
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    workflow_id: text().notNull(),
    /** Its place among the workflow's triggers. */
    position: integer().notNull(),
    type: text().notNull(),
    filter: text({ mode: "json" }).$type<EventFilter>(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.workflow_id, table.position] }), index("event_triggers_type").on(table.tenant_id, table.type)],
);

/** Steps that wait for an event of their tenant. */
export const eventWaits = sqliteTable(
  "event_waits",
  {
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    execution_id: text().notNull(),
    step_key: text().notNull(),
    type: text().notNull(),
    match: text({ mode: "json" }).$type<EventFilter>().notNull(),
    /** What happened before is not for it. */
    since: integer().notNull(),
    until: integer(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.execution_id, table.step_key] }), index("event_waits_type").on(table.tenant_id, table.type)],
);

/** What actions of executions gave: a repeated attempt gets it again instead of acting twice. */
export const actionResults = sqliteTable(
  "action_results",
  {
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    /** Execution, step and call. */
    key: text().notNull(),
    execution_id: text().notNull(),
    action: text().notNull(),
    /** Of what was asked for, times aside: the key takes nothing else. */
    fingerprint: text(),
    /** Encoded by sdk/schema/codec. */
    result: text().notNull(),
    created_at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.key] }), index("action_results_execution").on(table.tenant_id, table.execution_id)],
);
