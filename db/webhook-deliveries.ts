/**
 * Outbound webhooks that are due: within a tenant over all its subscriptions, fairly; and, for
 * the cron, the tenants whose deliverer has to be reminded.
 * @module
 */
import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { webhookDeliveries as deliveries, webhookSubscriptions as subscriptions } from "./schema/webhooks.ts";

export interface DueRow {
  id: string;
  subscription_id: string;
}

const isOn = (now: number) => sql`s.active = 1 and (s.throttled_until is null or s.throttled_until <= ${now})`;

/** Of each subscription the first ones alone: thousands that wait for one receiver cost no more than two. */
export function listDueDeliveries(d1: D1Database, tenant: string, { now, except, each, limit }: { now: number; except: readonly string[]; each: number; limit: number }): Promise<DueRow[]> {
  const first = sql`select d.seq from ${deliveries} as d where d.subscription_id = s.id and d.status = 'pending' and d.next_attempt_at <= ${now}
    and d.id not in (select value from json_each(${JSON.stringify(except)})) order by d.next_attempt_at, d.seq limit ${each}`;
  return drizzle(d1).all<DueRow>(sql`select w.id as id, w.subscription_id as subscription_id from ${subscriptions} as s join ${deliveries} as w on w.seq in (${first})
    where s.tenant_id = ${tenant} and w.tenant_id = ${tenant} and ${isOn(now)} order by w.next_attempt_at, w.seq limit ${limit}`);
}

/** When the next one is due, the rest that its receiver asked for included. */
export async function nextDelivery(d1: D1Database, tenant: string): Promise<number | null> {
  const soonest = sql`select min(d.next_attempt_at) from ${deliveries} as d where d.subscription_id = s.id and d.status = 'pending'`;
  const [row] = await drizzle(d1).all<{ at: number | null }>(sql`select min(max((${soonest}), coalesce(s.throttled_until, 0))) as at from ${subscriptions} as s where s.tenant_id = ${tenant} and s.active = 1`);
  return row?.at ?? null;
}

/** Tenants with something that should have been sent by then. */
export async function tenantsWithOverdue(d1: D1Database, before: number, limit: number): Promise<string[]> {
  const rows = await drizzle(d1).all<{ tenant_id: string }>(sql`select distinct d.tenant_id as tenant_id from ${deliveries} as d join ${subscriptions} as s on s.id = d.subscription_id
    where d.status = 'pending' and d.next_attempt_at <= ${before} and ${isOn(before)} limit ${limit}`);
  return rows.map((row) => row.tenant_id);
}
