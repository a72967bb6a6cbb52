/**
 * The body of a call as a workflow's input, and what of its headers may be kept.
 * @module
 */
import { readText } from "../http/body.ts";
import { Refused } from "./refused.ts";

/**
 * JSON, or a form whose field `payload` is JSON (GitHub's other content type).
 * @throws Refused `bad-request`
 */
export function parsePayload(body: Uint8Array, contentType: string | null): unknown {
  const text = readText(body);
  if (text === null) throw new Refused("bad-request", "The body is not UTF-8.", "not UTF-8");
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(contentType ?? "");
  const json = isForm ? new URLSearchParams(text).get("payload") : text;
  if (json === null) throw new Refused("bad-request", "A form must carry JSON in its field `payload`.", "a form without `payload`");
  try {
    return JSON.parse(json) as unknown;
  } catch {
    throw new Refused("bad-request", "The body is not JSON.", "not JSON");
  }
}

/** Names that carry a credential or a signature. */
const secretName = /^(authorization|proxy-authorization|cookie)$|signature|token|secret|api-?key|password/;

export function keptHeaders(headers: Headers): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of headers) if (!secretName.test(name)) kept[name] = value;
  return kept;
}
