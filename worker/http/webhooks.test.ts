import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { emit } from "../events/emit.ts";
import { events } from "../../db/schema/events.ts";
import { tenantDb } from "../../db/tenant-db.ts";
import { webhooks } from "../events/sinks/webhooks.ts";
import { auditOf } from "./testing/accounts.ts";
import { env, harness, type Tenant } from "./testing/harness.ts";
import { colleague, listed } from "./testing/people.ts";

let now = Date.now();
const h = harness(undefined, () => now);
const url = "https://receiver.example.com/in";
const create = (tenant: Tenant, more: object = {}) => tenant.call("POST", "/webhooks", { url, ...more });
const idOf = async (tenant: Tenant, more: object = {}) => String((await create(tenant, more)).body["id"]);

/** Says that something happened and hands it to the sink, as the dispatcher does. */
async function happen(tenant: Tenant, type: string, data: Record<string, string | number> = {}, previous: Record<string, string | number> | null = null) {
  const db = tenantDb(env.DB, tenant.id);
  const id = crypto.randomUUID();
  await db.batch([emit({ db, now: Date.now(), actor: { kind: "system" } }, { id, type, data, previous })]);
  const event = await db.first(events, eq(events.id, id));
  if (!event) throw new Error("no event");
  await webhooks(env, event);
  return event;
}
const deliveries = async (tenant: Tenant, id: string, query = "") => listed(await tenant.call("GET", `/webhooks/${id}/deliveries${query}`));

