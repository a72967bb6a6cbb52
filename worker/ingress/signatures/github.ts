/**
 * GitHub's scheme: `X-Hub-Signature-256: sha256=<hex>`, HMAC-SHA256 of the raw body under the
 * hook's secret as text. The older SHA-1 header is not looked at.
 * @module
 */
import { fromHex, utf8 } from "../../auth/bytes.ts";
import { hmacFits } from "./hmac.ts";

export async function verifyGithub(secret: string, body: Uint8Array<ArrayBuffer>, header: string | null): Promise<boolean> {
  const hex = /^sha256=([0-9a-f]{64})$/.exec(header ?? "")?.[1];
  const signature = hex === undefined ? null : fromHex(hex);
  return signature !== null && hmacFits(utf8(secret), signature, body);
}
