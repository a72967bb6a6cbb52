import * as fc from "fast-check";
import ipaddr from "ipaddr.js";
import { describe, expect, it } from "vitest";
import { parseHostList } from "./host-list.ts";
import { decide } from "./policy.ts";
import { closedV4, metadataAddresses } from "./ranges.ts";

const open = { operatorAllow: [], tenantAllow: [], tenantDeny: [] };
type Octets = [number, number, number, number];
const number = ([a, b, c, d]: Octets): number => ((a * 256 + b) * 256 + c) * 256 + d;
const hex = (value: number, digits = 0): string => value.toString(16).padStart(digits, "0");

/** Every way the URL standard reads an IPv4 address. */
const parts = (octets: Octets): number[][] => {
  const [a, b, c, d] = octets;
  return [[a, b, c, d], [a, b, c * 256 + d], [a, (b * 256 + c) * 256 + d], [number(octets)]];
};
const bases = [(n: number) => String(n), (n: number) => `0x${hex(n)}`, (n: number) => `0X${hex(n).toUpperCase()}`, (n: number) => `0${n.toString(8)}`, (n: number) => `0x000${hex(n)}`];
const wide = (text: string): string => text.replace(/[0-9]/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))).replaceAll(".", "。");
const escaped = (text: string): string => text.replace(/[0-9.]/g, (char) => `%${hex(char.codePointAt(0) ?? 0, 2)}`);

const v4Text = (address: fc.Arbitrary<Octets>): fc.Arbitrary<string> =>
  fc
    .tuple(address, fc.nat(3), fc.array(fc.constantFrom(...bases), { minLength: 4, maxLength: 4 }), fc.constantFrom("", "."), fc.constantFrom((t: string) => t, wide, escaped))
    .map(([octets, shape, base, dot, dress]) => dress((parts(octets)[shape] ?? []).map((part, index) => (base[index] ?? String)(part)).join(".")) + dot);

const v6Carrier = (address: fc.Arbitrary<Octets>): fc.Arbitrary<string> =>
  fc.tuple(address, fc.nat(7)).map(([octets, form]) => {
    const [a, b, c, d] = octets;
    const pair = `${hex(a * 256 + b)}:${hex(c * 256 + d)}`;
    const dotted = octets.join(".");
    return `[${[`::ffff:${dotted}`, `::FFFF:${pair}`, `0:0:0:0:0:ffff:${pair}`, `::${dotted}`, `64:ff9b::${dotted}`, `64:ff9b::${pair}`, `2002:${pair}::1`, `::ffff:0:${pair}`][form]}]`;
  });

const within = (cidr: string): fc.Arbitrary<Octets> => {
  const [base, bits] = ipaddr.IPv4.parseCIDR(cidr);
  const start = number(base.octets as Octets);
  return fc.nat(2 ** (32 - bits) - 1).map((offset) => new ipaddr.IPv4([24, 16, 8, 0].map((shift) => Math.floor((start + offset) / 2 ** shift) % 256)).octets as Octets);
};
const v4Metadata = metadataAddresses.filter((cidr) => cidr.includes("."));
const closedAddress = fc.oneof(...Object.values(closedV4).flat().concat(v4Metadata).map(within));
const publicAddress = fc.constantFrom<Octets>([8, 8, 8, 8], [1, 1, 1, 1], [93, 184, 215, 14], [172, 32, 0, 1], [100, 128, 0, 1], [126, 255, 255, 255], [128, 0, 0, 1], [223, 255, 255, 255]);

const verdict = (text: string) => decide(new URL(text), open);

