import { describe, expect, it } from "vitest";
import { harness, type Tenant } from "./testing/harness.ts";
import { colleague, listed } from "./testing/people.ts";

const h = harness();

const published = async (tenant: Pick<Tenant, "call">, body: object, key?: string) => tenant.call("POST", "/events", body, key === undefined ? {} : { "idempotency-key": key });

describe("an event of the tenant's own", () => {
  it("is published, dispatched and shown", async () => {
    const tenant = await h.newTenant();
    const made = await published(tenant, { type: "contract.signed", data: { contract: "7" }, record: { type: "contract", id: "7" } });
    expect(made).toMatchObject({ status: 202, body: { type: "contract.signed", data: { contract: "7" }, previous: null, record: { type: "contract", id: "7" }, actor: { kind: "api_key" }, status: "pending", attempts: 0, error: null } });
    const id = String(made.body["id"]);
    await expect.poll(async () => (await tenant.call("GET", `/events/${id}`)).body).toMatchObject({ id, status: "dispatched", next_attempt_at: null, chain: [], starts: [] });
  });

  it("is published once under one Idempotency-Key, which refuses another event", async () => {
    const [tenant, other] = [await h.newTenant(), await h.newTenant()];
    const event = { type: "contract.signed", data: { contract: "7" } };
    const both = await Promise.all([published(tenant, event, "k-1"), published(tenant, event, "k-1")]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 202]);
    expect(both[0]?.body["id"]).toBe(both[1]?.body["id"]);
    expect(await published(tenant, { ...event, data: {} }, "k-1")).toMatchObject({ status: 422, body: { code: "idempotency-key-reused" } });
    const theirs = await published(other, event, "k-1");
    expect([theirs.status, theirs.body["id"] === both[0]?.body["id"]]).toEqual([202, false]);
    expect(listed(await tenant.call("GET", "/events"))).toHaveLength(1);
  });

  it.each<[string, object, string]>([
    ["a type in capitals", { type: "Contract.Signed" }, "/type"],
    ["a type of one word", { type: "signed" }, "/type"],
    ["what the platform alone says", { type: "execution.completed" }, "/type"],
    ["data that is no object", { type: "a.b", data: [1] }, "/data"],
    ["more than 256 KiB", { type: "a.b", data: { text: "x".repeat(256 * 1024) } }, "/data"],
    ["a record without an id", { type: "a.b", record: { type: "contract" } }, "/record/id"],
    ["a chain, which is not the caller's to say", { type: "a.b", chain: [] }, ""],
  ])("is refused with %s", async (_, body, pointer) => {
    const tenant = await h.newTenant();
    expect(await published(tenant, body)).toMatchObject({ status: 400, body: { errors: [expect.objectContaining({ pointer })] } });
  });

  it("is found by type, kind, status and record, in pages, the newest first", async () => {
    const tenant = await h.newTenant();
    for (const [type, id] of [["a.one", "1"], ["a.two", "2"], ["b.one", "1"], ["a.one", "2"]]) await published(tenant, { type, record: { type: "thing", id } });
    const types = async (query: string) => listed(await tenant.call("GET", `/events?${query}`)).map(({ type }) => type);
    expect(await types("")).toEqual(["a.one", "b.one", "a.two", "a.one"]);
    expect(await types("type=a.one")).toEqual(["a.one", "a.one"]);
    expect(await types("type=a.*")).toEqual(["a.one", "a.two", "a.one"]);
    expect(await types("record_type=thing&record_id=1")).toEqual(["b.one", "a.one"]);
    expect(await types("status=dead")).toEqual([]);
    const first = await tenant.call("GET", "/events?limit=3");
    const { next_cursor } = first.body["pagination"] as { next_cursor: string };
    expect(await tenant.call("GET", `/events?limit=3&cursor=${next_cursor}`)).toMatchObject({ body: { data: [{ type: "a.one" }], pagination: { next_cursor: null } } });
    expect((await tenant.call("GET", "/events?cursor=bm9uc2Vuc2U")).body.data).toEqual([]);
  });

  it("rejects another tenant", async () => {
    const [mine, theirs] = [await h.newTenant(), await h.newTenant()];
    const id = String((await published(theirs, { type: "contract.signed" })).body["id"]);
    expect((await mine.call("GET", `/events/${id}`)).status).toBe(404);
    expect((await mine.call("POST", `/events/${id}/redispatch`)).status).toBe(404);
    expect((await mine.call("GET", "/events")).body.data).toEqual([]);
  });

  it("rejects a role without the permission", async () => {
    const tenant = await h.newTenant();
    const viewer = await colleague(h, tenant, { role: "viewer" });
    const id = String((await published(tenant, { type: "contract.signed" })).body["id"]);
    for (const path of ["/events", "/events/catalogue", `/events/${id}`]) expect((await viewer.call("GET", path)).status, path).toBe(200);
    expect((await published(viewer, { type: "contract.signed" })).body).toMatchObject({ code: "forbidden" });
    expect((await viewer.call("POST", `/events/${id}/redispatch`)).body).toMatchObject({ code: "forbidden" });
    const { body } = await tenant.call("POST", "/roles", { name: "Without events", grants: { "users.read": "all" } });
    const other = await colleague(h, tenant, { role: String(body["id"]) });
    for (const path of ["/events", "/events/catalogue", `/events/${id}`]) expect((await other.call("GET", path)).body, path).toMatchObject({ code: "forbidden" });
  });
});

describe("the catalogue", () => {
  it("has the platform's events with their schemas, and the tenant's own as far as they were seen", async () => {
    const [tenant, other] = [await h.newTenant(), await h.newTenant()];
    for (const type of ["contract.signed", "contract.signed", "alpha.beta"]) await published(tenant, { type });
    await published(other, { type: "their.own" });
    await tenant.deploy({ on: [{ kind: "event", type: "listened.to" }] });
    const entries = listed(await tenant.call("GET", "/events/catalogue"));
    expect(entries.filter(({ built_in }) => built_in === false).map(({ type }) => type)).toEqual(["alpha.beta", "contract.signed", "listened.to"]);
    expect(entries.find(({ type }) => type === "execution.failed")).toMatchObject({ built_in: true, record: "execution", title: expect.any(String), schema: { type: "object", properties: { duration_ms: { type: "integer" }, status: { enum: expect.arrayContaining(["failed"]) } } } });
  });
});

describe("members of a tenant", () => {
  it("who change and leave are events", async () => {
    const tenant = await h.newTenant();
    const [admin, ada] = [await colleague(h, tenant, { role: "admin" }), await colleague(h, tenant)];
    await admin.call("PATCH", `/users/${ada.id}`, { role: "viewer" });
    await admin.call("DELETE", `/users/${ada.id}`);
    expect(listed(await tenant.call("GET", `/events?record_type=user&record_id=${ada.id}`))).toMatchObject([
      { type: "user.removed", data: { user_id: ada.id, role: "viewer" }, actor: { kind: "user", id: admin.id } },
      { type: "user.updated", data: { user_id: ada.id, role: "viewer", status: "active" }, previous: { role: "member" } },
    ]);
  });
});
