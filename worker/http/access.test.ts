/** Who gets in, and what those who do not are told. */
import { describe, expect, it } from "vitest";
import { env, harness, operatorKey } from "./testing/harness.ts";

const h = harness();

describe("an API key", () => {
  it("opens the tenant it belongs to", async () => {
    const tenant = await h.newTenant();
    expect((await tenant.call("GET", "/workflows")).status).toBe(200);
  });

  it("is refused when it is missing, malformed or unknown, always with the same answer", async () => {
    const answers = await Promise.all([null, "es_short", `es_${"A".repeat(43)}`, "x y"].map((key) => h.call(key, "GET", "/api/v1/workflows")));
    for (const { status, body, headers } of answers) {
      expect(status).toBe(401);
      expect(headers.get("www-authenticate")).toBe("Bearer");
      expect(headers.get("content-type")).toBe("application/problem+json");
      expect(body).toMatchObject({ code: "unauthorized", detail: answers[0]?.body["detail"] });
    }
  });

  it("is refused from the moment it is revoked", async () => {
    const tenant = await h.newTenant();
    const made = await tenant.call("POST", "/api-keys", { name: "ci" });
    expect(made.status).toBe(201);
    const key = String(made.body["api_key"]);
    expect((await h.call(key, "GET", "/api/v1/workflows")).status).toBe(200);

    expect((await tenant.call("DELETE", `/api-keys/${made.body["id"]}`)).status).toBe(204);

    expect((await h.call(key, "GET", "/api/v1/workflows")).status).toBe(401);
    expect((await tenant.call("GET", "/workflows")).status).toBe(200);
  });

  it("is stored as a hash and shown only when it is made", async () => {
    const tenant = await h.newTenant();
    const list = await tenant.call("GET", "/api-keys");
    const rows = await env.DB.prepare("select * from api_keys").all();
    expect(list.body.data).toHaveLength(1);
    expect(JSON.stringify(list.body) + JSON.stringify(rows.results)).not.toContain(tenant.key);
    expect(list.body.data?.[0]).toMatchObject({ prefix: tenant.key.slice(0, 11), last_used_at: expect.any(String) });
  });

  it("of another tenant cannot be revoked", async () => {
    const [mine, theirs] = [await h.newTenant(), await h.newTenant()];
    const { body } = await theirs.call("GET", "/api-keys");
    const [theirKey] = body.data as { id: string }[];
    expect((await mine.call("DELETE", `/api-keys/${theirKey?.id}`)).status).toBe(404);
    expect((await theirs.call("GET", "/workflows")).status).toBe(200);
  });
});

describe("the operator", () => {
  const seed = (body: object, key = operatorKey) => h.call(key, "POST", "/api/v1/operator/tenants", body);

  it("seeds a tenant with a key of its own making, again and again", async () => {
    const key = `es_${crypto.randomUUID().replaceAll("-", "")}${"a".repeat(11)}`;
    const first = await seed({ slug: "seeded", name: "Seeded", api_key: key });
    const second = await seed({ slug: "seeded", name: "Renamed", api_key: key });
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body).toMatchObject({ id: first.body["id"], name: "Renamed", api_key: key });
    expect((await h.call(key, "GET", "/api/v1/workflows")).status).toBe(200);
  });

  it("cannot give one tenant's key to another", async () => {
    const tenant = await h.newTenant();
    const answer = await seed({ slug: "thief", name: "Thief", api_key: tenant.key });
    expect(answer).toMatchObject({ status: 409, body: { code: "conflict" } });
  });

  it("sets which hosts a tenant's code may reach, and hears of lists that cannot be read", async () => {
    const egress = { allow: ["api.example.com"], deny: [] };
    expect((await seed({ slug: "walled", name: "Walled", egress })).status).toBe(201);
    expect((await seed({ slug: "walled", name: "Walled" })).status).toBe(200);
    expect(await env.DB.prepare("select egress from tenants where slug = 'walled'").first("egress")).toBe(JSON.stringify(egress));
    expect((await seed({ slug: "walled", name: "Walled", egress: { allow: ["http://not a host"] } })).body).toMatchObject({ code: "bad-request", errors: [{ pointer: "/egress" }] });
  });

  it("opens nothing but the operator's routes", async () => {
    expect((await h.call(operatorKey, "GET", "/api/v1/workflows")).body).toMatchObject({ status: 403, code: "forbidden" });
  });

  it("is not a tenant's key, nor a wrong one", async () => {
    const tenant = await h.newTenant();
    expect((await seed({ slug: "x", name: "X" }, tenant.key)).status).toBe(403);
    expect((await seed({ slug: "x", name: "X" }, `${operatorKey}x`)).status).toBe(401);
  });
});