describe("addresses in URLs", () => {
  it("every textual form of a closed IPv4 address is refused", () => {
    fc.assert(fc.property(v4Text(closedAddress), (host) => void expect(verdict(`http://${host}/`)).toMatchObject({ allow: false })), { numRuns: 2_000 });
  });

  it("every IPv6 address that carries a closed IPv4 address is refused", () => {
    fc.assert(fc.property(v6Carrier(closedAddress), (host) => void expect(verdict(`http://${host}/`)).toMatchObject({ allow: false })), { numRuns: 2_000 });
  });

  it("every textual form of a public IPv4 address is allowed", () => {
    fc.assert(fc.property(v4Text(publicAddress), (host) => void expect(verdict(`http://${host}/`)).toEqual({ allow: true, network: "public" })), { numRuns: 1_000 });
  });

  it.each(["[::ffff:8.8.8.8]", "[64:ff9b::808:808]", "[2606:4700:4700::1111]", "[2a00:1450:4001:80e::200e]"])("the public %s is allowed", (host) => {
    expect(verdict(`https://${host}/`)).toEqual({ allow: true, network: "public" });
  });

  it.each([
    ["127.0.0.1", "loopback address (127.0.0.1)"],
    ["2130706433", "loopback address (127.0.0.1)"],
    ["0x7f.1", "loopback address (127.0.0.1)"],
    ["017700000001", "loopback address (127.0.0.1)"],
    ["127.1", "loopback address (127.0.0.1)"],
    ["127.0.0.1.", "loopback address (127.0.0.1)"],
    ["0", "unspecified address (0.0.0.0)"],
    ["10.1.2.3", "private address"],
    ["172.31.255.255", "private address"],
    ["192.168.0.1", "private address"],
    ["169.254.1.1", "link-local address"],
    ["169.254.169.254", "cloud metadata address"],
    ["100.100.100.200", "cloud metadata address"],
    ["168.63.129.16", "cloud metadata address"],
    ["100.64.0.1", "carrier-grade NAT address"],
    ["224.0.0.1", "multicast address"],
    ["255.255.255.255", "broadcast address"],
    ["[::]", "unspecified address"],
    ["[::1]", "loopback address"],
    ["[0:0::1]", "loopback address"],
    ["[::ffff:127.0.0.1]", "loopback address (127.0.0.1)"],
    ["[fd00:ec2::254]", "cloud metadata address"],
    ["[fd12::1]", "unique-local address"],
    ["[fe80::1]", "link-local address"],
    ["[ff02::1]", "multicast address"],
    ["[64:ff9b::10.0.0.1]", "private (by NAT64) address"],
    ["[64:ff9b:1::1]", "local NAT64 address"],
    ["[2002:7f00:1::]", "6to4 address"],
    ["[2001:0:1::1]", "reserved address"],
    ["[4000::1]", "reserved address"],
    ["localhost", "local-name host"],
    ["LOCALHOST.", "local-name host"],
    ["a.localhost", "local-name host"],
    ["db.internal", "local-name host"],
    ["printer.local.", "local-name host"],
    ["metadata.google.internal", "cloud metadata host"],
    ["metadata.goog", "cloud metadata host"],
    ["redis", "single-label host"],
    ["ⓛocalhost", "local-name host"],
  ])("%s is refused as a %s", (host, kind) => {
    expect(verdict(`http://${host}:8080/`)).toMatchObject({ allow: false, reason: expect.stringContaining(`is a ${kind}`) });
  });

  it("a zone id never makes a URL", () => {
    expect(URL.canParse("http://[fe80::1%25eth0]/")).toBe(false);
    expect(URL.canParse("http://[fe80::1%eth0]/")).toBe(false);
  });

  it.each(["http://example.com@127.0.0.1/", "http://example.com:80@10.0.0.1/", "http://127.0.0.1@example.com/", "http://:pw@example.com/", "http://example.com\\@127.0.0.1/x"])("%s with its misleading user part reaches no closed host", (text) => {
    const decision = verdict(text);
    // A backslash ends the host, as in browsers: what is left is the public name.
    expect(decision.allow).toBe(new URL(text).hostname === "example.com" && new URL(text).username === "" && new URL(text).password === "");
  });
});

describe("lists of hosts", () => {
  it.each(["http://example.com", "a b", "*", "*.*.com", "exa*mple.com", "10.0.0.0/33", "host:0", "host:70000", "host:", "user@host", "[::1", "fe80::1%eth0", "10.0.0.0/8:80", "::ffff:10.0.0.0/104", "-", "ho?st"])("the entry %j is an error that names it", (entry) => {
    expect(() => parseHostList([entry], "EGRESS_ALLOW", true)).toThrow(`EGRESS_ALLOW: cannot read ${JSON.stringify(entry)}`);
  });

  it("wildcards are an error where names must be resolved", () => {
    expect(() => parseHostList("*.corp.example", "EGRESS_ALLOW", false)).toThrow("cannot read");
  });

  it("empty entries are skipped and an address is read in any form", () => {
    const rules = parseHostList(" , 127.1 ,, [::ffff:10.0.0.1]:80, 10.1.2.3/8, Example.COM. ", "list", false);
    expect(rules.map((rule) => (rule.kind === "name" ? rule.name : `${rule.range.join("/")}:${rule.port}`))).toEqual(["127.0.0.1/32:null", "10.0.0.1/32:80", "10.0.0.0/8:null", "example.com"]);
  });
});
