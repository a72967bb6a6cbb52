/**
 * The outbox of a tenant, as its dispatcher works it off.
 * @module
 */
import { and, asc, eq, gt, lte, sql } from "drizzle-orm";
import { events, eventStarts } from "../../db/schema/events.ts";
import { tenantDb } from "../../db/tenant-db.ts";
import { findTenant } from "../../db/tenants.ts";
import type { DispatcherPlatform, DispatchPorts, OutboxEvent } from "../../durable-objects/dispatcher/contract.ts";
import type { Env } from "../env.ts";
import { deadLettered } from "./dead-lettered.ts";
import { sinks } from "./sinks/index.ts";

/** Who has not taken an event by then is tried again, ms. */
const longestDeliveryMs = 30_000;

export function dispatcherPlatform(env: Env): DispatcherPlatform {
  return {
    async outbox(tenant) {
      const row = await findTenant(env.DB, tenant);
      return row?.status === "active" ? outboxOf(env, tenant) : null;
    },
  };
}

/** @param deliver to everybody concerned, when left out */
export function outboxOf(env: Env, tenant: string, deliver = (event: OutboxEvent) => toAll(env, event)): DispatchPorts {
  const db = tenantDb(env.DB, tenant);
  // Written out, so that the index over what is pending serves it.
  const pending = sql`${events.status} = 'pending'`;
  const earlierWaits = (now: number) => sql`exists (select 1 from events as earlier where earlier.tenant_id = ${tenant} and earlier.status = 'pending' and earlier.record_type = ${events.record_type} and earlier.record_id = ${events.record_id} and earlier.seq < ${events.seq} and earlier.next_attempt_at > ${now})`;
  return {
    ready: (now, limit) => db.select(events, { where: and(pending, lte(events.next_attempt_at, now), sql`(${events.record_id} is null or not ${earlierWaits(now)})`), orderBy: asc(events.seq), limit }),
    deliver,
    async dispatched({ id }, now) {
      // A loop stays to be seen; what a workflow's own flow refuses is in its row alone.
      const refusal = sql`(select ${eventStarts.detail} from ${eventStarts} where ${and(eq(eventStarts.tenant_id, tenant), eq(eventStarts.event_id, id), eq(eventStarts.code, "event-loop"))} order by ${eventStarts.workflow_id} limit 1)`;
      await db.batch([db.update(events, { status: "dispatched", dispatched_at: now, error: refusal }, and(eq(events.id, id), pending))]);
    },
    async failed(event, { attempts, error, nextAttemptAt, dead }, now) {
      const change = db.update(events, { attempts, error, next_attempt_at: nextAttemptAt, ...(dead ? { status: "dead" as const } : {}) }, and(eq(events.id, event.id), pending));
      await db.batch(dead ? [change, ...deadLettered({ db, now }, event, error)] : [change]);
      console.warn(JSON.stringify({ level: "warn", event: dead ? "event.dead" : "event.delayed", tenant, id: event.id, type: event.type, attempts, error }));
    },
    async nextDue(now) {
      const [next] = await db.select(events, { where: and(pending, gt(events.next_attempt_at, now)), orderBy: asc(events.next_attempt_at), limit: 1 });
      return next?.next_attempt_at ?? null;
    },
    now: () => Date.now(),
  };
}

async function toAll(env: Env, event: OutboxEvent): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`not everybody concerned had it after ${longestDeliveryMs / 1000} s`)), longestDeliveryMs);
  try {
    const results = await Promise.race([Promise.allSettled(sinks.map((sink) => sink(env, event))), late.promise]);
    const errors = results.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : []));
    if (errors.length > 0) throw new AggregateError(errors.flatMap((error) => (error instanceof AggregateError ? (error.errors as unknown[]) : [error])));
  } finally {
    clearTimeout(timer);
  }
}
