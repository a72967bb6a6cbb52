/**
 * How the platform reaches a tenant's sign-in provider: under the rules that hold for the
 * tenant's own code (docs/egress.md), because the tenant chose the addresses: the issuer's,
 * and every one its discovery document names. Plain http is for loopback alone, and only where
 * the operator lists it.
 * @module
 */
import { closedAddress, hostOf } from "../egress/address.ts";
import { egress, type EgressLimits } from "../egress/egress.ts";
import { parseHostList } from "../egress/host-list.ts";
import { decide, type EgressPolicy } from "../egress/policy.ts";
import { Refusal, refusedHeader } from "../egress/refusal.ts";
import { tenantRules } from "../egress/tenant-policy.ts";
import type { Env } from "../env.ts";

type NetworkEnv = Pick<Env, "DB" | "EGRESS_ALLOW" | "EGRESS_PUBLIC" | "EGRESS_PRIVATE">;

const limits: EgressLimits = { requestBytes: 65_536, responseBytes: 1_048_576, ms: 10_000, redirects: 0 };

export type OidcFetch = (url: string, init: RequestInit) => Promise<Response>;

async function policyOf(env: NetworkEnv, tenant: string): Promise<EgressPolicy> {
  return { operatorAllow: parseHostList(env.EGRESS_ALLOW ?? "", "EGRESS_ALLOW", false), ...(await tenantRules(env, tenant)).policy };
}

/** Why an address may not be asked; null when it may. */
export async function closedTo(env: NetworkEnv, tenant: string, url: URL): Promise<string | null> {
  return refusalOf(url, await policyOf(env, tenant));
}

function refusalOf(url: URL, policy: EgressPolicy): string | null {
  const decision = decide(url, policy);
  if (!decision.allow) return decision.reason;
  return url.protocol === "https:" || isLoopback(url) ? null : `${url.host} is asked over http://: use https://`;
}

function isLoopback(url: URL): boolean {
  const { name, address } = hostOf(url.hostname);
  return address ? closedAddress(address) === "loopback" : name === "localhost";
}

/** @returns a fetch that throws a Refusal where the tenant's code would meet one; it follows no redirects */
export async function oidcFetch(env: NetworkEnv, tenant: string): Promise<OidcFetch> {
  const policy = await policyOf(env, tenant);
  return async (url, init) => {
    const reason = refusalOf(new URL(url), policy);
    if (reason !== null) throw new Refusal("egress-denied", reason);
    const request = new Request(url, { ...init, redirect: "manual" });
    const response = await egress(request, { policy, limits, log: () => undefined, fetch: (outgoing, network) => ((network === "operator" ? env.EGRESS_PRIVATE : env.EGRESS_PUBLIC) ?? { fetch }).fetch(outgoing) });
    const refused = response.headers.get(refusedHeader);
    if (refused === null) return response;
    const { code, detail } = await response.json<{ code: Refusal["code"]; detail: string }>();
    throw new Refusal(code, detail);
  };
}
