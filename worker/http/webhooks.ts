import { z } from "zod";
import { createWebhook, webhookBody } from "../domain/webhooks/create.ts";
import { getWebhookDelivery, listWebhookDeliveries, webhookDeliveriesQuery, webhookDeliveryDetail, webhookDeliveryView } from "../domain/webhooks/deliveries.ts";
import { getWebhook, listWebhooks } from "../domain/webhooks/list.ts";
import { redeliver, redeliverBody, redeliveringView, redeliverMany, testWebhook } from "../domain/webhooks/redeliver.ts";
import { rotateWebhook, rotateWebhookBody } from "../domain/webhooks/rotate.ts";
import { deleteWebhook, updateWebhook, webhookChange } from "../domain/webhooks/update.ts";
import { webhookView, webhookWithSecret } from "../domain/webhooks/view.ts";
import { pageQuery, pagination } from "../domain/page.ts";
import { uuidParams } from "./parameters.ts";
import { reply, type Route, tenantRoute } from "./route.ts";

const tag = "webhooks";
const deliveryParams = z.object({ id: z.string().regex(/^msg_[0-9a-f]{32}$/).describe("The `webhook-id` it is sent with") });

export const webhookRoutes: readonly Route[] = [
  tenantRoute(
    { method: "get", path: "/webhooks", operation: "listWebhooks", tag, summary: "Where events are sent to", permission: "webhooks.read", query: pageQuery, responses: { 200: z.object({ data: z.array(webhookView), pagination }) } },
    async ({ ctx, query }) => reply(200, await listWebhooks({ ctx, input: query })),
  ),
  tenantRoute(
    { method: "post", path: "/webhooks", operation: "createWebhook", tag, summary: "Send events to a URL; the secret they are signed with is shown once", permission: "webhooks.write", body: webhookBody, responses: { 201: webhookWithSecret } },
    async ({ ctx, body }) => reply(201, await createWebhook({ ctx, input: body })),
  ),
  tenantRoute(
    { method: "get", path: "/webhooks/:id", operation: "getWebhook", tag, summary: "A webhook and how it fares", permission: "webhooks.read", params: uuidParams, responses: { 200: webhookView } },
    async ({ ctx, params }) => reply(200, await getWebhook({ ctx, input: params })),
  ),
  tenantRoute(
    { method: "patch", path: "/webhooks/:id", operation: "updateWebhook", tag, summary: "Change it, switch it off and on", permission: "webhooks.write", params: uuidParams, body: webhookChange, responses: { 200: webhookView } },
    async ({ ctx, params, body }) => reply(200, await updateWebhook({ ctx, input: { ...params, ...body } })),
  ),
  tenantRoute(
    { method: "delete", path: "/webhooks/:id", operation: "deleteWebhook", tag, summary: "Forget it, with its deliveries", permission: "webhooks.write", params: uuidParams, responses: { 204: null } },
    async ({ ctx, params }) => {
      await deleteWebhook({ ctx, input: params });
      return reply(204);
    },
  ),
  tenantRoute(
    { method: "post", path: "/webhooks/:id/rotate", operation: "rotateWebhook", tag, summary: "Change the secret; for a while both sign", permission: "webhooks.write", params: uuidParams, body: rotateWebhookBody, responses: { 200: webhookWithSecret } },
    async ({ ctx, params, body }) => reply(200, await rotateWebhook({ ctx, input: { ...params, ...body } })),
  ),
  tenantRoute(
    { method: "post", path: "/webhooks/:id/test", operation: "testWebhook", tag, summary: "Send a `webhook.ping`", permission: "webhooks.write", params: uuidParams, responses: { 202: webhookDeliveryView } },
    async ({ ctx, params }) => reply(202, await testWebhook({ ctx, input: params })),
  ),
  tenantRoute(
    { method: "get", path: "/webhooks/:id/deliveries", operation: "listWebhookDeliveries", tag, summary: "What was sent, newest first", permission: "webhooks.read", params: uuidParams, query: webhookDeliveriesQuery, responses: { 200: z.object({ data: z.array(webhookDeliveryView), pagination }) } },
    async ({ ctx, params, query }) => reply(200, await listWebhookDeliveries({ ctx, input: { ...params, ...query } })),
  ),
  tenantRoute(
    { method: "post", path: "/webhooks/:id/redeliver", operation: "redeliverWebhookDeliveries", tag, summary: "Send all that fit once more", permission: "webhooks.write", params: uuidParams, body: redeliverBody, responses: { 202: redeliveringView } },
    async ({ ctx, params, body }) => reply(202, await redeliverMany({ ctx, input: { ...params, ...body } })),
  ),
  tenantRoute(
    { method: "get", path: "/webhook-deliveries/:id", operation: "getWebhookDelivery", tag, summary: "A delivery with its attempts", permission: "webhooks.read", params: deliveryParams, responses: { 200: webhookDeliveryDetail } },
    async ({ ctx, params }) => reply(200, await getWebhookDelivery({ ctx, input: params })),
  ),
  tenantRoute(
    { method: "post", path: "/webhook-deliveries/:id/redeliver", operation: "redeliverWebhookDelivery", tag, summary: "Send it once more, under the same webhook-id", permission: "webhooks.write", params: deliveryParams, responses: { 202: webhookDeliveryView } },
    async ({ ctx, params }) => reply(202, await redeliver({ ctx, input: params })),
  ),
];
