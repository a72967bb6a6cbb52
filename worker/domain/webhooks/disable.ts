/**
 * Switching off a subscription that has failed for too long, and telling those who can mend it.
 * @module
 */
import { and, eq } from "drizzle-orm";
import { listMembers } from "../../../db/members.ts";
import { memberships } from "../../../db/schema/memberships.ts";
import { webhookDeliveries, webhookSubscriptions } from "../../../db/schema/webhooks.ts";
import type { Statement, TenantDb } from "../../../db/tenant-db.ts";
import type { Env } from "../../env.ts";
import { emit } from "../../events/emit.ts";
import { audited } from "../audit/record.ts";
import { queueMail } from "../mails/queue.ts";
import type { SubscriptionRow } from "./view.ts";

/** Who gets the mail, at most. */
const mostAdmins = 20;

/**
 * What waits to be sent becomes dead letters, which can be replayed once it is switched on again.
 * @param along what is written with it
 * @returns false when it is off already: then nothing is written
 */
export async function disabled({ env, db, now }: { env: Env; db: TenantDb; now: number }, webhook: SubscriptionRow, reason: string, along: readonly Statement[]): Promise<boolean> {
  const { id, url } = webhook;
  const on = and(eq(webhookSubscriptions.id, id), eq(webhookSubscriptions.active, true));
  const waiting = and(eq(webhookDeliveries.subscription_id, id), eq(webhookDeliveries.status, "pending"));
  const system = { db, now, actor: { kind: "system" as const } };
  const admins = await listMembers(env.DB, db.tenant, { where: and(eq(memberships.role, "admin"), eq(memberships.status, "active")), limit: mostAdmins });
  const { host } = new URL(url);
  const text = `What happens in Everstep is not sent to this webhook any more:\n\n${url}\n\nReason: ${reason}\n\nWhat was waiting to be sent is listed as dead letters. Once the receiver works again, switch the webhook on (PATCH /api/v1/webhooks/${id} with "active": true) and replay them.\n`;
  return db.batchIf(db.exists(webhookSubscriptions, on), [
    ...along,
    db.update(webhookSubscriptions, { active: false, disabled_at: now, disabled_reason: reason, updated_at: now }, on),
    db.update(webhookDeliveries, { status: "failed", error: "the webhook was switched off", completed_at: now }, waiting),
    emit(system, { type: "webhook.disabled", data: { webhook_id: id, url, reason }, record: { type: "webhook", id } }),
    audited({ ...system, requestId: "", caller: { ip: null } }, { action: "webhook.disable", entityId: id, after: { reason } }),
    ...admins.map(({ email }) => queueMail({ env, now }, { to: email, subject: `The webhook to ${host} was switched off`, text, tenantId: db.tenant })),
  ]);
}
