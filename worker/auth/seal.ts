/**
 * Secrets at rest: AES-256-GCM under the platform's master key. What a secret belongs to is
 * bound in as additional data, so a sealed text copied to another row does not open there.
 * Form: `v1.<base64url of 12 bytes of nonce, then ciphertext and tag>`.
 * @module
 */
import { fromBase64, randomBytes, toBase64Url, utf8 } from "./bytes.ts";

const version = "v1.";

async function importKey(masterKey: string): Promise<CryptoKey> {
  const raw = fromBase64(masterKey);
  if (raw?.length !== 32) throw new Error("MASTER_KEY must be 32 bytes in base64: `openssl rand -base64 32` makes one");
  return crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
}

/** JSON keeps ["a","bc"] and ["ab","c"] apart. */
const additional = (belongsTo: readonly string[]) => utf8(JSON.stringify(belongsTo));

/** @param belongsTo what the secret is of, e.g. tenant and path; the same must be given to {@link open}. */
export async function seal(masterKey: string, secret: string, belongsTo: readonly string[]): Promise<string> {
  const nonce = randomBytes(12);
  const key = await importKey(masterKey);
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData: additional(belongsTo) }, key, utf8(secret)));
  const whole = new Uint8Array(nonce.length + sealed.length);
  whole.set(nonce);
  whole.set(sealed, nonce.length);
  return version + toBase64Url(whole);
}

/** @throws Error when the key, the owner or the text is not the one it was sealed with */
export async function open(masterKey: string, sealed: string, belongsTo: readonly string[]): Promise<string> {
  const bytes = sealed.startsWith(version) ? fromBase64(sealed.slice(version.length)) : null;
  if (!bytes || bytes.length < 28) throw new Error("not a sealed secret");
  const key = await importKey(masterKey);
  const parameters = { name: "AES-GCM", iv: bytes.subarray(0, 12), additionalData: additional(belongsTo) };
  const secret = await crypto.subtle.decrypt(parameters, key, bytes.subarray(12)).catch(() => {
    throw new Error("a sealed secret does not open: was MASTER_KEY changed?");
  });
  return new TextDecoder().decode(secret);
}
