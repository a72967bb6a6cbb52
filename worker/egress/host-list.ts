/**
 * Lists of hosts as people write them: `api.example.com`, `*.example.com`, `10.0.0.5:8080`,
 * `[fd00::1]:443`, `10.0.0.0/8`. Used for the operator's list and for tenants' own.
 * @module
 */
import ipaddr from "ipaddr.js";
import { type Host, hostOf, inRange, isMetadata, type Range } from "./address.ts";

export type HostRule = { text: string; port: number | null } & (
  | { kind: "name"; name: string; /** Every name under `name`, not `name` itself. */ wildcard: boolean }
  | { kind: "range"; range: Range }
);

/** An entry that cannot be read. Whoever applies the list must then refuse, not skip it. */
export class HostListError extends Error {
  override readonly name = "HostListError";
}

const labels = /^(?!-)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/;

/**
 * @param source what to call the list in an error, e.g. `EGRESS_ALLOW`.
 * @param wildcards whether `*.example.com` is allowed.
 * @throws HostListError naming the entry and the forms that can be read.
 */
export function parseHostList(entries: string | readonly string[], source: string, wildcards: boolean): HostRule[] {
  const list = typeof entries === "string" ? entries.split(",") : entries;
  return list.map((entry) => entry.trim()).filter((entry) => entry !== "").map((entry) => {
    const rule = parseEntry(entry.toLowerCase(), wildcards);
    if (rule) return rule;
    const forms = `a host (api.example.com), ${wildcards ? "every host under a domain (*.example.com), " : ""}a host or address with a port (10.0.0.5:8080, [fd00::1]:8080), an address, or a range (10.0.0.0/8)`;
    throw new HostListError(`${source}: cannot read ${JSON.stringify(entry)}. Write ${forms}.`);
  });
}

function parseEntry(text: string, wildcards: boolean): HostRule | null {
  if (text.includes("/")) return parseRange(text);
  if (ipaddr.IPv6.isValid(text) && !text.includes("%")) return fromHost(text, `[${text}]`, null);
  const [, star, host, port] = /^(\*\.)?([^*\s@?#\\/]+?)(?::(\d{1,5}))?$/.exec(text) ?? [];
  if (host === undefined || (star && !wildcards)) return null;
  const number = port === undefined ? null : Number(port);
  if (number !== null && (number < 1 || number > 65_535)) return null;
  const rule = fromHost(text, host, number);
  if (!star) return rule;
  return rule?.kind === "name" ? { ...rule, wildcard: true } : null;
}

function parseRange(text: string): HostRule | null {
  const { IPv4, IPv6 } = ipaddr;
  if (IPv4.isValidCIDRFourPartDecimal(text)) return { kind: "range", text, port: null, range: [IPv4.networkAddressFromCIDR(text), IPv4.parseCIDR(text)[1]] };
  // A range of mapped addresses would never match: addresses are unmapped before they are compared.
  if (!IPv6.isValidCIDR(text) || text.includes("%") || IPv6.parseCIDR(text)[0].isIPv4MappedAddress()) return null;
  return { kind: "range", text, port: null, range: [IPv6.networkAddressFromCIDR(text), IPv6.parseCIDR(text)[1]] };
}

function fromHost(text: string, hostname: string, port: number | null): HostRule | null {
  if (hostname.endsWith(":") || !URL.canParse(`http://${hostname}`)) return null;
  const url = new URL(`http://${hostname}`);
  if (url.port !== "" || url.pathname !== "/") return null;
  const { name, address } = hostOf(url.hostname);
  if (address) return { kind: "range", text, port, range: [address, address.kind() === "ipv4" ? 32 : 128] };
  return name !== null && labels.test(name) ? { kind: "name", text, port, name, wildcard: false } : null;
}

/** True when the rule is about this host and port. */
export function covers(rule: HostRule, host: Host, port: number): boolean {
  if (rule.port !== null && rule.port !== port) return false;
  if (rule.kind === "range") return host.address !== null && inRange(host.address, rule.range);
  if (host.name === null) return false;
  return rule.wildcard ? host.name.endsWith(`.${rule.name}`) : host.name === rule.name;
}

/** True when the rule names this one host; a range around a metadata address does not open it. */
export function opens(rule: HostRule, host: Host, port: number): boolean {
  if (!covers(rule, host, port)) return false;
  return !isMetadata(host) || rule.kind === "name" || rule.range[1] === (rule.range[0].kind() === "ipv4" ? 32 : 128);
}
