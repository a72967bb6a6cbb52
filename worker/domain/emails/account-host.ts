/**
 * Which mail servers a tenant's account may name: public ones on the ports for submission, and
 * whatever the operator lists. Without encryption, the operator's alone.
 * @module
 */
import { closedAddress, closedName, hostOf } from "../../egress/address.ts";
import { covers, opens, parseHostList } from "../../egress/host-list.ts";
import { tenantRules } from "../../egress/tenant-policy.ts";
import type { SmtpAccount } from "../../email/smtp/sign-in.ts";
import type { Env } from "../../env.ts";

type NetworkEnv = Pick<Env, "DB" | "EGRESS_ALLOW" | "EGRESS_PUBLIC" | "EGRESS_PRIVATE">;
export type Server = Pick<SmtpAccount, "host" | "port" | "security">;

/** 465: TLS from the beginning; 587 and 2525: STARTTLS. */
const submissionPorts: readonly number[] = [465, 587, 2525];

/** `network` null: that of the runtime. */
export type Reachable = { ok: true; network: Fetcher | null } | { ok: false; field: "host" | "port" | "security"; reason: string };

/** @throws Error when the tenant's rules cannot be read */
export async function reachable(env: NetworkEnv, tenant: string, { host, port, security }: Server): Promise<Reachable> {
  const refuse = (field: "host" | "port" | "security", reason: string): Reachable => ({ ok: false, field, reason });
  if (port === 25) return refuse("port", "port 25 is for mail between servers, and Cloudflare blocks it for Workers: use 465 (security tls) or 587 (security starttls)");
  const target = hostOf(new URL(`http://${host.includes(":") ? `[${host}]` : host}`).hostname);
  const operator = parseHostList(env.EGRESS_ALLOW ?? "", "EGRESS_ALLOW", false);
  const { policy } = await tenantRules(env, tenant);
  const denied = policy.tenantDeny.find((rule) => covers(rule, target, port));
  if (denied) return refuse("host", `${host} is on this tenant's deny list (${denied.text})`);
  const opened = operator.some((rule) => opens(rule, target, port));
  if (!opened) {
    const kind = target.address ? closedAddress(target.address) : closedName(target.name ?? "");
    if (kind) return refuse("host", `${host} is a ${kind} ${target.address ? "address" : "host"}: it cannot be used unless the operator lists it in EVERSTEP_EGRESS_ALLOW`);
    if (!submissionPorts.includes(port)) return refuse("port", `port ${port} is not for mail: use ${submissionPorts.join(", ")}, or have the operator list ${host}:${port} in EVERSTEP_EGRESS_ALLOW`);
    if (security === "none") return refuse("security", "without encryption the password could be read on its way: use tls or starttls. Only for hosts that the operator lists in EVERSTEP_EGRESS_ALLOW may it be none");
  }
  if (policy.tenantAllow.length > 0 && !policy.tenantAllow.some((rule) => covers(rule, target, port))) {
    return refuse("host", `${host} is not on this tenant's allow list: add it there, or empty the list to allow every public host`);
  }
  return { ok: true, network: (opened ? env.EGRESS_PRIVATE : env.EGRESS_PUBLIC) ?? null };
}
