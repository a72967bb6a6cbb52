import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { ScheduleOptions } from "../../sdk/schema/schedule.ts";
import { tenants } from "./tenants.ts";

/** What the tenant's code asks for: its scheduler (durable-objects/scheduler) reads it from here. */
export const schedules = sqliteTable(
  "schedules",
  {
    /** Of the workflow, the expression and the timezone: the same after each deployment. */
    id: text().primaryKey(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    workflow_id: text().notNull(),
    cron: text().notNull(),
    timezone: text().notNull(),
    options: text({ mode: "json" }).$type<ScheduleOptions>().notNull(),
    /** By somebody, and through all deployments until somebody takes it back. */
    paused: integer({ mode: "boolean" }).notNull(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [index("schedules_tenant").on(table.tenant_id, table.id), index("schedules_workflow").on(table.tenant_id, table.workflow_id)],
);

/** One row per tenant that has, or had, schedules: whether its scheduler knows them as they are. */
export const schedulers = sqliteTable(
  "schedulers",
  {
    tenant_id: text()
      .primaryKey()
      .references(() => tenants.id),
    /** One more with each change. */
    revision: integer().notNull(),
    /** The revision that the scheduler has read. */
    synced: integer().notNull(),
    /** When it was last looked at. */
    looked_at: integer().notNull(),
  },
  (table) => [index("schedulers_looked").on(table.looked_at)],
);
