/**
 * The body of a call as a workflow's input, and what of its headers may be kept.
 * @module
 */
import type { HookConfig } from "../domain/hooks/config.ts";
import { type Parsed, parsePayload } from "../domain/hooks/payload.ts";
import { Refused } from "./refused.ts";

const told: Record<Extract<Parsed, { ok: false }>["fault"], string> = {
  "not UTF-8": "The body is not UTF-8.",
  "a form without `payload`": "A form must carry JSON in its field `payload`.",
  "not JSON": "The body is not JSON.",
};

/** @throws Refused `bad-request` */
export function readPayload(body: Uint8Array, contentType: string | null): unknown {
  const parsed = parsePayload(body, contentType);
  if (parsed.ok) return parsed.value;
  throw new Refused("bad-request", told[parsed.fault], parsed.fault);
}

/** Names that carry a credential or a signature. */
const secretName = /^(authorization|proxy-authorization|cookie)$|signature|token|secret|api-?key|password/;

export function keptHeaders(headers: Headers, config: HookConfig): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of headers) if (!secretName.test(name) && !(config.scheme === "hmac" && name === config.header)) kept[name] = value;
  return kept;
}
