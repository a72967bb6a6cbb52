/**
 * Standard Webhooks: `webhook-id`, `webhook-timestamp`, `webhook-signature`; the signed text is
 * `id.timestamp.body`. The signature header may list several (during rotation): one must fit.
 * Versions other than `v1` (HMAC-SHA256) are passed over.
 * @module
 */
import { fromBase64, utf8 } from "../../auth/bytes.ts";
import { hmacFits } from "./hmac.ts";

/** How far the sender's clock may be off, and how old a recorded call may be, in ms. */
const toleranceMs = 5 * 60_000;
/** No sender lists more; each one costs us a hash of the body. */
const mostSignatures = 16;

export interface StandardHeaders {
  id: string | null;
  timestamp: string | null;
  signature: string | null;
}

export function standardHeaders(headers: Headers): StandardHeaders {
  return { id: headers.get("webhook-id"), timestamp: headers.get("webhook-timestamp"), signature: headers.get("webhook-signature") };
}

/** @param secret `whsec_` and base64; the prefix may be missing */
export async function verifyStandard(secret: string, body: Uint8Array<ArrayBuffer>, { id, timestamp, signature }: StandardHeaders, now: number): Promise<boolean> {
  if (!id || !signature || !timestamp || !/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(now - Number(timestamp) * 1000) > toleranceMs) return false;
  const key = fromBase64(secret.replace(/^whsec_/, ""));
  if (!key) return false;

  const head = utf8(`${id}.${timestamp}.`);
  const signed = new Uint8Array(head.length + body.length);
  signed.set(head);
  signed.set(body, head.length);

  for (const one of signature.split(" ").slice(0, mostSignatures)) {
    const [version, text] = one.split(",");
    const bytes = version === "v1" && text ? fromBase64(text) : null;
    if (bytes && (await hmacFits(key, bytes, signed))) return true;
  }
  return false;
}
