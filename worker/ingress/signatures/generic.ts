/**
 * An HMAC as a hook's settings describe it: in which header, by which algorithm, in which
 * letters, over which text.
 * @module
 */
import { fromBase64, fromHex, utf8 } from "../../auth/bytes.ts";
import { type HashAlgorithm, hmacFits } from "./hmac.ts";

export interface HmacSettings {
  /** Lower case. */
  header: string;
  algorithm: HashAlgorithm;
  encoding: "hex" | "base64";
  /** Before the signature in its header, such as `sha256=`. */
  prefix: string;
  /** How the secret is written: as text, or as bytes in hex or base64. */
  secret_encoding: "text" | "hex" | "base64";
  /** What is signed: `{body}` alone, or with `{timestamp}` and `{id}` beside it. */
  signed: string;
  /** Unix seconds, or milliseconds. */
  timestamp_header?: string | undefined;
  tolerance_seconds: number;
  id_header?: string | undefined;
}

/** Headers may repeat a signature (during rotation), separated by commas or spaces; each costs a hash. */
const mostSignatures = 8;
const digestLength = { sha1: 20, sha256: 32, sha512: 64 } as const satisfies Record<HashAlgorithm, number>;

export async function verifyHmac(settings: HmacSettings, secret: string, body: Uint8Array<ArrayBuffer>, headers: Headers, now: number): Promise<boolean> {
  const { algorithm, prefix, encoding } = settings;
  const key = bytesOf(secret, settings.secret_encoding);
  const signed = signedBytes(settings, body, headers);
  const given = headers.get(settings.header);
  if (!key || !signed || given === null || !isFresh(settings, headers, now)) return false;
  for (const one of given.split(/[\s,]+/).slice(0, mostSignatures)) {
    if (!one.startsWith(prefix)) continue;
    const digest = bytesOf(one.slice(prefix.length), encoding);
    if (digest?.length === digestLength[algorithm] && (await hmacFits(key, digest, signed, algorithm))) return true;
  }
  return false;
}

function bytesOf(text: string, form: "text" | "hex" | "base64"): Uint8Array<ArrayBuffer> | null {
  if (form === "text") return utf8(text);
  return form === "hex" ? fromHex(text) : fromBase64(text);
}

function isFresh({ timestamp_header, tolerance_seconds }: HmacSettings, headers: Headers, now: number): boolean {
  if (timestamp_header === undefined) return true;
  const text = headers.get(timestamp_header) ?? "";
  if (!/^\d{1,14}$/.test(text)) return false;
  // Seconds have ten digits until the year 2286.
  const at = text.length > 11 ? Number(text) : Number(text) * 1000;
  return Math.abs(now - at) <= tolerance_seconds * 1000;
}

/** Null when a header that is signed along is missing. */
function signedBytes({ signed, timestamp_header, id_header }: HmacSettings, body: Uint8Array<ArrayBuffer>, headers: Headers): Uint8Array<ArrayBuffer> | null {
  const [before = "", after = ""] = signed.split("{body}");
  const values = { "{timestamp}": timestamp_header && headers.get(timestamp_header), "{id}": id_header && headers.get(id_header) };
  let missing = false;
  const filled = (text: string): Uint8Array =>
    utf8(
      text.replaceAll(/\{timestamp\}|\{id\}/g, (name) => {
        const value = values[name as keyof typeof values];
        if (!value) missing = true;
        return value ?? "";
      }),
    );
  const [head, tail] = [filled(before), filled(after)];
  if (missing) return null;
  const whole = new Uint8Array(head.length + body.length + tail.length);
  whole.set(head);
  whole.set(body, head.length);
  whole.set(tail, head.length + body.length);
  return whole;
}
