/**
 * EspoCRM's scheme. `Signature` (9.0 and later) is base64 of `<webhook id>:<hex digest>`;
 * `X-Signature` (before that, until 11.0) is base64 of `<webhook id>:<raw digest>`, whose bytes
 * may hold a colon themselves: the first one ends the id. The digest is HMAC-SHA256 of the raw
 * body under the secret as text, as EspoCRM has made it.
 *
 * The id is not under the signature. It says which webhook sent it, but proves nothing.
 * @module
 */
import { fromBase64, fromHex, utf8 } from "../../auth/bytes.ts";
import { hmacFits } from "./hmac.ts";

const colon = 0x3a;
const longestId = 100;

export interface EspocrmHeaders {
  signature: string | null;
  /** The older form. */
  xSignature: string | null;
}

export function espocrmHeaders(headers: Headers): EspocrmHeaders {
  return { signature: headers.get("signature"), xSignature: headers.get("x-signature") };
}

/** One of the two has to fit. @returns the id of the webhook in EspoCRM; null when neither does */
export async function verifyEspocrm(secret: string, body: Uint8Array<ArrayBuffer>, { signature, xSignature }: EspocrmHeaders): Promise<string | null> {
  const forms = [split(signature, (digest) => fromHex(new TextDecoder().decode(digest))), split(xSignature, (digest) => digest)];
  for (const form of forms) if (form && form.digest.length === 32 && (await hmacFits(utf8(secret), form.digest, body))) return form.id;
  return null;
}

function split(header: string | null, digestOf: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer> | null): { id: string; digest: Uint8Array<ArrayBuffer> } | null {
  const bytes = header === null ? null : fromBase64(header);
  const at = bytes?.indexOf(colon) ?? -1;
  if (!bytes || at < 1 || at > longestId) return null;
  const digest = digestOf(bytes.slice(at + 1));
  return digest && { id: new TextDecoder().decode(bytes.subarray(0, at)), digest };
}
