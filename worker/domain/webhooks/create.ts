import { z } from "zod";
import { newId } from "../../../db/ids.ts";
import { webhookSubscriptions } from "../../../db/schema/webhooks.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { seal } from "../../auth/seal.ts";
import { refreshInterestSoon } from "../../events/interest.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { newStandardSecret } from "../hooks/secret.ts";
import { description, eventTypes, filter, url } from "./fields.ts";
import { closedTo } from "./network.ts";
import { webhookSealedFor } from "./sign.ts";
import { type SubscriptionRow, toldOfWebhook, viewWebhook, type webhookWithSecret } from "./view.ts";

/** Each event is compared with all of them. */
const most = 50;

export const webhookBody = z.strictObject({
  url,
  event_types: eventTypes.default(["*"]),
  filter: filter.default(null).describe("Over the event's `data`, as in triggers: only what fits is sent"),
  description: description.default(null),
  active: z.boolean().default(true),
});

/** @throws PlatformError `bad-request` for an address that may not be reached, `conflict` when there are too many */
export async function createWebhook({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof webhookBody> }): Promise<z.infer<typeof webhookWithSecret>> {
  const { db, env, now } = ctx;
  await refuseClosed(ctx, input.url);
  if ((await db.count(webhookSubscriptions)) >= most) throw new PlatformError("conflict", `There are ${most} webhooks already, which is the most a tenant has: delete one, or let one take more types of events.`);
  const id = newId(now);
  const secret = newStandardSecret();
  const row: SubscriptionRow = {
    id,
    tenant_id: ctx.tenant,
    ...input,
    secret_encrypted: await seal(env, secret, webhookSealedFor(ctx.tenant, id)),
    previous_encrypted: null,
    previous_until: null,
    disabled_at: null,
    disabled_reason: null,
    consecutive_failures: 0,
    failing_since: null,
    throttled_until: null,
    created_at: now,
    updated_at: now,
  };
  await db.batch([db.insert(webhookSubscriptions, row), audited(ctx, { action: "webhook.create", entityId: id, after: toldOfWebhook(row) })]);
  ctx.waitUntil(refreshInterestSoon(env, ctx.tenant));
  return { ...viewWebhook(row, now), secret };
}

/** @throws PlatformError `bad-request` */
export async function refuseClosed(ctx: TenantContext, address: string): Promise<void> {
  const reason = await closedTo(ctx.env, ctx.tenant, address);
  if (reason !== null) throw new PlatformError("bad-request", `Nothing can be sent to that URL: ${reason}.`, [{ pointer: "/url", detail: reason }]);
}
