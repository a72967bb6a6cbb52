import { describe, expect, it, vi } from "vitest";
import { env, harness, operatorKey, type Tenant } from "./testing/harness.ts";
import { colleague, listed } from "./testing/people.ts";

const h = harness();

const operate = (tenant: Pick<Tenant, "id">, change: object, key = operatorKey) => h.call(key, "PATCH", `/api/v1/operator/tenants/${tenant.id}`, change);

describe("the tenant one is in", () => {
  it("is shown with its plan, status and settings", async () => {
    const tenant = await h.newTenant({ plan: "free" });
    expect(await tenant.call("GET", "/tenants/current")).toMatchObject({
      status: 200,
      body: { id: tenant.id, slug: tenant.slug, plan: "free", status: "active", settings: { locale: "en", timezone: "UTC", retention_months: 12, require_mfa: false, redirect_origins: [] } },
    });
    expect((await h.call(tenant.key, "GET", `/tenants/${tenant.id}/settings`)).body).toMatchObject({ id: tenant.id, name: tenant.slug, egress: { allow: [], deny: [] } });
  });

  it("takes new settings and keeps those that are left out", async () => {
    const tenant = await h.newTenant();
    const path = `/tenants/${tenant.id}/settings`;
    const first = { name: "Acme", locale: "pt-BR", timezone: "America/Sao_Paulo", redirect_origins: ["https://app.example.com", "http://localhost:3000"], egress: { deny: ["evil.example.com"] } };
    expect(await tenant.call("PATCH", path, first)).toMatchObject({ status: 200, body: first });
    await tenant.call("PATCH", "/tenants/current/settings", { retention_months: 6, require_mfa: false, redirect_origins: ["https://b.example.com"], egress: { allow: ["*.example.com", "93.184.216.0/24"] } });
    expect((await tenant.call("GET", path)).body).toEqual({
      ...first,
      id: tenant.id,
      retention_months: 6,
      require_mfa: false,
      redirect_origins: ["https://b.example.com"],
      egress: { allow: ["*.example.com", "93.184.216.0/24"], deny: ["evil.example.com"] },
    });
  });

  it("keeps all of two changes made at once", async () => {
    const tenant = await h.newTenant();
    await Promise.all([tenant.call("PATCH", "/tenants/current/settings", { locale: "es" }), tenant.call("PATCH", "/tenants/current/settings", { retention_months: 3 })]);
    expect((await tenant.call("GET", "/tenants/current/settings")).body).toMatchObject({ locale: "es", retention_months: 3 });
  });

  it("refuses what is no setting, saying what is", async () => {
    const tenant = await h.newTenant();
    const bad = [
      [{ locale: "english please" }, "/locale"],
      [{ timezone: "Mars/Olympus" }, "/timezone"],
      [{ timezone: "+02:00" }, "/timezone"],
      [{ retention_months: 0 }, "/retention_months"],
      [{ redirect_origins: ["https://app.example.com/path"] }, "/redirect_origins/0"],
      [{ redirect_origins: ["http://app.example.com"] }, "/redirect_origins/0"],
      [{ redirect_origins: ["https://*.example.com"] }, "/redirect_origins/0"],
      [{ egress: { allow: ["http://not a host"] } }, "/egress"],
      [{ plan: "enterprise" }, ""],
      [{}, ""],
    ] as const;
    for (const [change, pointer] of bad) {
      expect((await tenant.call("PATCH", "/tenants/current/settings", change)).body, JSON.stringify(change)).toMatchObject({ status: 400, errors: expect.arrayContaining([expect.objectContaining({ pointer })]) });
    }
  });

  it("lets its admins list public hosts and those they deny; private ones are the operator's to allow", async () => {
    const tenant = await h.newTenant();
    const set = (egress: object) => tenant.call("PATCH", "/tenants/current/settings", { egress });
    for (const host of ["10.0.0.5", "10.0.0.0/8", "[fd00::1]:8080", "localhost", "db.internal", "169.254.169.254", "metadata.google.internal"]) {
      expect((await set({ allow: ["api.example.com", host] })).body, host).toMatchObject({ status: 400, errors: [{ pointer: "/egress/allow", detail: expect.stringContaining(host) }] });
    }
    expect((await set({ deny: ["10.0.0.0/8", "localhost"] })).status).toBe(200);
    await h.call(operatorKey, "POST", "/api/v1/operator/tenants", { slug: tenant.slug, name: "x", egress: { allow: ["10.0.0.5"] } });
    expect((await set({ allow: ["10.0.0.5", "api.example.com", "*.com"] })).body).toMatchObject({ egress: { allow: ["10.0.0.5", "api.example.com", "*.com"] } });
    expect((await set({ allow: ["10.0.0.6"] })).status).toBe(400);
  });

  it("is the only one whose settings are found", async () => {
    const [mine, theirs] = [await h.newTenant(), await h.newTenant()];
    for (const id of [theirs.id, crypto.randomUUID()]) {
      for (const [method, body] of [["GET"], ["PATCH", { locale: "es" }]] as const) expect((await mine.call(method, `/tenants/${id}/settings`, body)).body, method).toMatchObject({ status: 404, code: "not-found" });
    }
    expect((await theirs.call("GET", "/tenants/current/settings")).body["locale"]).toBe("en");
  });

  it("is read by viewers and changed by admins alone", async () => {
    const tenant = await h.newTenant();
    const [viewer, manager] = [await colleague(h, tenant, { role: "viewer" }), await colleague(h, tenant, { role: "manager" })];
    expect((await viewer.call("GET", "/tenants/current")).status).toBe(200);
    expect((await manager.call("PATCH", "/tenants/current/settings", { locale: "es" })).body).toMatchObject({ status: 403, detail: expect.stringContaining("tenant.write") });
  });
});

