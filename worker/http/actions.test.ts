/** Actions by hand: shown before, carried out as the person that asks. */
import { describe, expect, it } from "vitest";
import { auditOf } from "./testing/accounts.ts";
import { harness } from "./testing/harness.ts";
import { colleague, listed } from "./testing/people.ts";

const h = harness();
const create = { action: "crm.leads.create", params: { values: { name: "Ada", score: 7 } } };

describe("actions by hand", () => {
  it("are listed with JSON Schemas, all or of one category", async () => {
    const tenant = await h.newTenant();
    const all = listed(await tenant.call("GET", "/actions"));
    expect(all.length).toBeGreaterThan(90);
    expect(listed(await tenant.call("GET", "/actions?id=crm.leads.update"))).toMatchObject([{ title: "Change a lead", effect: "changes", permission: "leads.write", call: "crm.leads.update(id, change)", params: { required: ["id", "change"], properties: { version: expect.anything() } } }]);
    const network = listed(await tenant.call("GET", "/actions?category=network"));
    expect(network.map(({ id }) => id)).toEqual(["http_request"]);
    expect((await h.call(tenant.key, "GET", "/actions?category=network")).body["data"]).toEqual(network);
  });

  it("are shown before: what would be made and changed, and nothing is", async () => {
    const tenant = await h.newTenant();
    const preview = async (action: string, params: object) => {
      const answer = await h.call(tenant.key, "POST", "/actions/preview", { action, params });
      expect(answer.status, answer.text).toBe(200);
      return answer.body;
    };
    expect(await preview(create.action, create.params)).toMatchObject({ action: create.action, title: "Make a lead", effect: "changes", changes: [{ type: "lead", id: null, before: null, after: { name: "Ada", score: 7, status: "new" } }], result: null });
    expect(listed(await tenant.call("GET", "/leads"))).toEqual([]);
    const { id } = (await tenant.call("POST", "/leads", { name: "Ada" })).body as { id: string };
    expect(await preview("crm.leads.update", { id, change: { status: "lost", name: "Ada" } })).toMatchObject({ changes: [{ id, before: { status: "new" }, after: { status: "lost" } }] });
    expect(await preview("crm.leads.count", {})).toMatchObject({ effect: "reads", changes: [], result: 1 });
    expect(await preview("http_request", { url: "https://api.example.com/orders", method: "POST" })).toMatchObject({ effect: "sends", changes: [{ type: "http_request", id: "api.example.com", after: { method: "POST", url: "https://api.example.com/orders" } }] });
    expect(await preview("send_email", { to: "ada@example.com", subject: "Hello", text: "words" })).toMatchObject({ changes: [{ type: "mail", id: null, after: { subject: "Hello", text: "words" } }] });
    expect(listed(await tenant.call("GET", "/emails"))).toEqual([]);
    expect((await tenant.call("GET", `/leads/${id}`)).body).toMatchObject({ version: 1, status: "new" });
  });

  it("say what is wrong, when shown and when asked for", async () => {
    const tenant = await h.newTenant();
    for (const path of ["/actions", "/actions/preview"]) {
      const call = (action: string, params: object) => tenant.call("POST", path, { action, params });
      expect((await call("crm.ships.create", {})).body).toMatchObject({ code: "bad-request", errors: [{ pointer: "/action" }] });
      expect((await call("crm.leads.create", { values: { name: "", email: "nobody" } })).body).toMatchObject({ code: "bad-request", errors: [{ pointer: "/values/name" }, { pointer: "/values/email" }] });
      expect((await call("crm.contacts.create", { values: { name: "Ada", company_id: "nowhere" } })).body).toMatchObject({ code: "bad-request", detail: expect.stringContaining("there is no company nowhere") });
      expect((await call("crm.leads.get", { id: "nowhere" })).body).toMatchObject({ code: "not-found" });
      expect((await call("http_request", { url: "http://127.0.0.1/" })).body).toMatchObject({ code: "forbidden" });
    }
    await tenant.call("POST", "/tags", { name: "hot" });
    expect((await tenant.call("POST", "/actions", { action: "crm.tags.create", params: { values: { name: "hot" } } })).body).toMatchObject({ status: 409, code: "conflict", errors: [{ pointer: "/name" }] });
  });

  it("are carried out as the person that asks, once for an Idempotency-Key, and audited", async () => {
    const tenant = await h.newTenant();
    const ada = await colleague(h, tenant, { role: "admin" });
    const key = { "idempotency-key": "k-1" };
    const answers = await Promise.all([1, 2, 3].map(() => ada.call("POST", "/actions", create, key)));
    for (const { status, body } of answers) expect([status, body]).toEqual([200, answers[0]?.body]);
    expect(answers[0]?.body).toMatchObject({ action: create.action, result: { name: "Ada", created_by: ada.id, owner_id: ada.id } });
    expect(listed(await tenant.call("GET", "/leads"))).toHaveLength(1);
    expect((await ada.call("POST", "/actions", { ...create, params: { values: { name: "Bob" } } }, key)).body).toMatchObject({ code: "idempotency-key-reused" });
    await ada.call("POST", "/actions", create);
    expect(listed(await tenant.call("GET", "/leads"))).toHaveLength(2);
    expect((await auditOf(tenant.id)).filter(({ actor_id }) => actor_id === ada.id).map(({ action }) => action).sort()).toEqual(["action.execute", "action.execute", "lead.create", "lead.create"]);
  });

  it("rejects another tenant", async () => {
    const [tenant, other] = [await h.newTenant(), await h.newTenant()];
    const { id } = (await tenant.call("POST", "/leads", { name: "Ada" })).body as { id: string };
    for (const path of ["/actions", "/actions/preview"]) {
      expect((await other.call("POST", path, { action: "crm.leads.update", params: { id, change: { score: 1 } } })).status).toBe(404);
      expect((await other.call("POST", path, { action: "assign", params: { record: { type: "lead", id }, strategy: "round_robin" } })).status).toBe(404);
    }
    expect((await tenant.call("GET", `/leads/${id}`)).body).toMatchObject({ version: 1 });
  });

  it("rejects a role without the permission, be it of actions or of what the action does", async () => {
    const tenant = await h.newTenant();
    const role = async (grants: object) => String((await tenant.call("POST", "/roles", { name: `Role ${crypto.randomUUID()}`, grants })).body["id"]);
    const [none, reader, own] = await Promise.all([role({ "leads.write": "all", "leads.read": "all" }), role({ "actions.execute": "all", "leads.read": "all" }), role({ "actions.execute": "all", "leads.read": "own", "leads.write": "own" })].map(async (made) => colleague(h, tenant, { role: await made })));
    const { id } = (await tenant.call("POST", "/leads", { name: "Ada" })).body as { id: string };
    const update = { action: "crm.leads.update", params: { id, change: { score: 1 } } };
    for (const path of ["/actions", "/actions/preview"]) {
      expect((await none?.call("POST", path, update))?.body).toMatchObject({ status: 403, detail: expect.stringContaining("actions.execute") });
      expect((await reader?.call("POST", path, update))?.body).toMatchObject({ status: 403, detail: expect.stringContaining("leads.write") });
      expect((await own?.call("POST", path, update))?.body).toMatchObject({ status: 404 });
      expect((await reader?.call("POST", path, { action: "send_email", params: { to: "ada@example.com", subject: "x", text: "x" } }))?.status).toBe(403);
    }
    expect((await reader?.call("POST", "/actions", { action: "crm.leads.count", params: {} }))?.body).toMatchObject({ result: 1 });
    expect((await own?.call("POST", "/actions", { action: "crm.leads.count", params: {} }))?.body).toMatchObject({ result: 0 });
  });
});
