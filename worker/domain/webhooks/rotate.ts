import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { webhookSubscriptions } from "../../../db/schema/webhooks.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { seal } from "../../auth/seal.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { discardPrevious, graceHours, refuseSecondRotation } from "../hooks/rotate.ts";
import { newStandardSecret } from "../hooks/secret.ts";
import { webhookSealedFor } from "./sign.ts";
import { findWebhook, type SubscriptionRow, toldOfWebhook, viewWebhook, type webhookWithSecret } from "./view.ts";

const hourMs = 3_600_000;

export const rotateWebhookBody = z.strictObject({ grace_hours: graceHours, discard_previous: discardPrevious });

/** Until the grace is over, what is sent has both signatures. @throws PlatformError `not-found`, `conflict` while a rotation is under way */
export async function rotateWebhook({ ctx, input: { id, grace_hours, discard_previous } }: { ctx: TenantContext; input: z.infer<typeof rotateWebhookBody> & { id: string } }): Promise<z.infer<typeof webhookWithSecret>> {
  const { db, env, now } = ctx;
  const before = await findWebhook(ctx, id);
  refuseSecondRotation(before, discard_previous, now);
  const secret = newStandardSecret();
  const keepsOld = grace_hours > 0 && before.secret_encrypted !== "";
  const change = {
    secret_encrypted: await seal(env, secret, webhookSealedFor(ctx.tenant, id)),
    previous_encrypted: keepsOld ? before.secret_encrypted : null,
    previous_until: keepsOld ? now + grace_hours * hourMs : null,
    updated_at: now,
  };
  const after: SubscriptionRow = { ...before, ...change };
  const same = and(eq(webhookSubscriptions.id, id), eq(webhookSubscriptions.secret_encrypted, before.secret_encrypted));
  const done = await db.batchIf(db.exists(webhookSubscriptions, same), [db.update(webhookSubscriptions, change, same), audited(ctx, { action: "webhook.rotate", entityId: id, before: toldOfWebhook(before), after: toldOfWebhook(after) })]);
  if (!done) throw new PlatformError("conflict", "Somebody else changed the secret at the same moment. Read the webhook and try again.");
  return { ...viewWebhook(after, now), secret };
}
