import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { EventFilter } from "../../sdk/schema/filter.ts";
import { tenants } from "./tenants.ts";

/** Where events of a tenant are sent to. */
export const webhookSubscriptions = sqliteTable(
  "webhook_subscriptions",
  {
    id: text().primaryKey(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    url: text().notNull(),
    /** `*`, `user.*` or whole types. */
    event_types: text({ mode: "json" }).$type<string[]>().notNull(),
    filter: text({ mode: "json" }).$type<EventFilter>(),
    description: text(),
    active: integer({ mode: "boolean" }).notNull(),
    /** Sealed by worker/auth/seal.ts. */
    secret_encrypted: text().notNull(),
    /** The secret before that one; signs along until `previous_until`. */
    previous_encrypted: text(),
    previous_until: integer(),
    /** When and why the platform switched it off. */
    disabled_at: integer(),
    disabled_reason: text(),
    consecutive_failures: integer().notNull(),
    /** Nothing has been delivered since; null: the last attempt went well. */
    failing_since: integer(),
    /** The receiver asked for a pause until then. */
    throttled_until: integer(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [index("webhook_subscriptions_tenant").on(table.tenant_id, table.id)],
);

/** One try to deliver. */
export interface DeliveryAttempt {
  /** ms since the epoch. */
  at: number;
  /** HTTP status; null when there was no answer. */
  status: number | null;
  duration_ms: number;
  /** How the answer's body begins. */
  response: string | null;
  error: string | null;
}

/** What is sent of an event to a subscription; its body is made of the event each time. */
export const webhookDeliveries = sqliteTable(
  "webhook_deliveries",
  {
    /** In the order they were made. */
    seq: integer().primaryKey({ autoIncrement: true }),
    /** Derived from subscription and event; the `webhook-id` of every attempt. */
    id: text().notNull().unique(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    subscription_id: text().notNull(),
    /** Null for a ping, which no event led to. */
    event_id: text(),
    event_type: text().notNull(),
    status: text({ enum: ["pending", "delivered", "failed", "discarded"] }).notNull(),
    /** Since it was made or last re-driven: says how long until the next one. */
    tries: integer().notNull(),
    /** The latest, the oldest first. */
    attempts: text({ mode: "json" }).$type<DeliveryAttempt[]>().notNull(),
    error: text(),
    next_attempt_at: integer().notNull(),
    created_at: integer().notNull(),
    completed_at: integer(),
  },
  (table) => [
    index("webhook_deliveries_due").on(table.subscription_id, table.status, table.next_attempt_at),
    index("webhook_deliveries_list").on(table.tenant_id, table.status, table.seq),
    index("webhook_deliveries_subscription").on(table.tenant_id, table.subscription_id, table.seq),
    index("webhook_deliveries_sweep").on(table.status, table.next_attempt_at),
  ],
);
