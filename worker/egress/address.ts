/**
 * What a host of a URL is: a public name, a public address, or something tenant code must
 * not reach. Works on what the URL parser made of it, so that 2130706433, 0x7f.1,
 * 017700000001, 127.1 and full-width digits have become 127.0.0.1 before they come here.
 * @module
 */
import ipaddr from "ipaddr.js";
import { closedV4, closedV6, globalUnicast, metadataAddresses, nat64 } from "./ranges.ts";

export type Address = ipaddr.IPv4 | ipaddr.IPv6;
export type Range = [Address, number];

/** A host as rules see it: exactly one of `name` and `address` is set. */
export interface Host {
  /** Lower case, without trailing dots. */
  name: string | null;
  /** An IPv4-mapped address is the IPv4 address it maps. */
  address: Address | null;
}

const parseRanges = (lists: Readonly<Record<string, readonly string[]>>): Array<[string, Range]> =>
  Object.entries(lists).flatMap(([kind, list]) => list.map((cidr): [string, Range] => [kind, ipaddr.parseCIDR(cidr)]));

const v4Ranges = parseRanges(closedV4);
const v6Ranges = parseRanges(closedV6);
const metadataRanges = metadataAddresses.map((cidr) => ipaddr.parseCIDR(cidr));
const nat64Range = ipaddr.parseCIDR(nat64);
const globalRange = ipaddr.parseCIDR(globalUnicast);

/** Names of machines, networks and clouds that no public name server answers for. */
const closedSuffixes = ["localhost", "localdomain", "local", "internal", "intranet", "lan", "home.arpa"];
const metadataNames = ["metadata.google.internal", "metadata.goog", "instance-data.ec2.internal", "metadata.tencentyun.com"];

/** True also for equal ranges and for addresses of different families (false). */
export function inRange(address: Address, [base, bits]: Range): boolean {
  return address.kind() === base.kind() && address.match(base, bits);
}

/** Maps `::ffff:a.b.c.d` to the address a connection would really go to. */
export function unmapped(address: Address): Address {
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

/** @param hostname of a parsed URL: IPv6 in brackets, IPv4 in dotted decimals. */
export function hostOf(hostname: string): Host {
  const text = hostname.startsWith("[") ? hostname.slice(1, -1) : hostname.toLowerCase().replace(/\.+$/, "");
  if (hostname.startsWith("[") || ipaddr.IPv4.isValidFourPartDecimal(text)) return { name: null, address: unmapped(ipaddr.parse(text)) };
  return { name: text, address: null };
}

export function isMetadata(host: Host): boolean {
  const { name, address } = host;
  if (address) return metadataRanges.some((range) => inRange(address, range));
  return name !== null && metadataNames.includes(name);
}

/** Why an address is not public: `loopback`, `private`, …; null when it is public. */
export function closedAddress(address: Address): string | null {
  if (metadataRanges.some((range) => inRange(address, range))) return "cloud metadata";
  if (address instanceof ipaddr.IPv4) return v4Ranges.find(([, range]) => inRange(address, range))?.[0] ?? null;
  if (inRange(address, nat64Range)) {
    const kind = closedAddress(new ipaddr.IPv4(address.toByteArray().slice(12)));
    return kind && `${kind} (by NAT64)`;
  }
  const kind = v6Ranges.find(([, range]) => inRange(address, range))?.[0];
  return kind ?? (inRange(address, globalRange) ? null : "reserved");
}

/** Why a name is not public by its looks alone; what it resolves to is the network's affair. */
export function closedName(name: string): string | null {
  if (metadataNames.includes(name)) return "cloud metadata";
  if (closedSuffixes.some((suffix) => name === suffix || name.endsWith(`.${suffix}`))) return "local-name";
  return name.includes(".") ? null : "single-label";
}
