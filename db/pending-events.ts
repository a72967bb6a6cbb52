/**
 * Tenants with events that nobody dispatches, and those that listen to their executions: the
 * cron wakes them, whosesoever they are.
 * @module
 */
import { and, eq, gt, gte, lt, lte, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { events, eventTriggers } from "./schema/events.ts";
import { tenants } from "./schema/tenants.ts";

/** Active tenants that have an event which was due at `before`. */
export async function tenantsWithPending(d1: D1Database, before: number, limit: number): Promise<string[]> {
  const rows = await drizzle(d1)
    .selectDistinct({ id: events.tenant_id })
    .from(events)
    .innerJoin(tenants, and(eq(tenants.id, events.tenant_id), eq(tenants.status, "active")))
    .where(and(eq(events.status, "pending"), lte(events.next_attempt_at, before)))
    .limit(limit);
  return rows.map(({ id }) => id);
}

/** Tenants with workflows that ends of executions start, by id. */
export async function tenantsThatListen(d1: D1Database, after: string, limit: number): Promise<string[]> {
  const rows = await drizzle(d1)
    .selectDistinct({ id: eventTriggers.tenant_id })
    .from(eventTriggers)
    .where(and(gt(eventTriggers.tenant_id, after), gte(eventTriggers.type, "execution."), lt(eventTriggers.type, "execution/")))
    .orderBy(sql`1`)
    .limit(limit);
  return rows.map(({ id }) => id);
}