describe("a webhook", () => {
  it("is made with a secret that is shown once and kept sealed, listed without it, and audited", async () => {
    const tenant = await h.newTenant();
    const made = await create(tenant, { event_types: ["contract.*"], filter: { amount: { $gt: 10 } }, description: "Billing" });
    expect([made.status, made.body]).toMatchObject([201, { url, event_types: ["contract.*"], active: true, secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/) }]);
    const shown = JSON.stringify([(await tenant.call("GET", "/webhooks")).body, (await tenant.call("GET", `/webhooks/${String(made.body["id"])}`)).body, await auditOf(tenant.id), (await env.DB.prepare("select * from webhook_subscriptions").all()).results]);
    expect(shown).not.toContain(made.body["secret"]);
    expect((await auditOf(tenant.id)).at(-1)).toMatchObject({ action: "webhook.create", after: { secret_encrypted: "[masked]", url } });
    expect((await h.call(tenant.key, "GET", "/webhooks")).body.data).toHaveLength(1);
  });

  it.each(["http://receiver.example.com/", "https://127.0.0.1/", "https://[::1]/", "https://10.1.2.3/", "https://169.254.169.254/latest", "https://metadata.google.internal/", "https://localhost/", "https://0x7f.1/", "https://[::ffff:127.0.0.1]/", "https://user:pass@receiver.example.com/", "https://receiver.example.com:25/", "ftp://receiver.example.com/", "no URL"])("is not sent to %s", async (address) => {
    const tenant = await h.newTenant();
    const { status, body } = await create(tenant, { url: address });
    expect([status, body["errors"]]).toMatchObject([400, [{ pointer: "/url" }]]);
    const id = await idOf(tenant);
    expect((await tenant.call("PATCH", `/webhooks/${id}`, { url: address })).status).toBe(400);
  });

  it("is not sent where the tenant's own code may not go", async () => {
    const tenant = await h.newTenant();
    await tenant.call("PATCH", "/tenants/current/settings", { egress: { allow: ["api.example.com"], deny: [] } });
    expect((await create(tenant)).body).toMatchObject({ status: 400, detail: expect.stringContaining("allow list") });
    expect((await create(tenant, { url: "https://api.example.com/x" })).status).toBe(201);
  });

  it.each([{ event_types: [] }, { event_types: ["Contract"] }, { event_types: ["con*"] }, { event_types: ["*.signed"] }, { filter: { a: { $near: 1 } } }, { filter: [] }, { secret: "whsec_x" }])("%j is refused", async (more) => {
    expect((await create(await h.newTenant(), more)).status).toBe(400);
  });

  it("is changed, switched off and on, and deleted with what it was to be sent", async () => {
    const tenant = await h.newTenant();
    const id = await idOf(tenant);
    await env.DB.prepare("update webhook_subscriptions set active = 0, disabled_at = 1, disabled_reason = 'x', failing_since = 1, consecutive_failures = 9 where id = ?").bind(id).run();
    expect((await tenant.call("PATCH", `/webhooks/${id}`, { active: true, description: "y" })).body).toMatchObject({ active: true, disabled_at: null, disabled_reason: null, failing_since: null, consecutive_failures: 0, description: "y", event_types: ["*"] });
    expect((await tenant.call("PATCH", `/webhooks/${id}`, {})).status).toBe(400);
    await happen(tenant, "contract.signed");
    expect((await tenant.call("DELETE", `/webhooks/${id}`)).status).toBe(204);
    expect((await tenant.call("GET", `/webhooks/${id}`)).status).toBe(404);
    expect(await env.DB.prepare("select count(*) as n from webhook_deliveries where tenant_id = ?").bind(tenant.id).first("n")).toBe(0);
  });

  it("has its secret rotated: both count for a while, and the next rotation waits for that", async () => {
    const tenant = await h.newTenant();
    const made = (await create(tenant)).body;
    const id = String(made["id"]);
    const rotated = (await tenant.call("POST", `/webhooks/${id}/rotate`, { grace_hours: 1 })).body;
    expect(rotated["secret"]).not.toBe(made["secret"]);
    expect(rotated["previous_secret_until"]).toBe(new Date(now + 3_600_000).toISOString());
    expect((await tenant.call("POST", `/webhooks/${id}/rotate`, {})).status).toBe(409);
    expect((await tenant.call("POST", `/webhooks/${id}/rotate`, { discard_previous: true, grace_hours: 0 })).body).toMatchObject({ previous_secret_until: null });
  });

  it("rejects another tenant, and a role without the permission", async () => {
    const [mine, theirs] = [await h.newTenant(), await h.newTenant()];
    const id = await idOf(theirs);
    await happen(theirs, "contract.signed");
    const delivery = String((await deliveries(theirs, id))[0]?.["id"]);
    const [webhook, sent] = [`/webhooks/${id}`, `/webhook-deliveries/${delivery}`];
    const asked = [["GET", webhook], ["PATCH", webhook, { active: false }], ["DELETE", webhook], ["POST", `${webhook}/rotate`, {}], ["POST", `${webhook}/test`], ["GET", `${webhook}/deliveries`], ["POST", `${webhook}/redeliver`, { filter: {} }], ["GET", sent], ["POST", `${sent}/redeliver`]] as const;
    for (const [method, path, body] of asked) expect((await mine.call(method, path, body)).status, `${method} ${path}`).toBe(404);
    expect((await mine.call("GET", "/webhooks")).body.data).toEqual([]);
    const [member, viewer] = [await colleague(h, theirs, { role: "member" }), await colleague(h, theirs, { role: "viewer" })];
    for (const [method, path, body] of asked) {
      expect((await member.call(method, path, body)).status, `${method} ${path}`).toBe(method === "GET" ? 200 : 403);
      expect((await viewer.call(method, path, body)).status).toBe(403);
    }
  });
});

