import { eq } from "drizzle-orm";
import { webhookDeliveries, webhookSubscriptions } from "../../../db/schema/webhooks.ts";
import { tenantDb } from "../../../db/tenant-db.ts";
import { isFor } from "../../domain/webhooks/fields.ts";
import { nudge } from "../../domain/webhooks/nudge.ts";
import { newDelivery } from "../../domain/webhooks/redeliver.ts";
import { deliveryIdOf } from "../../domain/webhooks/sign.ts";
import type { Sink } from "./sink.ts";

/** One delivery for each subscription that takes the event; a second time there is one already. */
export const webhooks: Sink = async (env, event) => {
  const db = tenantDb(env.DB, event.tenant_id);
  const subscriptions = (await db.select(webhookSubscriptions, { where: eq(webhookSubscriptions.active, true) })).filter((one) => isFor(one, event));
  if (subscriptions.length === 0) return;
  const now = Date.now();
  const rows = await Promise.all(subscriptions.map(async ({ id }) => newDelivery({ id: await deliveryIdOf(id, event.id), subscriptionId: id, eventId: event.id, eventType: event.type, now })));
  await db.batch(rows.map((row) => db.upsert(webhookDeliveries, row, [webhookDeliveries.id], { event_id: row.event_id })));
  await nudge(env, event.tenant_id);
};
