/**
 * What names a delivery: its id, by which it starts nothing twice, and its event.
 * @module
 */
import type { WebhookScheme } from "../../sdk/schema/manifest.ts";
import { sha256, toHex } from "../auth/bytes.ts";

const idHeaders = { github: "x-github-delivery", standard: "webhook-id", none: "idempotency-key" } as const satisfies Record<WebhookScheme, string>;

/** The sender's own id, or the SHA-256 of the body when it sends none. */
export async function deliveryId(scheme: WebhookScheme, headers: Headers, body: Uint8Array<ArrayBuffer>): Promise<string> {
  const given = headers.get(idHeaders[scheme]);
  if (!given) return toHex(await sha256(body));
  return given.length <= 256 ? given : toHex(await sha256(given));
}

/** GitHub names the event in a header, Standard Webhooks in the payload's `type`. */
export function eventName(scheme: WebhookScheme, headers: Headers, payload: unknown): string | null {
  if (scheme === "github") return headers.get("x-github-event");
  if (typeof payload !== "object" || payload === null || !("type" in payload) || typeof payload.type !== "string") return null;
  return payload.type.slice(0, 200);
}
