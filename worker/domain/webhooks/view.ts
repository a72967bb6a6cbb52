import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { webhookSubscriptions } from "../../../db/schema/webhooks.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { iso, type TenantContext } from "../context.ts";

export type SubscriptionRow = typeof webhookSubscriptions.$inferSelect;

export const webhookView = z.object({
  id: z.string(),
  url: z.string(),
  event_types: z.array(z.string()),
  filter: z.record(z.string(), z.json()).nullable(),
  description: z.string().nullable(),
  active: z.boolean(),
  disabled_at: z.string().nullable().describe("When the platform switched it off"),
  disabled_reason: z.string().nullable(),
  consecutive_failures: z.number().int(),
  failing_since: z.string().nullable(),
  throttled_until: z.string().nullable().describe("The receiver asked for a pause until then"),
  previous_secret_until: z.string().nullable().describe("Until then what is sent is signed with the secret before the current one too"),
  created_at: z.string(),
  updated_at: z.string(),
});
export type WebhookView = z.infer<typeof webhookView>;

export const webhookWithSecret = webhookView.extend({ secret: z.string().describe("Shown this once: receivers verify with it") });

const time = (ms: number | null): string | null => (ms === null ? null : iso(ms));

export function viewWebhook(row: SubscriptionRow, now: number): WebhookView {
  const { id, url, event_types, filter, description, active, disabled_at, disabled_reason, consecutive_failures, failing_since, throttled_until, previous_until, created_at, updated_at } = row;
  const later = (at: number | null): string | null => (at !== null && at > now ? iso(at) : null);
  return {
    id,
    url,
    event_types,
    description,
    active,
    disabled_reason,
    consecutive_failures,
    filter: filter as WebhookView["filter"],
    disabled_at: time(disabled_at),
    failing_since: time(failing_since),
    throttled_until: later(throttled_until),
    previous_secret_until: later(previous_until),
    created_at: iso(created_at),
    updated_at: iso(updated_at),
  };
}

/** For the audit log: that the secret was changed shows, the secret does not. */
export const toldOfWebhook = ({ url, event_types, filter, description, active, secret_encrypted, previous_until }: SubscriptionRow) => ({ url, event_types, filter, description, active, secret_encrypted, previous_until });

/** @throws PlatformError `not-found` */
export async function findWebhook({ db }: Pick<TenantContext, "db">, id: string): Promise<SubscriptionRow> {
  const row = await db.first(webhookSubscriptions, and(eq(webhookSubscriptions.id, id)));
  if (!row) throw new PlatformError("not-found", `There is no webhook ${id}.`);
  return row;
}
