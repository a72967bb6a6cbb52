import { and, desc, eq, gte, lt } from "drizzle-orm";
import { z } from "zod";
import { webhookDeliveries } from "../../../db/schema/webhooks.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { iso, type TenantContext } from "../context.ts";
import { type Page, pageQuery, readCursor, toPage } from "../page.ts";
import { findWebhook } from "./view.ts";

export type WebhookDeliveryRow = typeof webhookDeliveries.$inferSelect;

const status = z.enum(webhookDeliveries.status.enumValues);
const time = z.iso.datetime({ offset: true });

export const webhookDeliveriesQuery = pageQuery.extend({ status: status.optional(), event_type: z.string().max(100).optional(), since: time.optional(), until: time.optional() });

export const webhookDeliveryView = z.object({
  id: z.string().describe("Also the header `webhook-id`, the same at every attempt"),
  webhook_id: z.string(),
  event_id: z.string().nullable().describe("Null: a ping"),
  event_type: z.string(),
  status: status.describe("`discarded`: somebody has put it away"),
  tries: z.number().int().describe("Attempts since it was made or last redelivered"),
  error: z.string().nullable(),
  next_attempt_at: z.string().nullable(),
  created_at: z.string(),
  completed_at: z.string().nullable(),
});
export type WebhookDeliveryView = z.infer<typeof webhookDeliveryView>;

export const webhookDeliveryDetail = webhookDeliveryView.extend({
  attempts: z
    .array(z.object({ at: z.string(), status: z.number().int().nullable(), duration_ms: z.number().int(), response: z.string().nullable().describe("How the answer began"), error: z.string().nullable() }))
    .describe("The latest twenty, the oldest first"),
});

export function viewWebhookDelivery(row: WebhookDeliveryRow): WebhookDeliveryView {
  const { id, subscription_id, event_id, event_type, status, tries, error, next_attempt_at, created_at, completed_at } = row;
  return {
    id,
    webhook_id: subscription_id,
    event_id,
    event_type,
    status,
    tries,
    error,
    next_attempt_at: status === "pending" ? iso(next_attempt_at) : null,
    created_at: iso(created_at),
    completed_at: completed_at === null ? null : iso(completed_at),
  };
}

export interface DeliveryFilter {
  status?: WebhookDeliveryRow["status"] | undefined;
  event_type?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
}

export function thatFit(subscriptionId: string | null, { status, event_type, since, until }: DeliveryFilter) {
  return and(
    subscriptionId === null ? undefined : eq(webhookDeliveries.subscription_id, subscriptionId),
    status === undefined ? undefined : eq(webhookDeliveries.status, status),
    event_type === undefined ? undefined : eq(webhookDeliveries.event_type, event_type),
    since === undefined ? undefined : gte(webhookDeliveries.created_at, Date.parse(since)),
    until === undefined ? undefined : lt(webhookDeliveries.created_at, Date.parse(until)),
  );
}

/** Newest first. @throws PlatformError `not-found` for a webhook that is not there */
export async function listWebhookDeliveries({ ctx, input: { id, cursor, limit, ...filter } }: { ctx: TenantContext; input: z.infer<typeof webhookDeliveriesQuery> & { id: string } }): Promise<Page<WebhookDeliveryView>> {
  await findWebhook(ctx, id);
  const before = readSeq(cursor);
  const rows = await ctx.db.select(webhookDeliveries, { where: and(thatFit(id, filter), before === null ? undefined : lt(webhookDeliveries.seq, before)), orderBy: desc(webhookDeliveries.seq), limit: limit + 1 });
  return toPage(rows, limit, (row) => String(row.seq), viewWebhookDelivery);
}

function readSeq(cursor: string | undefined): number | null {
  const text = readCursor(cursor);
  if (text === null) return null;
  if (!/^\d{1,15}$/.test(text)) throw new PlatformError("bad-request", "The cursor is not one this API gave.", [{ pointer: "/query/cursor", detail: "not a cursor" }]);
  return Number(text);
}

/** @throws PlatformError `not-found` */
export async function findWebhookDelivery({ db }: Pick<TenantContext, "db">, id: string): Promise<WebhookDeliveryRow> {
  const row = await db.first(webhookDeliveries, eq(webhookDeliveries.id, id));
  if (!row) throw new PlatformError("not-found", `There is no delivery ${id}.`);
  return row;
}

/** @throws PlatformError `not-found` */
export async function getWebhookDelivery({ ctx, input }: { ctx: TenantContext; input: { id: string } }): Promise<z.infer<typeof webhookDeliveryDetail>> {
  const row = await findWebhookDelivery(ctx, input.id);
  return { ...viewWebhookDelivery(row), attempts: row.attempts.map(({ at, ...attempt }) => ({ at: iso(at), ...attempt })) };
}
