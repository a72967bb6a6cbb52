// The two networks that tenant code's requests go through when workerd runs here: it checks
// every address a name resolves to, at the moment it connects. So a public name that points
// at a private address (DNS rebinding) is refused by the runtime itself.
//   EGRESS_PUBLIC   public addresses, and what the operator opened on all ports
//   EGRESS_PRIVATE  only reached for hosts the operator lists (see worker/egress/policy.ts)
import { lookup } from "node:dns/promises";
import { readFileSync } from "node:fs";
import ipaddr from "ipaddr.js";
import { parseHostList } from "../worker/egress/host-list.ts";
import { closedV4, closedV6, metadataAddresses } from "../worker/egress/ranges.ts";

const cidr = ([address, bits]) => `${address.toString()}/${bits}`;
const inside = ([address, bits], [outer, outerBits]) => address.kind() === outer.kind() && bits >= outerBits && address.match(outer, outerBits);

/** The same range as a NAT64 gateway presents it. */
const byNat64 = ([address, bits]) => [ipaddr.parse(`64:ff9b::${address.toString()}`), bits + 96];

const metadata = metadataAddresses.map((text) => ipaddr.parseCIDR(text));
const v4 = Object.values(closedV4).flat().map((text) => ipaddr.parseCIDR(text));
const v6 = Object.values(closedV6).flat().map((text) => ipaddr.parseCIDR(text));
const closed = [...v4, ...v6, ...[...v4, ...metadata.filter(([address]) => address.kind() === "ipv4")].map(byNat64)];

/** Certificates of NODE_EXTRA_CA_CERTS: for private hosts with a certificate authority of their own. */
function extraCertificates() {
  const path = process.env.NODE_EXTRA_CA_CERTS;
  if (!path) return [];
  return readFileSync(path, "utf8").match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g) ?? [];
}

/** workerd lets the most specific rule win, and deny win a tie. */
function network(opened) {
  // A range around a metadata address does not open it; only the address itself does.
  const deny = [
    ...closed.filter((range) => !opened.some((open) => inside(range, open))),
    ...metadata.filter((range) => !opened.some((open) => cidr(open) === cidr(range))),
  ];
  const trustedCertificates = extraCertificates();
  return {
    network: {
      allow: ["public", ...opened.map(cidr)],
      deny: deny.map(cidr),
      tlsOptions: { trustBrowserCas: true, ...(trustedCertificates.length > 0 ? { trustedCertificates } : {}) },
    },
  };
}

/**
 * The service bindings of the main worker, to be spread into the options that
 * `convertV4MiniflareOptions` takes. The list itself still has to be its EGRESS_ALLOW.
 * @param {string | undefined} allow the operator's list, as in EVERSTEP_EGRESS_ALLOW
 * @param {(message: string) => void} warn told of listed names that do not resolve now; they
 *   stay closed until the next start
 * @returns {Promise<{ serviceBindings: Record<"EGRESS_PUBLIC" | "EGRESS_PRIVATE", { network: { allow: string[], deny: string[], tlsOptions: object } }> }>}
 * @throws HostListError naming the entry that cannot be read
 */
export async function networkFor(allow, warn = console.warn) {
  const rules = parseHostList(allow ?? "", "EVERSTEP_EGRESS_ALLOW", false);
  const ranges = rules.filter((rule) => rule.kind === "range");
  const resolved = [];
  for (const { name } of rules.filter((rule) => rule.kind === "name")) {
    try {
      for (const { address, family } of await lookup(name, { all: true })) resolved.push([ipaddr.parse(address), family === 4 ? 32 : 128]);
    } catch {
      warn(`EVERSTEP_EGRESS_ALLOW: ${name} does not resolve; tenant code cannot reach it until it does and the server is started again`);
    }
  }
  return {
    serviceBindings: {
      // An address listed with a port stays out: a name pointing at it could be asked for on any port.
      EGRESS_PUBLIC: network(ranges.filter((rule) => rule.port === null).map((rule) => rule.range)),
      EGRESS_PRIVATE: network([...ranges.map((rule) => rule.range), ...resolved]),
    },
  };
}
