/**
 * How much waits to be done in the whole installation: for its operator's metrics, which are
 * about no tenant.
 */
import { count, eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { events } from "./schema/events.ts";
import { mails } from "./schema/mails.ts";
import { privacyJobs } from "./schema/privacy.ts";
import { webhookDeliveries } from "./schema/webhooks.ts";

export async function queueLengths(d1: D1Database): Promise<Record<string, number>> {
  const db = drizzle(d1);
  const [pending, dead, queued, deliveries, jobs] = await db.batch([
    db.select({ count: count() }).from(events).where(eq(events.status, "pending")),
    db.select({ count: count() }).from(events).where(eq(events.status, "dead")),
    db.select({ count: count() }).from(mails).where(eq(mails.status, "queued")),
    db.select({ count: count() }).from(webhookDeliveries).where(eq(webhookDeliveries.status, "pending")),
    db.select({ count: count() }).from(privacyJobs).where(eq(privacyJobs.status, "running")),
  ]);
  const of = (rows: { count: number }[]): number => rows[0]?.count ?? 0;
  return { events: of(pending), dead_events: of(dead), mails: of(queued), webhook_deliveries: of(deliveries), privacy_jobs: of(jobs) };
}
