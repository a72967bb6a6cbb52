/**
 * Secrets at rest: AES-256-GCM under the platform's master key. What a secret belongs to is
 * bound in as additional data, so a sealed text copied to another row does not open there.
 *
 * Form: `v2.<id of the key>.<base64url of 12 bytes of nonce, then ciphertext and tag>`. Older
 * texts are `v1.` without an id. What was sealed under the previous master key opens as long
 * as that is given too; worker/domain/keys/reseal.ts moves it to the current one.
 * @module
 */
import { fromBase64, randomBytes, sha256, toBase64Url, utf8 } from "./bytes.ts";

/** The keys of the environment: `MASTER_KEY` seals, both open. 32 bytes each, in base64. */
export interface MasterKeys {
  MASTER_KEY: string;
  MASTER_KEY_PREVIOUS?: string;
}

/** A text stands for a master key without a previous one. */
export type Keys = string | MasterKeys;

const version = "v2";
const firstVersion = "v1";

const currentOf = (keys: Keys): string => (typeof keys === "string" ? keys : keys.MASTER_KEY);
const allOf = (keys: Keys): string[] => (typeof keys === "string" || !keys.MASTER_KEY_PREVIOUS ? [currentOf(keys)] : [keys.MASTER_KEY, keys.MASTER_KEY_PREVIOUS]);

function rawKey(masterKey: string): Uint8Array<ArrayBuffer> {
  const raw = fromBase64(masterKey);
  if (raw?.length !== 32) throw new Error("MASTER_KEY and MASTER_KEY_PREVIOUS must be 32 bytes in base64: `openssl rand -base64 32` makes one");
  return raw;
}

/** Names a key without telling anything of it. */
async function keyId(masterKey: string): Promise<string> {
  return toBase64Url((await sha256(rawKey(masterKey))).subarray(0, 6));
}

/** How texts begin that were sealed under the current master key. */
export async function currentPrefix(keys: Keys): Promise<string> {
  return `${version}.${await keyId(currentOf(keys))}.`;
}

export function aesKey(raw: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
}

/** JSON keeps ["a","bc"] and ["ab","c"] apart. */
const parameters = (nonce: Uint8Array<ArrayBuffer>, belongsTo: readonly string[]) => ({ name: "AES-GCM", iv: nonce, additionalData: utf8(JSON.stringify(belongsTo)) });

/** @returns base64url of nonce, ciphertext and tag */
export async function encrypt(key: CryptoKey, text: string, belongsTo: readonly string[]): Promise<string> {
  const nonce = randomBytes(12);
  const sealed = new Uint8Array(await crypto.subtle.encrypt(parameters(nonce, belongsTo), key, utf8(text)));
  const whole = new Uint8Array(nonce.length + sealed.length);
  whole.set(nonce);
  whole.set(sealed, nonce.length);
  return toBase64Url(whole);
}

/** Null when it does not open: another key, another owner, or a changed text. */
export async function decrypt(key: CryptoKey, payload: string, belongsTo: readonly string[]): Promise<string | null> {
  const bytes = fromBase64(payload);
  if (!bytes || bytes.length < 28) return null;
  const opened = await crypto.subtle.decrypt(parameters(bytes.slice(0, 12), belongsTo), key, bytes.subarray(12)).catch(() => null);
  return opened && new TextDecoder("utf-8", { fatal: false, ignoreBOM: true }).decode(opened);
}

/** @param belongsTo what the secret is of, e.g. tenant and path; the same must be given to {@link open}. */
export async function seal(keys: Keys, secret: string, belongsTo: readonly string[]): Promise<string> {
  return (await currentPrefix(keys)) + (await encrypt(await aesKey(rawKey(currentOf(keys))), secret, belongsTo));
}

/** @throws Error when the keys, the owner or the text are not those it was sealed with */
export async function open(keys: Keys, sealed: string, belongsTo: readonly string[]): Promise<string> {
  const parts = sealed.split(".");
  const [form, id, payload] = parts[0] === firstVersion ? [firstVersion, null, parts[1]] : parts;
  if (payload === undefined || (form !== firstVersion && form !== version)) throw new Error("not a sealed secret");
  for (const masterKey of allOf(keys)) {
    if (id !== null && id !== (await keyId(masterKey))) continue;
    const secret = await decrypt(await aesKey(rawKey(masterKey)), payload, belongsTo);
    if (secret !== null) return secret;
  }
  throw new Error("a sealed secret does not open: was MASTER_KEY changed without giving the old one as MASTER_KEY_PREVIOUS?");
}
