/** What becomes of webhooks, their deliveries and samples over time: archives, retention, master keys, personal data. */
import { describe, expect, it, vi } from "vitest";
import { firstIdAt, newId } from "../../db/ids.ts";
import { webhookDeliveries } from "../../db/schema/webhooks.ts";
import { tenantDb } from "../../db/tenant-db.ts";
import { open } from "../auth/seal.ts";
import { resealUnderCurrentKey } from "../domain/keys/reseal.ts";
import { objectsOf } from "../domain/ports.ts";
import { cleanByAge, monthsBefore } from "../domain/retention/clean.ts";
import { newDelivery } from "../domain/webhooks/redeliver.ts";
import { env, harness, operatorKey, type Tenant } from "./testing/harness.ts";
import { colleague } from "./testing/people.ts";

const h = harness(objectsOf);
const now = Date.now();
const url = "https://receiver.example.com/in";
let count = 0;

async function delivery(tenant: Tenant, at: number, status: "pending" | "failed" = "failed", response: string | null = null): Promise<string> {
  const [db, id] = [tenantDb(env.DB, tenant.id), `msg_${String(++count).padStart(32, "0")}`];
  await db.batch([db.insert(webhookDeliveries, { ...newDelivery({ id, subscriptionId: "none", eventId: "e", eventType: "contract.signed", now: at }), status, attempts: [{ at, status: 500, duration_ms: 1, response, error: null }] })]);
  return id;
}
const idsIn = async (table: string, tenant: Tenant, column = "id") => (await env.DB.prepare(`select ${column} as id from ${table} where tenant_id = ? order by 1`).bind(tenant.id).all<{ id: string }>()).results.map(({ id }) => id);

