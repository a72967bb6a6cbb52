/**
 * The only network tenant code has: `globalOutbound` of every tenant isolate. A thin shell
 * over ./egress.ts; the tenant comes from props, which the isolate cannot set.
 *
 * There is no `connect()` here, on purpose: without one, raw TCP from tenant code fails
 * before it opens. One that throws would let the socket open and then end without a word.
 * @module
 */
import { errorMessage } from "../../db/error-message.ts";
import { WorkerEntrypoint } from "cloudflare:workers";
import { tenantDb } from "../../db/tenant-db.ts";
import type { MasterKeys } from "../auth/seal.ts";
import { type OtlpSettings, otlpTarget } from "../observability/otlp.ts";
import { traceparentOf } from "../observability/trace-context.ts";
import { defaultEgressLimits, egress, type EgressRecord } from "./egress.ts";
import { parseHostList } from "./host-list.ts";
import type { EgressPolicy } from "./policy.ts";
import { Refusal, refusalResponse } from "./refusal.ts";
import { SecretDoor } from "./secrets.ts";
import { SecretAudit } from "./secrets-audit.ts";
import type { Asking } from "./secrets-tag.ts";
import { tenantRules, type TenantRules } from "./tenant-policy.ts";

/** A reference to what is not known is looked up again, so often at most, ms. */
const unknownAge = 1_000;

export interface EgressEnv extends MasterKeys, OtlpSettings {
  DB: D1Database;
  EGRESS_ALLOW?: string;
  /** Networks made by tools/network.mjs: they check what a name resolves to. Cloudflare's own needs none. */
  EGRESS_PUBLIC?: Fetcher;
  EGRESS_PRIVATE?: Fetcher;
}

export class Egress extends WorkerEntrypoint<EgressEnv, { tenant: string }> {
  override async fetch(asked: Request): Promise<Response> {
    const { tenant } = this.ctx.props;
    const request = otlpTarget(this.env) === null ? asked : traced(asked);
    const log = (record: EgressRecord): void => {
      if (record.refused) console.warn(JSON.stringify({ message: "egress refused", tenant, ...record }));
    };
    let rules: TenantRules;
    let policy: EgressPolicy;
    try {
      rules = await tenantRules(this.env, tenant);
      policy = { operatorAllow: parseHostList(this.env.EGRESS_ALLOW ?? "", "EGRESS_ALLOW", false), ...rules.policy };
    } catch (error) {
      console.error(JSON.stringify({ message: "egress rules unreadable", tenant, error: errorMessage(error) }));
      return refusalResponse(new Refusal("egress-denied", "the rules for this tenant could not be read, so nothing is let out; the server's log says why"));
    }
    const secrets = this.#secrets(request, tenant, rules);
    return egress(request, { policy, limits: defaultEgressLimits, secrets, log, fetch: (outgoing, network) => this.#network(network).fetch(outgoing) });
  }

  #secrets({ headers }: Request, tenant: string, rules: TenantRules): SecretDoor {
    const db = tenantDb(this.env.DB, tenant);
    const now = Date.now();
    const asking: Asking = { execution: headers.get("everstep-execution"), workflow: headers.get("everstep-workflow"), step: readable(headers.get("everstep-step")) };
    const audit = new SecretAudit(db, now, (work) => this.ctx.waitUntil(work));
    return new SecretDoor({ vault: { db, env: this.env }, asking, list: rules.secrets, reload: async () => (await tenantRules(this.env, tenant, Date.now(), unknownAge)).secrets, audit, now });
  }

  #network(network: "public" | "operator"): { fetch: (request: Request) => Promise<Response> } {
    return (network === "operator" ? this.env.EGRESS_PRIVATE : this.env.EGRESS_PUBLIC) ?? { fetch };
  }
}

/** Where executions are traced, what they reach is told which trace it is part of, unless their code says so. */
function traced(request: Request): Request {
  const execution = request.headers.get("everstep-execution");
  if (execution === null || request.headers.has("traceparent")) return request;
  const headers = new Headers(request.headers);
  headers.set("traceparent", traceparentOf(execution, readable(request.headers.get("everstep-step")) ?? "", request.headers.get("everstep-traceparent")));
  return new Request(request, { headers });
}

/** Names of steps may have any character; headers may not. */
function readable(text: string | null): string | null {
  try {
    return text === null ? null : decodeURIComponent(text);
  } catch {
    return text;
  }
}
