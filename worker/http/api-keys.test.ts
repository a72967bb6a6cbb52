import { describe, expect, it } from "vitest";
import { harness, type Tenant } from "./testing/harness.ts";
import { type Colleague, colleague, listed } from "./testing/people.ts";

const h = harness();

const as = (key: unknown) => (method: string, path: string, body?: unknown) => h.call(String(key), method, `/api/v1${path}`, body);
const made = async (by: Pick<Colleague | Tenant, "call">, body: object) => as((await by.call("POST", "/api-keys", { name: "ci", ...body })).body["api_key"]);

describe("an API key with scopes", () => {
  it("may do what they say and nothing else", async () => {
    const tenant = await h.newTenant();
    await tenant.deploy({});
    const key = await made(tenant, { scopes: ["workflows.read", "workflows.execute"] });
    expect((await key("GET", "/workflows")).status).toBe(200);
    expect((await key("POST", "/workflows/hello/execute", {})).status).toBe(202);
    for (const [method, path, body] of [["PATCH", "/workflows/hello", { is_active: false }], ["GET", "/users"], ["GET", "/api-keys"], ["POST", "/deployments", { main: "a", modules: {} }]] as const) {
      expect((await key(method, path, body)).body, path).toMatchObject({ status: 403, code: "forbidden" });
    }
  });

  it("hands on no more than it has, with scopes or without", async () => {
    const tenant = await h.newTenant();
    const maker = await made(tenant, { scopes: ["api_keys.write", "api_keys.read", "workflows.read"] });
    expect((await maker("POST", "/api-keys", { name: "x", scopes: ["users.write"] })).body).toMatchObject({ status: 403, detail: expect.stringContaining("users.write") });
    const child = await made({ call: maker }, { name: "child" });
    expect((await child("GET", "/users")).status).toBe(403);
    expect((await child("GET", "/workflows")).status).toBe(200);
    expect(listed(await tenant.call("GET", "/api-keys")).find(({ name }) => name === "child")).toMatchObject({ scopes: ["workflows.read", "api_keys.read", "api_keys.write"], created_by: null });
  });

  it("refuses scopes there are none of, naming those there are", async () => {
    const tenant = await h.newTenant();
    expect((await tenant.call("POST", "/api-keys", { name: "x", scopes: ["workflows.reed"] })).body).toMatchObject({ status: 400, errors: [{ pointer: "/scopes/0", detail: expect.stringContaining("workflows.read") }] });
    expect((await tenant.call("POST", "/api-keys", { name: "x", scopes: [] })).status).toBe(400);
  });
});

describe("an API key", () => {
  it("shows its scopes, maker, expiry and last use, and its secret only once", async () => {
    const tenant = await h.newTenant();
    const admin = await colleague(h, tenant, { role: "admin" });
    const expires_at = new Date(Date.now() + 60_000).toISOString();
    const { body } = await admin.call("POST", "/api-keys", { name: "ci", scopes: ["api_keys.read"], expires_at });
    expect(body).toMatchObject({ api_key: expect.stringMatching(/^es_/), scopes: ["api_keys.read"], created_by: admin.id, expires_at, last_used_at: null });
    const list = await as(body["api_key"])("GET", "/api-keys");
    expect(JSON.stringify(list.body)).not.toContain(body["api_key"]);
    expect(listed(await tenant.call("GET", "/api-keys")).find(({ id }) => id === body["id"])).toMatchObject({ created_by: admin.id, last_used_at: expect.any(String), expires_at });
  });

  it("opens nothing from its expiry on, and cannot be made expired", async () => {
    let time = Date.now();
    const later = harness(undefined, () => time);
    const tenant = await later.newTenant();
    const { body } = await tenant.call("POST", "/api-keys", { name: "ci", expires_at: new Date(time + 1000).toISOString() });
    const use = () => later.call(String(body["api_key"]), "GET", "/api/v1/workflows");
    expect((await use()).status).toBe(200);
    time += 1000;
    expect((await use()).status).toBe(401);
    expect((await tenant.call("POST", "/api-keys", { name: "ci", expires_at: new Date(time).toISOString() })).body).toMatchObject({ status: 400, errors: [{ pointer: "/expires_at" }] });
  });

  it("may never more than its maker may now, and stops while they are disabled", async () => {
    const tenant = await h.newTenant();
    const [boss] = await Promise.all([colleague(h, tenant, { role: "admin" }), colleague(h, tenant, { role: "admin", email: "second@example.com" })]);
    const key = await made(boss, {});
    expect((await key("GET", "/audit")).status).toBe(200);
    await tenant.call("PATCH", `/users/${boss.id}`, { role: "viewer" });
    expect((await key("GET", "/audit")).status).toBe(403);
    expect(listed(await key("GET", "/users?role=admin"))).toMatchObject([{ email: "s…@example.com" }]);
    await tenant.call("PATCH", `/users/${boss.id}`, { status: "disabled" });
    expect((await key("GET", "/users")).status).toBe(401);
    await tenant.call("PATCH", `/users/${boss.id}`, { status: "active" });
    expect((await key("GET", "/users")).status).toBe(200);
  });

  it("made with a key is its maker's, and ends with their membership", async () => {
    const tenant = await h.newTenant();
    const [boss] = await Promise.all([colleague(h, tenant, { role: "admin" }), colleague(h, tenant, { role: "admin" })]);
    const first = await made(boss, {});
    const second = await made({ call: first }, { name: "second" });
    expect((await second("GET", "/users")).status).toBe(200);
    await tenant.call("DELETE", `/users/${boss.id}`);
    for (const key of [first, second]) expect((await key("GET", "/users")).status).toBe(401);
    expect(listed(await tenant.call("GET", "/api-keys")).filter(({ revoked_at }) => revoked_at !== null)).toHaveLength(2);
  });

  it("takes from a grant over the team nothing: a key is in no team", async () => {
    const tenant = await h.newTenant();
    const role = String((await tenant.call("POST", "/roles", { name: "Lead", grants: { "users.read": "team", "api_keys.write": "all" } })).body["id"]);
    const lead = await colleague(h, tenant, { role });
    expect((await lead.call("POST", "/api-keys", { name: "x", scopes: ["users.read"] })).status).toBe(403);
    expect((await (await made(lead, {}))("GET", "/users")).status).toBe(403);
  });

  it("is made and revoked by nobody whose role lacks it", async () => {
    const tenant = await h.newTenant();
    const manager = await colleague(h, tenant, { role: "manager" });
    expect((await manager.call("POST", "/api-keys", { name: "x" })).body).toMatchObject({ status: 403, detail: expect.stringContaining("api_keys.write") });
    expect((await manager.call("DELETE", `/api-keys/${manager.id}`)).status).toBe(403);
  });

  it("leaves one event however often it is revoked", async () => {
    const tenant = await h.newTenant();
    const { body } = await tenant.call("POST", "/api-keys", { name: "ci" });
    const all = await Promise.all([1, 2, 3].map(() => tenant.call("DELETE", `/api-keys/${String(body["id"])}`)));
    expect(all.map(({ status }) => status)).toEqual([204, 204, 204]);
    expect(listed(await tenant.call("GET", `/audit?action=api_key.revoke&entity_id=${String(body["id"])}`))).toHaveLength(1);
  });
});
