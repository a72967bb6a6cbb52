/** What is older than a tenant keeps it goes, over real objects; time is the test's own. */
import { beforeEach, describe, expect, it } from "vitest";
import { newId } from "../../../db/ids.ts";
import { env, harness, type Tenant } from "../../http/testing/harness.ts";
import { colleague, listed } from "../../http/testing/people.ts";
import { everythingOf, storeExecution } from "../../http/testing/stored.ts";
import { objectsOf } from "../ports.ts";
import { cleanByAge, monthsBefore } from "./clean.ts";

const h = harness(objectsOf);
const now = Date.now();
const monthsAgo = (months: number) => monthsBefore(now, months) - 1000;

const idsIn = async (table: string, tenant: string, id = "id") => (await env.DB.prepare(`select ${id} as id from ${table} where tenant_id = ?`).bind(tenant).all<{ id: string }>()).results.map((row) => row.id);

/** Passes until one comes to its end. */
async function pass(at = now): Promise<number> {
  let calls = 0;
  for (; calls < 100; calls++) {
    const row = await env.DB.prepare("select next_at from retention_state").first<{ next_at: number }>();
    if (row && row.next_at > at) break;
    await cleanByAge(env, at);
  }
  return calls;
}

async function delivery(tenant: string, at: number): Promise<{ id: string; key: string }> {
  const id = newId(at);
  const key = `payloads/${tenant}/x/${id}`;
  await env.BLOBS.put(key, "{}");
  await env.DB.prepare("insert into hook_deliveries (id, tenant_id, path, status, execution_ids, bytes, payload_key, received_at) values (?, ?, 'p', 202, '[]', 2, ?, ?)").bind(id, tenant, key, at).run();
  return { id, key };
}

async function audit(tenant: string, at: number): Promise<string> {
  const id = newId(at);
  await env.DB.prepare("insert into audit_events (id, tenant_id, at, actor_kind, action, entity) values (?, ?, ?, 'system', 'a.b', 'a')").bind(id, tenant, at).run();
  return id;
}

const plan = (tenant: Tenant, name: string) => env.DB.prepare("update tenants set plan = ? where id = ?").bind(name, tenant.id).run();

describe("retention", () => {
  beforeEach(async () => void (await env.DB.prepare("delete from retention_state").run()));

  it("takes what is older than twelve months, and nothing that is younger or has not ended", async () => {
    const tenant = await h.newTenant();
    await plan(tenant, "enterprise");
    const [old, young, waiting] = [await storeExecution(tenant.id, { at: monthsAgo(12) }), await storeExecution(tenant.id, { at: monthsAgo(11) }), await storeExecution(tenant.id, { at: monthsAgo(13), status: "paused" })];
    await env.BLOBS.put(`values/${tenant.id}/${old}/one`, "j1");
    const [oldCall, youngCall] = [await delivery(tenant.id, monthsAgo(12)), await delivery(tenant.id, monthsAgo(11))];
    const [oldEvent, youngEvent] = [await audit(tenant.id, monthsAgo(12)), await audit(tenant.id, monthsAgo(11))];
    const person = await colleague(h, tenant);
    await env.DB.prepare("update sessions set expires_at = ? where user_id = ?").bind(monthsAgo(12), person.id).run();
    const mail = newId(now);
    await env.DB.prepare("insert into mails (id, tenant_id, recipient, subject, text, status, created_at, next_attempt_at) values (?, ?, 'a@example.com', '', '', 'sent', ?, 0)").bind(mail, tenant.id, monthsAgo(12)).run();

    await pass();
    expect((await listed(await tenant.call("GET", "/executions"))).map(({ id }) => id)).toEqual([young, waiting]);
    expect([await everythingOf(tenant.id, old), await env.BLOBS.get(`values/${tenant.id}/${old}/one`)]).toEqual(["", null]);
    expect(await everythingOf(tenant.id, young)).not.toBe("");
    expect(await idsIn("hook_deliveries", tenant.id)).toEqual([youngCall.id]);
    expect([await env.BLOBS.get(oldCall.key), (await env.BLOBS.get(youngCall.key)) === null]).toEqual([null, false]);
    const events = await idsIn("audit_events", tenant.id);
    expect([events.includes(oldEvent), events.includes(youngEvent)]).toEqual([false, true]);
    expect([await idsIn("sessions", tenant.id), await idsIn("mails", tenant.id)]).toEqual([[], []]);
    expect(listed(await tenant.call("GET", "/privacy/receipts"))).toMatchObject([{ kind: "retention", actor_id: null, counts: { executions: 1, payloads: 1, hook_deliveries: 1, audit_events: 1, sessions: 1, mails: 1 } }]);
  });

  it("follows the tenant's own setting, and the plan for payloads; other tenants keep theirs", async () => {
    const [short, long] = [await h.newTenant(), await h.newTenant()];
    await plan(long, "free");
    await short.call("PATCH", "/tenants/current/settings", { retention_months: 2 });
    const [gone, kept] = [await audit(short.id, monthsAgo(2)), await audit(long.id, monthsAgo(2))];
    const call = await delivery(long.id, monthsAgo(3));
    await pass();
    expect(await idsIn("audit_events", short.id)).not.toContain(gone);
    expect(await idsIn("audit_events", long.id)).toContain(kept);
    expect([await env.BLOBS.get(call.key), await idsIn("hook_deliveries", long.id)]).toEqual([null, [call.id]]);
  });

  it("is bounded, goes on where it stopped, and makes one receipt of it", async () => {
    const tenant = await h.newTenant();
    const statements = Array.from({ length: 950 }, (_, index) => env.DB.prepare("insert into audit_events (id, tenant_id, at, actor_kind, action, entity) values (?, ?, 1, 'system', 'a.b', 'a')").bind(newId(monthsAgo(12) - index), tenant.id));
    await env.DB.batch(statements);
    await cleanByAge(env, now);
    expect((await idsIn("audit_events", tenant.id)).length).toBeGreaterThan(400);
    expect(await pass()).toBeGreaterThan(1);
    expect(await idsIn("audit_events", tenant.id)).toHaveLength(2);
    expect(listed(await tenant.call("GET", "/privacy/receipts"))).toMatchObject([{ counts: { audit_events: 950 } }]);
  });

  it("says nothing where nothing went, and rests for an hour between passes", async () => {
    const tenant = await h.newTenant();
    await pass();
    expect(listed(await tenant.call("GET", "/privacy/receipts"))).toEqual([]);
    const event = await audit(tenant.id, monthsAgo(12));
    await cleanByAge(env, now + 3_599_000);
    expect(await idsIn("audit_events", tenant.id)).toContain(event);
    await pass(now + 3_600_000);
    expect(await idsIn("audit_events", tenant.id)).not.toContain(event);
  });

  it("counts calendar months", () => {
    expect(new Date(monthsBefore(Date.UTC(2026, 4, 31, 10), 3)).toISOString()).toBe("2026-02-28T10:00:00.000Z");
    expect(new Date(monthsBefore(Date.UTC(2026, 0, 15), 12)).toISOString()).toBe("2025-01-15T00:00:00.000Z");
  });
});