describe("an archive", () => {
  it("brings webhooks back switched off and without their secrets: they are made anew first", async () => {
    const tenant = await h.newTenant();
    const admin = await colleague(h, tenant, { role: "admin" });
    const made = (await tenant.call("POST", "/webhooks", { url, event_types: ["contract.*"], filter: { a: 1 } })).body;
    await tenant.call("POST", `/webhooks/${String(made["id"])}/rotate`, {});
    const { body } = await tenant.call("POST", "/tenants/current/export");
    const file = (await tenant.call("GET", `/privacy/exports/${String(body["id"])}/file`)).text;
    expect(file).toContain(url);
    expect(file).not.toMatch(/_encrypted":"(?!\[masked\]|")/);
    expect((await admin.call("POST", `/tenants/${tenant.id}/erase`, { confirm: tenant.slug })).status).toBe(202);
    const imported = await h.call(operatorKey, "POST", "/api/v1/operator/tenants/import", file, { "content-type": "application/x-ndjson" });
    expect(imported.status, imported.text).toBe(201);
    const path = `/webhooks/${String(made["id"])}`;
    expect((await tenant.call("GET", path)).body).toMatchObject({ active: false, url, event_types: ["contract.*"], filter: { a: 1 }, previous_secret_until: null });
    expect((await tenant.call("PATCH", path, { active: true })).body).toMatchObject({ status: 409, detail: expect.stringContaining("rotate") });
    expect((await tenant.call("POST", `${path}/rotate`, {})).body).toMatchObject({ previous_secret_until: null, secret: expect.stringMatching(/^whsec_/) });
    expect((await tenant.call("PATCH", path, { active: true })).body).toMatchObject({ active: true });
  });
});

describe("retention", () => {
  it("takes old deliveries that are done with, old replays and what was put away, and samples after a day", async () => {
    const tenant = await h.newTenant();
    const old = monthsBefore(now, 12) - 1000;
    const [, waiting, young] = [await delivery(tenant, old), await delivery(tenant, old, "pending"), await delivery(tenant, now)];
    const job = "insert into replay_jobs (id, tenant_id, scope, status, items, more, total, done, failed, errors, next_at, created_at) values (?, ?, 's', 'completed', '[]', 0, 0, 0, 0, '[]', 0, 0)";
    for (const id of [firstIdAt(old), newId(now)]) await env.DB.prepare(job).bind(id, tenant.id).run();
    for (const at of [old, now]) await env.DB.prepare("insert into dead_letter_discards values (?, 'event', ?, ?)").bind(tenant.id, `e${at}`, at).run();
    await tenant.call("POST", "/hooks/fresh/listen");
    await tenant.call("POST", "/hooks/stale/listen");
    await env.DB.prepare("update hook_samples set listen_until = ? where tenant_id = ? and path = 'stale'").bind(now - 90_000_000, tenant.id).run();
    await env.DB.prepare("delete from retention_state").run();
    for (let pass = 0; pass < 10; pass++) await cleanByAge(env, now);
    expect(await idsIn("webhook_deliveries", tenant)).toEqual([waiting, young]);
    expect([(await idsIn("replay_jobs", tenant)).length, await idsIn("dead_letter_discards", tenant, "item_id"), await idsIn("hook_samples", tenant, "path")]).toEqual([1, [`e${now}`], ["fresh"]]);
  });
});

describe("personal data", () => {
  it("in answers of receivers, in samples and in headers of calls is exported and erased", async () => {
    const tenant = await h.newTenant();
    const admin = await colleague(h, tenant, { role: "admin" });
    const email = `${crypto.randomUUID()}@example.com`;
    const [theirs, others] = [await delivery(tenant, now, "failed", `no such user: ${email}`), await delivery(tenant, now, "failed", "other")];
    await tenant.call("POST", "/hooks/in/listen");
    await h.call(null, "POST", `/hooks/${tenant.slug}/in/test`, JSON.stringify({ email }));
    await tenant.call("PUT", "/hooks/open", { scheme: "none" });
    await h.call(null, "POST", `/hooks/${tenant.slug}/open`, "{}", { "x-user": email });
    const { body } = await admin.call("POST", "/privacy/exports", { email });
    const file = (await admin.call("GET", `/privacy/exports/${String(body["id"])}/file`)).text;
    for (const place of ["webhook_deliveries", "hook_samples", "hook_deliveries"]) expect(file, place).toContain(`"place":"${place}"`);
    expect((await admin.call("POST", "/privacy/erasures", { email, confirm: email })).status).toBe(202);
    expect((await tenant.call("GET", `/webhook-deliveries/${theirs}`)).body).toMatchObject({ attempts: [] });
    expect((await tenant.call("GET", `/webhook-deliveries/${others}`)).body).toMatchObject({ attempts: [{ response: "other" }] });
    expect((await tenant.call("GET", "/hooks/in/sample")).status).toBe(404);
    const kept = JSON.stringify((await env.DB.prepare("select * from hook_deliveries where tenant_id = ?").bind(tenant.id).all()).results);
    expect([kept.includes(email), kept.includes("[erased]")]).toEqual([false, true]);
  });
});

// The last here: nothing else opens afterwards.
describe("a new master key", () => {
  it("is put under the secrets of hooks and webhooks, and under those before them", async () => {
    const logged = vi.spyOn(console, "info").mockImplementation(() => {});
    const tenant = await h.newTenant();
    await tenant.call("PUT", "/hooks/in", { scheme: "github", secret: "first" });
    await tenant.call("POST", "/hooks/in/rotate", { secret: "second" });
    const made = (await tenant.call("POST", "/webhooks", { url })).body;
    const id = String(made["id"]);
    const next = (await tenant.call("POST", `/webhooks/${id}/rotate`, {})).body["secret"];
    const newer = btoa("a-newer-master-key-of-32-bytes!!");
    while ((await resealUnderCurrentKey({ ...env, MASTER_KEY: newer, MASTER_KEY_PREVIOUS: env.MASTER_KEY })) > 0) continue;
    const hook = await env.DB.prepare("select * from hooks where tenant_id = ?").bind(tenant.id).first<Record<string, string>>();
    const webhook = await env.DB.prepare("select * from webhook_subscriptions where id = ?").bind(id).first<Record<string, string>>();
    const opened = (row: Record<string, string> | null, belongsTo: string[]) => Promise.all(["secret_encrypted", "previous_encrypted"].map((column) => open(newer, row?.[column] ?? "", belongsTo)));
    expect(await opened(hook, ["hook", tenant.id, "in"])).toEqual(["second", "first"]);
    expect(await opened(webhook, ["webhook", tenant.id, id])).toEqual([next, made["secret"]]);
    logged.mockRestore();
  });
});
