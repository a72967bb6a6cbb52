/**
 * May tenant code reach this URL? In this order, and the first refusal is final:
 * 1. http or https, no user name or password in the URL;
 * 2. the tenant's deny list;
 * 3. not a private, local or metadata host, and not a mail port, unless the operator lists it;
 * 4. the tenant's allow list, when it has entries.
 * A tenant's lists only ever narrow what it may reach.
 * @module
 */
import { closedAddress, closedName, hostOf } from "./address.ts";
import { covers, type HostRule, opens } from "./host-list.ts";

export interface EgressPolicy {
  operatorAllow: readonly HostRule[];
  tenantAllow: readonly HostRule[];
  tenantDeny: readonly HostRule[];
}

/** `operator`: a host the operator lists; its connections go through a network of its own. */
export type Network = "public" | "operator";
export type Decision = { allow: true; network: Network } | { allow: false; reason: string };

/** Mail servers read an HTTP body as mail: a tenant could send spam from the platform's address. */
const mailPorts: readonly number[] = [25, 465, 587];

const refuse = (reason: string): Decision => ({ allow: false, reason });

/** Never throws; what it does not understand it refuses. */
export function decide(url: URL, policy: EgressPolicy): Decision {
  if (url.protocol !== "http:" && url.protocol !== "https:") return refuse(`${url.protocol}// is not reachable: use http:// or https://`);
  if (url.username !== "" || url.password !== "") {
    return refuse(`the URL of ${url.host} carries a user name or password: send them in an Authorization header`);
  }
  const host = hostOf(url.hostname);
  const port = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);

  const denied = policy.tenantDeny.find((rule) => covers(rule, host, port));
  if (denied) return refuse(`${url.host} is on this tenant's deny list (${denied.text})`);

  const opened = policy.operatorAllow.some((rule) => opens(rule, host, port));
  if (!opened) {
    const kind = host.address ? closedAddress(host.address) : closedName(host.name ?? "");
    const remedy = "tenant code may not reach it unless the operator lists it in EVERSTEP_EGRESS_ALLOW";
    if (kind) return refuse(`${url.host} is a ${kind} ${host.address ? "address" : "host"}${host.address ? ` (${host.address.toString()})` : ""}: ${remedy}`);
    if (mailPorts.includes(port)) return refuse(`port ${port} of ${url.hostname} is for mail: ${remedy}`);
  }

  if (policy.tenantAllow.length > 0 && !policy.tenantAllow.some((rule) => covers(rule, host, port))) {
    return refuse(`${url.host} is not on this tenant's allow list: add it there, or empty the list to allow every public host`);
  }
  return { allow: true, network: opened ? "operator" : "public" };
}
