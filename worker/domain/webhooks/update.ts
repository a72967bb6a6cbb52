import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { webhookDeliveries, webhookSubscriptions } from "../../../db/schema/webhooks.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { refreshInterestSoon } from "../../events/interest.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { refuseClosed } from "./create.ts";
import { description, eventTypes, filter, url } from "./fields.ts";
import { nudgeSoon } from "./nudge.ts";
import { findWebhook, type SubscriptionRow, toldOfWebhook, viewWebhook, type WebhookView } from "./view.ts";

export const webhookChange = z
  .strictObject({
    url: url.optional(),
    event_types: eventTypes.optional(),
    filter: filter.optional(),
    description: description.optional(),
    active: z.boolean().optional().describe("`false`: what is queued waits. `true`: also after the platform switched it off"),
  })
  .refine((change) => Object.keys(change).length > 0, "nothing is to be changed");

/** @throws PlatformError `not-found`, `bad-request` for an address that may not be reached, `conflict` without a secret */
export async function updateWebhook({ ctx, input: { id, ...input } }: { ctx: TenantContext; input: z.infer<typeof webhookChange> & { id: string } }): Promise<WebhookView> {
  const { db, now } = ctx;
  const before = await findWebhook(ctx, id);
  if (input.url !== undefined) await refuseClosed(ctx, input.url);
  // Secrets are in no archive of a tenant.
  if (input.active === true && before.secret_encrypted === "") throw new PlatformError("conflict", `The webhook ${id} came without its secret from another installation: make one first, with POST /api/v1/webhooks/${id}/rotate.`);
  const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
  // Five days begin anew for who is switched on, or sent elsewhere.
  const anew = input.active === true || input.url !== undefined ? { disabled_at: null, disabled_reason: null, failing_since: null, consecutive_failures: 0, throttled_until: null } : {};
  const change: Partial<SubscriptionRow> = { ...given, ...anew, updated_at: now };
  const after: SubscriptionRow = { ...before, ...change };
  await db.batch([db.update(webhookSubscriptions, change, eq(webhookSubscriptions.id, id)), audited(ctx, { action: "webhook.update", entityId: id, before: toldOfWebhook(before), after: toldOfWebhook(after) })]);
  ctx.waitUntil(refreshInterestSoon(ctx.env, ctx.tenant));
  if (after.active) nudgeSoon(ctx);
  return viewWebhook(after, now);
}

/** With its deliveries. @throws PlatformError `not-found` */
export async function deleteWebhook({ ctx, input: { id } }: { ctx: TenantContext; input: { id: string } }): Promise<void> {
  const { db } = ctx;
  const before = await findWebhook(ctx, id);
  await db.batch([
    db.delete(webhookSubscriptions, eq(webhookSubscriptions.id, id)),
    db.delete(webhookDeliveries, and(eq(webhookDeliveries.subscription_id, id))),
    audited(ctx, { action: "webhook.delete", entityId: id, before: toldOfWebhook(before) }),
  ]);
  ctx.waitUntil(refreshInterestSoon(ctx.env, ctx.tenant));
}
