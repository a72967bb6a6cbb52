/**
 * The only network tenant code has: `globalOutbound` of every tenant isolate. A thin shell
 * over ./egress.ts; the tenant comes from props, which the isolate cannot set.
 *
 * There is no `connect()` here, on purpose: without one, raw TCP from tenant code fails
 * before it opens. One that throws would let the socket open and then end without a word.
 * @module
 */
import { WorkerEntrypoint } from "cloudflare:workers";
import { defaultEgressLimits, egress, type EgressRecord } from "./egress.ts";
import { parseHostList } from "./host-list.ts";
import type { EgressPolicy } from "./policy.ts";
import { Refusal, refusalResponse } from "./refusal.ts";
import { tenantPolicy } from "./tenant-policy.ts";

export interface EgressEnv {
  DB: D1Database;
  EGRESS_ALLOW?: string;
  /** Networks made by tools/network.mjs: they check what a name resolves to. Cloudflare's own needs none. */
  EGRESS_PUBLIC?: Fetcher;
  EGRESS_PRIVATE?: Fetcher;
}

export class Egress extends WorkerEntrypoint<EgressEnv, { tenant: string }> {
  override async fetch(request: Request): Promise<Response> {
    const { tenant } = this.ctx.props;
    const log = (record: EgressRecord): void => {
      if (record.refused) console.warn(JSON.stringify({ message: "egress refused", tenant, ...record }));
    };
    let policy: EgressPolicy;
    try {
      policy = { operatorAllow: parseHostList(this.env.EGRESS_ALLOW ?? "", "EGRESS_ALLOW", false), ...(await tenantPolicy(this.env, tenant)) };
    } catch (error) {
      console.error(JSON.stringify({ message: "egress rules unreadable", tenant, error: String(error) }));
      return refusalResponse(new Refusal("egress-denied", "the rules for this tenant could not be read, so nothing is let out; the server's log says why"));
    }
    return egress(request, { policy, limits: defaultEgressLimits, log, fetch: (outgoing, network) => this.#network(network).fetch(outgoing) });
  }

  #network(network: "public" | "operator"): { fetch: (request: Request) => Promise<Response> } {
    return (network === "operator" ? this.env.EGRESS_PRIVATE : this.env.EGRESS_PUBLIC) ?? { fetch };
  }
}