describe("the operator", () => {
  it("lists tenants page by page, by slug, plan and status", async () => {
    const [one, two] = [await h.newTenant({ plan: "free" }), await h.newTenant()];
    await operate(two, { plan: "pro", status: "suspended" });
    const ask = (query: string) => h.call(operatorKey, "GET", `/api/v1/operator/tenants?${query}`);
    expect(listed(await ask(`slug=${one.slug}`))).toMatchObject([{ id: one.id, plan: "free", status: "active", limits: null }]);
    expect(listed(await ask("plan=pro&status=suspended")).map(({ id }) => id)).toEqual([two.id]);
    const seen = new Set<unknown>();
    for (let cursor: unknown = ""; cursor !== null; ) {
      const page = await ask(`limit=1${cursor === "" ? "" : `&cursor=${String(cursor)}`}`);
      for (const { id } of listed(page)) seen.add(id);
      cursor = (page.body["pagination"] as { next_cursor: string | null }).next_cursor;
    }
    expect(seen.size).toBe(await env.DB.prepare("select count(*) as n from tenants").first("n"));
  });

  it("changes plan and limits, and what is left out stays", async () => {
    const tenant = await h.newTenant();
    expect((await operate(tenant, { plan: "enterprise", limits: { workflows: 500 } })).body).toMatchObject({ plan: "enterprise", status: "active", limits: { workflows: 500 } });
    expect((await operate(tenant, { limits: null })).body).toMatchObject({ plan: "enterprise", limits: null });
    expect((await operate(tenant, { plan: "gold" })).status).toBe(400);
    expect((await operate({ id: crypto.randomUUID() }, { plan: "pro" })).status).toBe(404);
  });

  it("is told of in the tenant's log, and not when nothing changes", async () => {
    const tenant = await h.newTenant({ plan: "free" });
    await operate(tenant, { plan: "pro" });
    await h.call(operatorKey, "POST", "/api/v1/operator/tenants", { slug: tenant.slug, name: tenant.slug });
    const told = listed(await tenant.call("GET", "/audit?actor_kind=operator"));
    expect(told[0]).toMatchObject({ action: "tenant.update", actor_id: null, before: { plan: "free" }, after: { plan: "pro" } });
    expect(told.map(({ action }) => action).sort()).toEqual(["api_key.create", "tenant.create", "tenant.update"]);
  });

  it("is nobody who has a tenant's key", async () => {
    const tenant = await h.newTenant();
    expect((await operate(tenant, { plan: "enterprise" }, tenant.key)).body).toMatchObject({ status: 403 });
    expect((await h.call(tenant.key, "GET", "/api/v1/operator/tenants")).status).toBe(403);
  });
});

describe("a suspended tenant", () => {
  it("can be read, by keys and by people, and neither changed nor started in", async () => {
    const tenant = await h.newTenant();
    await tenant.deploy({});
    const admin = await colleague(h, tenant, { role: "admin" });
    await operate(tenant, { status: "suspended" });
    for (const by of [tenant, admin]) {
      for (const path of ["/workflows", "/executions", "/users", "/audit", "/tenants/current"]) expect((await by.call("GET", path)).status, path).toBe(200);
      for (const [method, path, body] of [["POST", "/workflows/hello/execute", {}], ["PATCH", "/workflows/hello", { is_active: false }], ["POST", "/api-keys", { name: "x" }], ["DELETE", `/users/${admin.id}`], ["PUT", "/hooks/x", { scheme: "none" }]] as const) {
        expect((await by.call(method, path, body)).body, path).toMatchObject({ status: 403, code: "tenant-suspended" });
      }
    }
    expect(h.objects.started.filter((one) => one.tenant === tenant.id)).toEqual([]);
    expect((await admin.call("POST", "/auth/logout", {})).status).toBeLessThan(300);
  });

  it("refuses webhooks, and records that it did", async () => {
    const tenant = await h.newTenant();
    await tenant.deploy({ on: [{ kind: "webhook", path: "orders", scheme: "none" }] });
    const deliver = () => h.call(null, "POST", `/hooks/${tenant.slug}/orders`, { order: 1 }, { "idempotency-key": "d-1" });
    await operate(tenant, { status: "suspended" });
    expect((await deliver()).body).toMatchObject({ status: 403, code: "tenant-suspended" });
    expect(listed(await tenant.call("GET", "/hooks/orders/deliveries"))).toMatchObject([{ status: 403, delivery_id: "d-1", reason: expect.stringContaining("suspended"), execution_ids: [] }]);
    await operate(tenant, { status: "active" });
    expect((await deliver()).status).toBe(202);
  });

  it("goes on at once when it is active again", async () => {
    const tenant = await h.newTenant();
    await operate(tenant, { status: "suspended" });
    await operate(tenant, { status: "active" });
    expect((await tenant.call("POST", "/api-keys", { name: "x" })).status).toBe(201);
  });

  it("costs no further question to the database", async () => {
    const tenant = await h.newTenant();
    const admin = await colleague(h, tenant, { role: "admin" });
    await tenant.call("GET", "/permissions");
    const asked = vi.spyOn(env.DB, "prepare");
    for (const by of [tenant, admin]) {
      asked.mockClear();
      expect((await by.call("GET", "/permissions")).status).toBe(200);
      expect(asked).toHaveBeenCalledTimes(1);
    }
    asked.mockRestore();
  });
});
