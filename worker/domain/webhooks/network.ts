/**
 * How a tenant's webhooks reach their receivers: under the rules that hold for the tenant's own
 * code (docs/egress.md), because the tenant chose the address. Plain http is for hosts that
 * the operator lists; redirects are not followed, so nobody is led elsewhere.
 * @module
 */
import { egress, type EgressLimits } from "../../egress/egress.ts";
import { parseHostList } from "../../egress/host-list.ts";
import { decide, type EgressPolicy } from "../../egress/policy.ts";
import { refusedHeader } from "../../egress/refusal.ts";
import { tenantRules } from "../../egress/tenant-policy.ts";
import { redirectHeader } from "../../egress/headers.ts";
import type { Answer } from "../../../durable-objects/deliverer/settle.ts";
import type { Env } from "../../env.ts";

type NetworkEnv = Pick<Env, "DB" | "EGRESS_ALLOW" | "EGRESS_PUBLIC" | "EGRESS_PRIVATE">;

/** A receiver has so long for its whole answer; of its body so much is read, and of that so much kept. */
export const sendLimits = { ms: 20_000, readBytes: 4_096, keptCharacters: 1_000 } as const;
// The answer's size is no reason to call a delivery failed: the rest of it is not read.
const limits: EgressLimits = { requestBytes: 4 * 1_048_576, responseBytes: Number.MAX_SAFE_INTEGER, ms: sendLimits.ms, redirects: 0 };

export interface Sent extends Answer {
  /** How the answer's body begins. */
  response: string | null;
}

async function policyOf(env: NetworkEnv, tenant: string): Promise<EgressPolicy> {
  return { operatorAllow: parseHostList(env.EGRESS_ALLOW ?? "", "EGRESS_ALLOW", false), ...(await tenantRules(env, tenant)).policy };
}

function refusalOf(url: URL, policy: EgressPolicy): string | null {
  const decision = decide(url, policy);
  if (!decision.allow) return decision.reason;
  return url.protocol === "https:" || decision.network === "operator" ? null : `${url.host} would be sent events over http://, readable on the way: use https://`;
}

/** Why nothing may be sent there; null when it may. @param plain also over http:// */
export async function closedTo(env: NetworkEnv, tenant: string, url: string, { plain = false } = {}): Promise<string | null> {
  if (!URL.canParse(url)) return "that is not a URL";
  const policy = await policyOf(env, tenant);
  if (!plain) return refusalOf(new URL(url), policy);
  const decision = decide(new URL(url), policy);
  return decision.allow ? null : decision.reason;
}

/** Sends by the tenant's rules; what they refuse comes as a marked answer (../../egress/refusal.ts). */
export function networkOf(env: NetworkEnv, tenant: string, limits: EgressLimits): (request: Request) => Promise<Response> {
  return async (request) => egress(request, { policy: await policyOf(env, tenant), limits, log: () => undefined, fetch: (outgoing, network) => carrier(env, network).fetch(outgoing) });
}

const carrier = (env: Pick<NetworkEnv, "EGRESS_PUBLIC" | "EGRESS_PRIVATE">, network: "public" | "operator"): { fetch(request: Request): Promise<Response> } => (network === "operator" ? env.EGRESS_PRIVATE : env.EGRESS_PUBLIC) ?? { fetch };

/** Never throws: what keeps it from being sent is an answer too. */
export async function send(env: NetworkEnv, tenant: string, url: string, headers: Record<string, string>, body: string): Promise<Sent> {
  const unsent = (error: string): Sent => ({ status: null, retryAfter: null, response: null, error: error.slice(0, 500) });
  try {
    const policy = await policyOf(env, tenant);
    const reason = refusalOf(new URL(url), policy);
    if (reason !== null) return unsent(reason);
    return await post(policy, env, url, headers, body);
  } catch (error) {
    return unsent(error instanceof Error ? error.message : String(error));
  }
}

async function post(policy: EgressPolicy, env: Pick<NetworkEnv, "EGRESS_PUBLIC" | "EGRESS_PRIVATE">, url: string, headers: Record<string, string>, body: string): Promise<Sent> {
  const request = new Request(url, { method: "POST", headers: { ...headers, [redirectHeader]: "manual" }, body });
  const response = await egress(request, { policy, limits, log: () => undefined, fetch: (outgoing, network) => carrier(env, network).fetch(outgoing) });
  if (response.headers.has(refusedHeader)) {
    const { detail } = await response.json<{ detail: string }>();
    return { status: null, retryAfter: null, response: null, error: detail.slice(0, 500) };
  }
  const { status } = response;
  try {
    return { status, retryAfter: response.headers.get("retry-after"), response: await beginning(response), error: null };
  } catch (error) {
    // An answer that does not come to its end is none.
    return { status: null, retryAfter: null, response: null, error: `the answer (${status}) broke off: ${error instanceof Error ? error.message : String(error)}`.slice(0, 500) };
  }
}

/** Reads a little and hangs up. */
async function beginning(response: Response): Promise<string | null> {
  if (!response.body) return null;
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (let size = 0; size < sendLimits.readBytes; ) {
    const { done, value } = await reader.read();
    if (done) return kept(text);
    size += value.byteLength;
    text += decoder.decode(value.subarray(0, sendLimits.readBytes), { stream: true });
  }
  await reader.cancel().catch(() => undefined);
  return kept(text);
}

const kept = (text: string): string | null => (text === "" ? null : text.slice(0, sendLimits.keptCharacters).toWellFormed());
