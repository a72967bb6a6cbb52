/**
 * Refresh tokens: `er_` and, in base64url, the session's id (16 bytes), a random part (24)
 * and an HMAC-SHA256 of both cut to 24 bytes, under a key derived from the master key.
 *
 * The session keeps the SHA-256 of the one that counts. The HMAC tells an old token of ours
 * from something made up by someone who has seen a session's id, without keeping the old ones:
 * only the former may end a session.
 * @module
 */
import { fromBase64, fromHex, randomBytes, sameBytes, sha256, toBase64Url, toHex, utf8 } from "./bytes.ts";

const prefix = "er_";
const [idLength, randomLength, macLength] = [16, 24, 24];

export interface RefreshToken {
  sessionId: string;
  hash: string;
}

export async function newRefreshToken(masterKey: string, sessionId: string): Promise<{ token: string; hash: string }> {
  const id = fromHex(sessionId.replaceAll("-", ""));
  if (id?.length !== idLength) throw new Error("a session's id is a UUID");
  const signed = new Uint8Array(idLength + randomLength);
  signed.set(id);
  signed.set(randomBytes(randomLength), idLength);
  const whole = new Uint8Array(signed.length + macLength);
  whole.set(signed);
  whole.set(await macOf(masterKey, signed), signed.length);
  const token = prefix + toBase64Url(whole);
  return { token, hash: toHex(await sha256(token)) };
}

/** Null for anything that this installation has not issued. */
export async function readRefreshToken(masterKey: string, token: string): Promise<RefreshToken | null> {
  const bytes = token.startsWith(prefix) && token.length < 200 ? fromBase64(token.slice(prefix.length)) : null;
  // As we write it and no other way: the last characters of base64 have bits that say nothing.
  if (bytes?.length !== idLength + randomLength + macLength || prefix + toBase64Url(bytes) !== token) return null;
  const signed = bytes.slice(0, idLength + randomLength);
  if (!sameBytes(await macOf(masterKey, signed), bytes.subarray(signed.length))) return null;
  const hex = toHex(signed.subarray(0, idLength));
  const sessionId = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  return { sessionId, hash: toHex(await sha256(token)) };
}

async function macOf(masterKey: string, data: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const raw = fromBase64(masterKey);
  if (!raw) throw new Error("MASTER_KEY is not base64");
  const master = await crypto.subtle.importKey("raw", raw, "HKDF", false, ["deriveKey"]);
  const derivation = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: utf8("everstep refresh token") };
  const key = await crypto.subtle.deriveKey(derivation, master, { name: "HMAC", hash: "SHA-256", length: 256 }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, data)).subarray(0, macLength);
}
