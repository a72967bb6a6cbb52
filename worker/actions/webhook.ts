import { newId } from "../../db/ids.ts";
import { webhookDeliveries } from "../../db/schema/webhooks.ts";
import { ownSpecs } from "../../sdk/schema/actions/index.ts";
import { PlatformError } from "../../sdk/schema/problem.ts";
import { nudgeSoon } from "../domain/webhooks/nudge.ts";
import { newDelivery } from "../domain/webhooks/redeliver.ts";
import { deliveryIdOf } from "../domain/webhooks/sign.ts";
import { findWebhook } from "../domain/webhooks/view.ts";
import { emit } from "../events/emit.ts";
import { newEvent } from "../events/new-event.ts";
import { action } from "./action.ts";
import { checked } from "./checked.ts";

/** The delivery has the id that the event's own would have: a webhook that listens to it too gets it once. */
export const callWebhook = action(ownSpecs.webhook, async (ctx, { webhook_id, ...rest }) => {
  const { type, data, record } = checked(newEvent, rest, "webhook");
  const webhook = await findWebhook(ctx, webhook_id);
  if (!webhook.active) throw new PlatformError("conflict", `The webhook ${webhook.id} is switched off.`);
  const id = newId(ctx.now);
  const delivery = newDelivery({ id: await deliveryIdOf(webhook.id, id), subscriptionId: webhook.id, eventId: id, eventType: type, now: ctx.now });
  return {
    statements: [emit(ctx, { id, type, data, record: record ?? null }), ctx.db.insert(webhookDeliveries, delivery)],
    result: { event_id: id, delivery_id: delivery.id },
    changes: [{ type: "event", id, before: null, after: { type, data, url: webhook.url } }],
    afterwards: [() => nudgeSoon(ctx)],
  };
});
