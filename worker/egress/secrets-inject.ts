/**
 * References to secrets in a request: found, and replaced by values as the place asks for it.
 * Pure: who may have which value is decided in ./secrets.ts.
 * @module
 */
import { Buffer } from "node:buffer";
import { referenceMarker, referencePattern } from "../../sdk/schema/secret-reference.ts";
import { fromBase64, toBase64, utf8 } from "../auth/bytes.ts";
import type { Hop } from "./redirect.ts";
import { Refusal } from "./refusal.ts";

export interface Reference {
  /** As it stands in the request. */
  text: string;
  name: string;
  tag: string;
}

/** The value of a reference. */
export type ValueOf = (reference: string) => string;

/** Bodies of other kinds are sent as they are, unread. */
const binary = /^(image|audio|video|font)\/|^application\/(octet-stream|zip|gzip|pdf|wasm)\b/i;

/** Every reference of a request, each once; empty for most, at the cost of one search. */
export function referencesIn(hop: Hop): Reference[] {
  const texts: string[] = [];
  if (hop.url.href.includes(referenceMarker)) texts.push(hop.url.pathname, hop.url.search);
  for (const [name, value] of hop.headers) {
    const text = name === "authorization" ? (basic(value) ?? value) : value;
    if (text.includes(referenceMarker)) texts.push(text);
  }
  const body = markedBody(hop);
  if (body) texts.push(body);
  const found = new Map<string, Reference>();
  for (const text of texts) for (const [whole, name = "", tag = ""] of text.matchAll(referencePattern())) found.set(whole, { text: whole, name, tag });
  return [...found.values()];
}

/**
 * A copy of the request with values in place of its references.
 * @throws Refusal `secret-not-allowed` for a value that does not fit where it is to stand
 */
export function withValues(hop: Hop, valueOf: ValueOf): Hop {
  const url = new URL(hop.url.href);
  const inUrl = (text: string): string => replace(text, valueOf, encodeURIComponent);
  if (url.href.includes(referenceMarker)) {
    url.pathname = inUrl(url.pathname);
    url.search = inUrl(url.search);
  }
  const headers = new Headers(hop.headers);
  for (const [name, value] of hop.headers) {
    const credentials = name === "authorization" ? basic(value) : null;
    if (credentials?.includes(referenceMarker)) headers.set(name, `Basic ${toBase64(bytesOf(replace(credentials, valueOf, binaryText)))}`);
    else if (value.includes(referenceMarker)) headers.set(name, replace(value, valueOf, (secret) => inHeader(name, secret)));
  }
  const text = markedBody(hop);
  // Bytes as characters: what is no UTF-8 comes through as it was.
  const body = text === null ? hop.body : bytesOf(replace(text, valueOf, (secret) => binaryText(escapeFor(hop.headers.get("content-type") ?? "")(secret))));
  return { ...hop, url, headers, body };
}

function replace(text: string, valueOf: ValueOf, write: (value: string) => string): string {
  return text.replace(referencePattern(), (reference) => write(valueOf(reference)));
}

/** User and password of `Authorization: Basic …`, each byte a character. */
function basic(value: string): string | null {
  const [, credentials] = /^basic +(\S+)$/i.exec(value) ?? [];
  const bytes = credentials === undefined ? null : fromBase64(credentials);
  return bytes && Buffer.from(bytes).toString("latin1");
}

/** The body's bytes as characters, when there is a reference among them. */
function markedBody({ body, headers }: Hop): string | null {
  if (!body || headers.has("content-encoding") || binary.test(headers.get("content-type") ?? "")) return null;
  const buffer = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return buffer.includes(referenceMarker) ? buffer.toString("latin1") : null;
}

const binaryText = (text: string): string => Buffer.from(utf8(text)).toString("latin1");
const bytesOf = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(text, "latin1"));

function inHeader(name: string, value: string): string {
  if (/^[\x20-\x7e\t]*$/.test(value)) return value;
  throw new Refusal("secret-not-allowed", `the secret for the header ${name} has line breaks or other characters that no header can carry: send it in the body`);
}

const markup: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escapeFor(contentType: string): (value: string) => string {
  const [type = ""] = contentType.toLowerCase().split(";");
  if (/[/+]json$/.test(type.trim())) return (value) => JSON.stringify(value).slice(1, -1);
  if (/[/+]xml$/.test(type.trim())) return (value) => value.replace(/[&<>"']/g, (char) => markup[char] ?? char);
  if (type.trim() === "application/x-www-form-urlencoded") return (value) => new URLSearchParams([["", value]]).toString().slice(1);
  return (value) => value;
}
