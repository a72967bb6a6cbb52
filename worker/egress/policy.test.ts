import { describe, expect, it } from "vitest";
import { parseHostList } from "./host-list.ts";
import { decide } from "./policy.ts";
import { parseTenantPolicy } from "./tenant-policy.ts";

const check = (url: string, lists: { operator?: string; allow?: string[]; deny?: string[] } = {}) =>
  decide(new URL(url), { operatorAllow: parseHostList(lists.operator ?? "", "EGRESS_ALLOW", false), ...parseTenantPolicy({ allow: lists.allow ?? [], deny: lists.deny ?? [] }) });
const viaPublic = { allow: true, network: "public" };
const viaOperator = { allow: true, network: "operator" };
const refused = (reason: string) => ({ allow: false, reason: expect.stringContaining(reason) });

describe("deciding over a URL", () => {
  it("public hosts are reachable by default, on any port but mail's", () => {
    expect(check("https://api.example.com/x")).toEqual(viaPublic);
    expect(check("http://api.example.com:8443/")).toEqual(viaPublic);
    for (const port of [25, 465, 587]) expect(check(`http://api.example.com:${port}/`)).toEqual(refused(`port ${port} of api.example.com is for mail`));
  });

  it.each(["ftp://example.com/", "file:///etc/passwd", "data:text/plain,x", "ws://example.com/", "javascript:1"])("%s is refused for its scheme", (url) => {
    expect(check(url)).toEqual(refused("use http:// or https://"));
  });

  it("credentials in the URL are refused, with the way to send them", () => {
    expect(check("https://user:pw@example.com/")).toEqual(refused("send them in an Authorization header"));
  });

  it("the operator opens a host, a port of a host, an address or a range", () => {
    const operator = "localhost:9000, 10.0.0.0/8, [fd00::1]:443, crm.internal";
    expect(check("http://localhost:9000/", { operator })).toEqual(viaOperator);
    expect(check("http://localhost:9001/", { operator })).toEqual(refused("local-name"));
    expect(check("http://10.255.0.1:1234/", { operator })).toEqual(viaOperator);
    expect(check("http://[::ffff:10.0.0.1]/", { operator })).toEqual(viaOperator);
    expect(check("http://11.0.0.1/", { operator })).toEqual(viaPublic);
    expect(check("http://192.168.0.1/", { operator })).toEqual(refused("private address"));
    expect(check("https://[fd00::1]/", { operator })).toEqual(viaOperator);
    expect(check("http://[fd00::1]/", { operator })).toEqual(refused("unique-local"));
    expect(check("http://crm.internal./", { operator })).toEqual(viaOperator);
    expect(check("http://x.crm.internal/", { operator })).toEqual(refused("local-name"));
  });

  it("listing an IPv4 range does not open IPv6 addresses that carry it", () => {
    expect(check("http://[64:ff9b::10.0.0.1]/", { operator: "10.0.0.0/8" })).toEqual(refused("by NAT64"));
  });

  it("a range around a metadata address does not open it; the address itself does", () => {
    expect(check("http://169.254.169.254/", { operator: "169.254.0.0/16" })).toEqual(refused("metadata"));
    expect(check("http://169.254.0.9/", { operator: "169.254.0.0/16" })).toEqual(viaOperator);
    expect(check("http://169.254.169.254/", { operator: "169.254.169.254" })).toEqual(viaOperator);
    expect(check("http://metadata.goog/", { operator: "metadata.goog" })).toEqual(viaOperator);
  });

  it("a tenant's allow list leaves only what it names", () => {
    const allow = ["*.example.com", "api.test.org:8443", "1.1.1.0/24"];
    expect(check("https://a.b.example.com/", { allow })).toEqual(viaPublic);
    expect(check("https://example.com/", { allow })).toEqual(refused("not on this tenant's allow list"));
    expect(check("https://badexample.com/", { allow })).toEqual(refused("not on this tenant's allow list"));
    expect(check("https://api.test.org:8443/", { allow })).toEqual(viaPublic);
    expect(check("https://api.test.org/", { allow })).toEqual(refused("not on this tenant's allow list"));
    expect(check("https://1.1.1.1/", { allow })).toEqual(viaPublic);
  });

  it("a tenant's allow list opens nothing private, and narrows what the operator opened", () => {
    expect(check("http://127.0.0.1/", { allow: ["127.0.0.1"] })).toEqual(refused("loopback"));
    expect(check("http://127.0.0.1/", { allow: ["example.com"], operator: "127.0.0.1" })).toEqual(refused("allow list"));
  });

  it("deny wins over every allow", () => {
    expect(check("https://x.example.com/", { allow: ["*.example.com"], deny: ["x.example.com"] })).toEqual(refused("deny list (x.example.com)"));
    expect(check("http://127.0.0.1/", { operator: "127.0.0.1", deny: ["127.0.0.0/8"] })).toEqual(refused("deny list (127.0.0.0/8)"));
    expect(check("http://[::ffff:8.8.8.8]/", { deny: ["8.8.8.8"] })).toEqual(refused("deny list (8.8.8.8)"));
    expect(check("http://134744072/", { deny: ["8.8.8.8"] })).toEqual(refused("deny list (8.8.8.8)"));
  });

  it("a tenant's lists that cannot be read are an error, not an empty list", () => {
    expect(() => parseTenantPolicy({ deny: ["http://x"] })).toThrow("the tenant's deny list: cannot read");
    expect(() => parseTenantPolicy({ denied: ["x"] })).toThrow();
    expect(() => parseTenantPolicy("none")).toThrow();
    expect(parseTenantPolicy(null)).toEqual({ tenantAllow: [], tenantDeny: [] });
  });
});
