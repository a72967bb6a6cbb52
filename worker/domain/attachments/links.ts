/**
 * Links to files that need no session, for browsers: good for minutes, for one file of one
 * tenant. `<expiry>.<tenant>.<HMAC-SHA-256>`, under a key derived from the master key.
 * @module
 */
import { fromBase64, sameBytes, toBase64Url, utf8 } from "../../auth/bytes.ts";

export const linkLifeMs = 5 * 60_000;

const form = /^([0-9a-z]{1,11})\.([0-9a-f-]{36})\.([\w-]{43})$/;

export async function signLink(masterKey: string, tenant: string, id: string, expiresAt: number): Promise<string> {
  return `${expiresAt.toString(36)}.${tenant}.${toBase64Url(await macOf(masterKey, tenant, id, expiresAt))}`;
}

/** Null: forged, or of another file. Whether it is over is the caller's to see. */
export async function readLink(masterKey: string, id: string, token: string): Promise<{ tenant: string; expiresAt: number } | null> {
  const [, expiry = "", tenant = "", mac = ""] = form.exec(token) ?? [];
  const expiresAt = Number.parseInt(expiry, 36);
  const given = fromBase64(mac);
  if (mac === "" || !given || !sameBytes(given, await macOf(masterKey, tenant, id, expiresAt))) return null;
  return { tenant, expiresAt };
}

async function macOf(masterKey: string, tenant: string, id: string, expiresAt: number): Promise<Uint8Array> {
  const raw = fromBase64(masterKey);
  if (!raw) throw new Error("MASTER_KEY is not base64");
  const master = await crypto.subtle.importKey("raw", raw, "HKDF", false, ["deriveKey"]);
  const key = await crypto.subtle.deriveKey({ name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: utf8("everstep attachment link") }, master, { name: "HMAC", hash: "SHA-256", length: 256 }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, utf8(JSON.stringify([tenant, id, expiresAt]))));
}
