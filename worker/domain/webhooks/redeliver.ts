/**
 * Delivering once more: the same `webhook-id`, so that a receiver that had it after all knows.
 * @module
 */
import { and, eq, ne } from "drizzle-orm";
import { z } from "zod";
import { among } from "../../../db/among.ts";
import { newId } from "../../../db/ids.ts";
import { webhookDeliveries } from "../../../db/schema/webhooks.ts";
import type { Statement, TenantDb } from "../../../db/tenant-db.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { findWebhookDelivery, thatFit, viewWebhookDelivery, type WebhookDeliveryRow, type WebhookDeliveryView } from "./deliveries.ts";
import { nudgeSoon } from "./nudge.ts";
import { findWebhook, type SubscriptionRow } from "./view.ts";

const again = (now: number) => ({ status: "pending" as const, tries: 0, error: null, next_attempt_at: now, completed_at: null });

/** @throws PlatformError `conflict` when the webhook is switched off */
function mustBeActive({ id, active }: SubscriptionRow): void {
  if (!active) throw new PlatformError("conflict", `The webhook ${id} is switched off: PATCH it with \`"active": true\` first.`);
}

/** For a batch; what is on its way already stays as it is. @throws PlatformError `conflict` when the webhook is switched off */
export async function deliveredAgain(ctx: { db: TenantDb; now: number }, row: WebhookDeliveryRow): Promise<Statement[]> {
  mustBeActive(await findWebhook(ctx, row.subscription_id));
  return row.status === "pending" ? [] : [ctx.db.update(webhookDeliveries, again(ctx.now), and(eq(webhookDeliveries.id, row.id), ne(webhookDeliveries.status, "pending")))];
}

/** @throws PlatformError `not-found`, `conflict` when the webhook is switched off */
export async function redeliver({ ctx, input: { id } }: { ctx: TenantContext; input: { id: string } }): Promise<WebhookDeliveryView> {
  const row = await findWebhookDelivery(ctx, id);
  await ctx.db.batch([...(await deliveredAgain(ctx, row)), audited(ctx, { action: "webhook.redeliver", entityId: row.subscription_id, after: { delivery: id } })]);
  nudgeSoon(ctx);
  return viewWebhookDelivery(row.status === "pending" ? row : { ...row, ...again(ctx.now) });
}

const time = z.iso.datetime({ offset: true });

export const redeliverBody = z.strictObject({
  filter: z.strictObject({
    status: z.enum(["failed", "delivered", "discarded"]).default("failed"),
    event_type: z.string().max(100).optional(),
    since: time.optional(),
    until: time.optional(),
    ids: z.array(z.string().max(64)).min(1).max(1000).optional(),
  }),
});
export const redeliveringView = z.object({ redelivering: z.number().int().describe("So many are on their way again") });

/** All at once: it is one statement, however many fit. @throws PlatformError `not-found`, `conflict` */
export async function redeliverMany({ ctx, input: { id, filter } }: { ctx: TenantContext; input: z.infer<typeof redeliverBody> & { id: string } }): Promise<z.infer<typeof redeliveringView>> {
  mustBeActive(await findWebhook(ctx, id));
  const { ids, ...rest } = filter;
  const fit = and(thatFit(id, rest), ids === undefined ? undefined : among(webhookDeliveries.id, ids));
  const redelivering = await ctx.db.count(webhookDeliveries, fit);
  await ctx.db.batch([ctx.db.update(webhookDeliveries, again(ctx.now), fit), audited(ctx, { action: "webhook.redeliver", entityId: id, after: { filter, redelivering } })]);
  nudgeSoon(ctx);
  return { redelivering };
}

/** Sends something that no event led to. @throws PlatformError `not-found`, `conflict` when it is switched off */
export async function testWebhook({ ctx, input: { id } }: { ctx: TenantContext; input: { id: string } }): Promise<WebhookDeliveryView> {
  const { db, now } = ctx;
  mustBeActive(await findWebhook(ctx, id));
  const row = newDelivery({ id: `msg_${newId(now).replaceAll("-", "")}`, subscriptionId: id, eventId: null, eventType: "webhook.ping", now });
  await db.batch([db.insert(webhookDeliveries, row), audited(ctx, { action: "webhook.test", entityId: id, after: { delivery: row.id } })]);
  nudgeSoon(ctx);
  return viewWebhookDelivery({ ...row, seq: 0, tenant_id: ctx.tenant });
}

export function newDelivery({ id, subscriptionId, eventId, eventType, now }: { id: string; subscriptionId: string; eventId: string | null; eventType: string; now: number }): Omit<WebhookDeliveryRow, "seq" | "tenant_id"> {
  return { id, subscription_id: subscriptionId, event_id: eventId, event_type: eventType, status: "pending", tries: 0, attempts: [], error: null, next_attempt_at: now, created_at: now, completed_at: null };
}
