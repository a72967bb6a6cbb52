/**
 * One attempt: makes the body of the event, signs, sends, and writes down what came of it.
 * @module
 */
import { and, eq } from "drizzle-orm";
import { events } from "../../../db/schema/events.ts";
import { type DeliveryAttempt, webhookDeliveries, webhookSubscriptions } from "../../../db/schema/webhooks.ts";
import { type TenantDb, tenantDb } from "../../../db/tenant-db.ts";
import { settle, type Settled } from "../../../durable-objects/deliverer/settle.ts";
import { open } from "../../auth/seal.ts";
import type { Env } from "../../env.ts";
import { dispatchSoon, emit } from "../../events/emit.ts";
import { webhookDelivered } from "../../observability/counters.ts";
import { iso } from "../context.ts";
import type { WebhookDeliveryRow } from "./deliveries.ts";
import { disabled } from "./disable.ts";
import { send, type Sent } from "./network.ts";
import { headersOf, webhookSealedFor } from "./sign.ts";
import type { SubscriptionRow } from "./view.ts";

const mostAttempts = 20;

export interface AttemptPorts {
  env: Env;
  waitUntil(work: Promise<unknown>): void;
  /** That of the network when left out. */
  send?: typeof send;
  random?(): number;
}

/** @returns `gone` when there is nothing (any more) to send */
export async function attempt({ env, waitUntil, send: post = send, random = Math.random }: AttemptPorts, tenant: string, id: string, now: () => number): Promise<Settled["status"] | "gone"> {
  const db = tenantDb(env.DB, tenant);
  const row = await db.first(webhookDeliveries, eq(webhookDeliveries.id, id));
  const webhook = row && (await db.first(webhookSubscriptions, eq(webhookSubscriptions.id, row.subscription_id)));
  if (!row || !webhook?.active || row.status !== "pending") return "gone";
  const body = await bodyOf(db, row);
  if (body === null) {
    await db.batch([db.update(webhookDeliveries, { status: "failed", error: "the event is not kept any more", completed_at: now() }, asRead(row))]);
    return "failed";
  }
  const at = now();
  const sent = await post(env, tenant, webhook.url, await headersOf(await secretsOf(env, webhook, at), id, body, at), body);
  const after = { env, db, row, webhookId: webhook.id, sent, at, now: now(), random: random() };
  const settled = await writeDown(after);
  webhookDelivered(settled.status === "pending" ? "failed" : settled.status === "failed" ? "given_up" : "delivered");
  if (settled.disable !== null || settled.status === "failed") dispatchSoon({ env, db, waitUntil });
  return settled.status;
}

/** Somebody may have put it away, or begun it anew, in the meantime: then that stands. */
const asRead = ({ id, tries }: WebhookDeliveryRow) => and(eq(webhookDeliveries.id, id), eq(webhookDeliveries.status, "pending"), eq(webhookDeliveries.tries, tries));

/** Made of the event each time: it never changes, and it is kept once. Null: it is gone. */
async function bodyOf(db: TenantDb, { event_id, event_type, subscription_id, created_at }: WebhookDeliveryRow): Promise<string | null> {
  if (event_id === null) return JSON.stringify({ type: event_type, timestamp: iso(created_at), data: { webhook_id: subscription_id } });
  const event = await db.first(events, eq(events.id, event_id));
  return event && JSON.stringify({ type: event.type, timestamp: iso(event.occurred_at), data: event.data });
}

async function secretsOf(env: Env, { id, tenant_id, secret_encrypted, previous_encrypted, previous_until }: SubscriptionRow, now: number): Promise<string[]> {
  const sealed = [secret_encrypted, ...(previous_encrypted !== null && (previous_until ?? 0) > now ? [previous_encrypted] : [])];
  return Promise.all(sealed.map((one) => open(env, one, webhookSealedFor(tenant_id, id))));
}

interface Attempted {
  env: Env;
  db: TenantDb;
  row: WebhookDeliveryRow;
  webhookId: string;
  sent: Sent;
  /** When it began. */
  at: number;
  now: number;
  random: number;
}

async function writeDown({ env, db, row, webhookId, sent, at, now, random }: Attempted): Promise<Settled> {
  // Others of the subscription may have come back meanwhile.
  const webhook = await db.first(webhookSubscriptions, eq(webhookSubscriptions.id, webhookId));
  const settled = settle(row.tries, webhook ?? { consecutive_failures: 0, failing_since: null, throttled_until: null }, sent, now, random);
  const { status, tries, nextAttemptAt, error, health, disable } = settled;
  const made: DeliveryAttempt = { at, status: sent.status, duration_ms: now - at, response: sent.response, error };
  const over = status === "pending" ? null : now;
  const change = db.update(webhookDeliveries, { status, tries, error, attempts: [...row.attempts, made].slice(-mostAttempts), next_attempt_at: nextAttemptAt, completed_at: over }, asRead(row));
  const felt = db.update(webhookSubscriptions, health, eq(webhookSubscriptions.id, webhookId));
  const failed = status === "failed" ? deadLetter({ db, now }, row, error ?? "") : [];
  if (disable !== null && webhook && (await disabled({ env, db, now }, webhook, disable, [change, felt, ...failed]))) return settled;
  await db.batch([change, felt, ...failed]);
  return settled;
}

/** Says that it was given up; not of what says so itself, which would never end. */
function deadLetter({ db, now }: { db: TenantDb; now: number }, { id, event_type }: WebhookDeliveryRow, error: string) {
  if (event_type === "dead_letter.created" || event_type === "webhook.disabled" || event_type === "webhook.ping") return [];
  return [emit({ db, now, actor: { kind: "system" } }, { type: "dead_letter.created", data: { kind: "delivery", id, error: error.slice(0, 500) } })];
}
