/**
 * What is sent and how it is signed: Standard Webhooks.
 * @module
 */
import { fromBase64, sha256, toBase64, toHex, utf8 } from "../../auth/bytes.ts";

/** Under which name a subscription's secrets are sealed. */
export const webhookSealedFor = (tenant: string, id: string): string[] => ["webhook", tenant, id];

/** The `webhook-id` of a delivery: the same event makes one delivery to a subscription, however often it is dispatched. */
export async function deliveryIdOf(subscriptionId: string, eventId: string): Promise<string> {
  return `msg_${toHex((await sha256(`${subscriptionId}:${eventId}`)).subarray(0, 16))}`;
}

/** `v1,<base64>` of each secret, separated by spaces: a receiver takes any that fits. */
export async function signatures(secrets: readonly string[], id: string, timestamp: number, body: string): Promise<string> {
  const signed = utf8(`${id}.${timestamp}.${body}`);
  const all = secrets.map(async (secret) => {
    const key = fromBase64(secret.replace(/^whsec_/, ""));
    if (!key) throw new Error("a webhook's secret is not in base64");
    const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    return `v1,${toBase64(new Uint8Array(await crypto.subtle.sign("HMAC", imported, signed)))}`;
  });
  return (await Promise.all(all)).join(" ");
}

/** @param now of this attempt, ms since the epoch */
export async function headersOf(secrets: readonly string[], id: string, body: string, now: number): Promise<Record<string, string>> {
  const timestamp = Math.floor(now / 1000);
  return {
    "content-type": "application/json",
    "user-agent": "Everstep-Webhooks/1",
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": await signatures(secrets, id, timestamp, body),
  };
}