describe("an event", () => {
  it("makes one delivery for each webhook that takes its type and fits its filter, however often it comes", async () => {
    const tenant = await h.newTenant();
    const [all, kind, exact, other, big, changed, off] = [await idOf(tenant), await idOf(tenant, { event_types: ["contract.*"] }), await idOf(tenant, { event_types: ["deal.won", "contract.signed"] }), await idOf(tenant, { event_types: ["contract.sign", "contracts.*"] }), await idOf(tenant, { filter: { amount: { $gt: 100 } } }), await idOf(tenant, { filter: { amount: { $changed: true } } }), await idOf(tenant, { active: false })];
    const event = await happen(tenant, "contract.signed", { amount: 50 }, { amount: 40 });
    await webhooks(env, event);
    const counts = await Promise.all([all, kind, exact, other, big, changed, off].map(async (id) => (await deliveries(tenant, id)).length));
    expect(counts).toEqual([1, 1, 1, 0, 0, 1, 0]);
    const [first] = await deliveries(tenant, all);
    expect(first).toMatchObject({ id: expect.stringMatching(/^msg_[0-9a-f]{32}$/), webhook_id: all, event_id: event.id, event_type: "contract.signed" });
    expect((await tenant.call("GET", `/webhook-deliveries/${String(first?.["id"])}`)).body).toMatchObject({ id: first?.["id"], attempts: expect.any(Array) });
  });

  it("of another tenant makes none", async () => {
    const [mine, theirs] = [await h.newTenant(), await h.newTenant()];
    const id = await idOf(mine);
    await happen(theirs, "contract.signed");
    expect(await deliveries(mine, id)).toEqual([]);
  });

  it("is found in the log by status, type and time, newest first, page by page", async () => {
    const tenant = await h.newTenant();
    const id = await idOf(tenant, { active: true });
    for (let n = 0; n < 5; n++) await happen(tenant, n === 2 ? "deal.won" : "contract.signed");
    const first = await tenant.call("GET", `/webhooks/${id}/deliveries?limit=3`);
    const next = (first.body["pagination"] as { next_cursor: string }).next_cursor;
    const rest = await tenant.call("GET", `/webhooks/${id}/deliveries?limit=3&cursor=${next}`);
    expect([listed(first).length, listed(rest).length, (rest.body["pagination"] as { next_cursor: null }).next_cursor]).toEqual([3, 2, null]);
    expect(await deliveries(tenant, id, "?event_type=deal.won")).toHaveLength(1);
    expect(await deliveries(tenant, id, "?status=discarded")).toEqual([]);
    expect((await tenant.call("GET", `/webhooks/${id}/deliveries?cursor=abc`)).status).toBe(400);
  });
});

describe("delivering again", () => {
  const settle = (tenant: Tenant, status: string) => env.DB.prepare("update webhook_deliveries set status = ?, tries = 10, completed_at = 1 where tenant_id = ?").bind(status, tenant.id).run();

  it("is under the same id, from the beginning of the schedule", async () => {
    const tenant = await h.newTenant();
    const id = await idOf(tenant);
    await happen(tenant, "contract.signed");
    await settle(tenant, "failed");
    const delivery = String((await deliveries(tenant, id))[0]?.["id"]);
    expect((await tenant.call("POST", `/webhook-deliveries/${delivery}/redeliver`)).body).toMatchObject({ id: delivery, status: "pending", tries: 0, completed_at: null });
    expect((await auditOf(tenant.id)).at(-1)).toMatchObject({ action: "webhook.redeliver", entity_id: id });
  });

  it("of many that fit is one statement; by itself it takes those that failed", async () => {
    const tenant = await h.newTenant();
    const id = await idOf(tenant);
    for (let n = 0; n < 3; n++) await happen(tenant, n === 0 ? "deal.won" : "contract.signed");
    await settle(tenant, "failed");
    const again = async (filter: object) => (await tenant.call("POST", `/webhooks/${id}/redeliver`, { filter })).body["redelivering"];
    expect([await again({ event_type: "deal.lost" }), await again({ status: "delivered" }), await again({ event_type: "deal.won" })]).toEqual([0, 0, 1]);
    await settle(tenant, "failed");
    expect(await again({})).toBe(3);
  });

  it("waits until the webhook is switched on; so does a ping", async () => {
    const tenant = await h.newTenant();
    const id = await idOf(tenant);
    const ping = await tenant.call("POST", `/webhooks/${id}/test`);
    expect([ping.status, ping.body]).toMatchObject([202, { event_type: "webhook.ping", event_id: null, id: expect.stringMatching(/^msg_[0-9a-f]{32}$/) }]);
    await tenant.call("PATCH", `/webhooks/${id}`, { active: false });
    expect((await tenant.call("POST", `/webhooks/${id}/test`)).status).toBe(409);
    expect((await tenant.call("POST", `/webhooks/${id}/redeliver`, { filter: {} })).status).toBe(409);
    expect((await tenant.call("POST", `/webhook-deliveries/${String(ping.body["id"])}/redeliver`)).status).toBe(409);
  });
});
