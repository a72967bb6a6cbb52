/**
 * Address ranges that are not the public internet, after IANA's special-purpose registries
 * (RFC 6890 and its updates). One list serves two guards: the check of address literals
 * (./address.ts) and the network that host names are resolved in (tools/network.mjs).
 * @module
 */

/** Anything here is refused, whatever the operator says of the range around it; see ./policy.ts. */
export const metadataAddresses: readonly string[] = [
  "169.254.169.254/32", // AWS, Google, Azure, Oracle, DigitalOcean, Hetzner
  "169.254.170.2/32", // AWS container credentials
  "169.254.0.23/32", // Tencent
  "100.100.100.200/32", // Alibaba
  "168.63.129.16/32", // Azure's platform address: looks public and is not
  "192.0.0.192/32", // Oracle, older
  "fd00:ec2::254/128", // AWS
  "fd20:ce::254/128", // Google
];

export const closedV4: Readonly<Record<string, readonly string[]>> = {
  loopback: ["127.0.0.0/8"],
  private: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"],
  "link-local": ["169.254.0.0/16"],
  "carrier-grade NAT": ["100.64.0.0/10"],
  unspecified: ["0.0.0.0/8"],
  multicast: ["224.0.0.0/4"],
  broadcast: ["255.255.255.255/32"],
  reserved: [
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "240.0.0.0/4",
  ],
};

export const closedV6: Readonly<Record<string, readonly string[]>> = {
  unspecified: ["::/128"],
  loopback: ["::1/128"],
  "unique-local": ["fc00::/7"],
  "link-local": ["fe80::/10"],
  "site-local": ["fec0::/10"],
  multicast: ["ff00::/8"],
  // Forms that carry an IPv4 address and that nothing public answers on.
  "IPv4-compatible": ["::/96"],
  "IPv4-translated": ["::ffff:0:0:0/96"],
  "local NAT64": ["64:ff9b:1::/48"],
  "6to4": ["2002::/16"],
  reserved: ["100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16"],
};

/** The well-known NAT64 prefix (RFC 6052): as public as the IPv4 address in its last 32 bits. */
export const nat64 = "64:ff9b::/96";

/** Everything public is in here; the rest of IPv6 is not handed out. */
export const globalUnicast = "2000::/3";
