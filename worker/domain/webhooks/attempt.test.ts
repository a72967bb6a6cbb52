/** One attempt over a real database; the network and the time are the test's own. */
import { describe, expect, it } from "vitest";
import { listDueDeliveries, nextDelivery, tenantsWithOverdue } from "../../../db/webhook-deliveries.ts";
import { webhookDeliveries } from "../../../db/schema/webhooks.ts";
import { tenantDb } from "../../../db/tenant-db.ts";
import { emit } from "../../events/emit.ts";
import { auditOf, mailsTo } from "../../http/testing/accounts.ts";
import { env, harness } from "../../http/testing/harness.ts";
import { colleague, listed } from "../../http/testing/people.ts";
import { attempt } from "./attempt.ts";
import type { Sent } from "./network.ts";
import { newDelivery } from "./redeliver.ts";
import { signatures } from "./sign.ts";

const h = harness();
let clock = Date.UTC(2026, 10, 21);
const [minute, day] = [60_000, 86_400_000];

const ok: Sent = { status: 200, retryAfter: null, response: "thanks", error: null };
const failing: Sent = { status: 500, retryAfter: null, response: "oops", error: null };

interface Seen {
  url: string;
  headers: Record<string, string>;
  body: string;
}

async function ground() {
  const tenant = await h.newTenant();
  const made = (await tenant.call("POST", "/webhooks", { url: "https://receiver.example.com/in" })).body;
  const id = String(made["id"]);
  const db = tenantDb(env.DB, tenant.id);
  const seen: Seen[] = [];
  let count = 0;
  return {
    tenant,
    id,
    seen,
    secret: String(made["secret"]),
    async queue(type = "contract.signed"): Promise<string> {
      const [event, delivery] = [`${tenant.id}-event-${++count}`, `msg_${tenant.id.replaceAll("-", "").slice(0, 24)}${String(count).padStart(8, "0")}`];
      await db.batch([emit({ db, now: clock, actor: { kind: "system" } }, { id: event, type, data: { amount: 5, of: "ü" } }), db.insert(webhookDeliveries, newDelivery({ id: delivery, subscriptionId: id, eventId: event, eventType: type, now: clock }))]);
      // Dispatched by hand alone.
      await env.DB.prepare("update events set status = 'dispatched' where tenant_id = ?").bind(tenant.id).run();
      return delivery;
    },
    async send(delivery: string, answer: Sent = ok, meanwhile?: () => Promise<unknown>) {
      const after: Promise<unknown>[] = [];
      const came = await attempt({ env, waitUntil: (work) => void after.push(work), random: () => 0, send: async (_env, _tenant, url, headers, body) => (seen.push({ url, headers, body }), await meanwhile?.(), answer) }, tenant.id, delivery, () => clock);
      await Promise.all(after);
      return came;
    },
    delivery: async (delivery: string) => (await tenant.call("GET", `/webhook-deliveries/${delivery}`)).body,
    webhook: async () => (await tenant.call("GET", `/webhooks/${id}`)).body,
    due: async () => (await listDueDeliveries(env.DB, tenant.id, { now: clock, except: [], each: 2, limit: 12 })).map((row) => row.id),
  };
}

describe("what is sent", () => {
  it("is type, timestamp and data, signed by Standard Webhooks over the body as it is", async () => {
    const { queue, send, seen, secret, delivery } = await ground();
    const id = await queue();
    expect(await send(id)).toBe("delivered");
    const [{ url, headers, body } = { url: "", headers: {}, body: "" }] = seen;
    expect(url).toBe("https://receiver.example.com/in");
    expect(JSON.parse(body)).toEqual({ type: "contract.signed", timestamp: new Date(clock).toISOString(), data: { amount: 5, of: "ü" } });
    expect(headers).toEqual({ "content-type": "application/json", "user-agent": "Everstep-Webhooks/1", "webhook-id": id, "webhook-timestamp": String(clock / 1000), "webhook-signature": await signatures([secret], id, clock / 1000, body) });
    expect(await delivery(id)).toMatchObject({ status: "delivered", tries: 1, error: null, next_attempt_at: null, attempts: [{ status: 200, duration_ms: 0, response: "thanks", error: null }] });
  });

  it("has one id and one body at all attempts, and the time of each", async () => {
    const { queue, send, seen } = await ground();
    const id = await queue();
    for (let n = 0; n < 3; n++) {
      await send(id, failing);
      clock += day;
    }
    expect(new Set(seen.map(({ headers }) => headers["webhook-id"]))).toEqual(new Set([id]));
    expect(new Set(seen.map(({ body }) => body)).size).toBe(1);
    expect(new Set(seen.map(({ headers }) => headers["webhook-timestamp"])).size).toBe(3);
  });

  it("has both signatures while a rotation is under way, the new one first", async () => {
    const { tenant, id, queue, send, seen, secret } = await ground();
    const delivery = await queue();
    const fresh = String((await tenant.call("POST", `/webhooks/${id}/rotate`, { grace_hours: 1 })).body["secret"]);
    const before = clock;
    clock = Date.now();
    await send(delivery, failing);
    const signed = async (secrets: string[]) => signatures(secrets, delivery, Math.floor(clock / 1000), seen.at(-1)?.body ?? "");
    expect(seen.at(-1)?.headers["webhook-signature"]).toBe(await signed([fresh, secret]));
    clock = Date.now() + 61 * minute;
    await send(delivery, failing);
    expect(seen.at(-1)?.headers["webhook-signature"]).toBe(await signed([fresh]));
    clock = before;
  });

  it("is nothing when the webhook is off, the delivery is done with, or the event is gone", async () => {
    const { tenant, id, queue, send, seen, delivery } = await ground();
    const [one, two] = [await queue(), await queue()];
    await env.DB.prepare("delete from events where tenant_id = ? and id like '%-event-1'").bind(tenant.id).run();
    expect(await send(one)).toBe("failed");
    expect(await delivery(one)).toMatchObject({ status: "failed", error: "the event is not kept any more" });
    expect(await send(one)).toBe("gone");
    await tenant.call("PATCH", `/webhooks/${id}`, { active: false });
    expect(await send(two)).toBe("gone");
    expect(seen).toEqual([]);
    expect(await delivery(two)).toMatchObject({ status: "pending" });
  });
});

describe("after a failure", () => {
  it("the next attempt is due by the schedule, and the log of attempts keeps the latest twenty", async () => {
    const { queue, send, delivery, due, tenant } = await ground();
    const id = await queue();
    await send(id, failing);
    expect(await due()).toEqual([]);
    expect(await nextDelivery(env.DB, tenant.id)).toBe(clock + 5_000);
    clock += 5_000;
    expect(await due()).toEqual([id]);
    for (let n = 0; n < 25; n++) {
      await send(id, failing);
      if (n === 8) expect(await delivery(id)).toMatchObject({ status: "failed", tries: 10 });
      if (n >= 8) await tenant.call("POST", `/webhook-deliveries/${id}/redeliver`);
    }
    expect((await delivery(id))["attempts"]).toHaveLength(20);
  });

  it("a busy receiver's other deliveries rest too; another webhook's do not", async () => {
    const { tenant, queue, send, due, webhook } = await ground();
    const [one, two] = [await queue(), await queue()];
    expect(await due()).toEqual([one, two]);
    await send(one, { ...failing, status: 429, retryAfter: "600" });
    expect(await due()).toEqual([]);
    expect(await nextDelivery(env.DB, tenant.id)).toBe(clock + 600_000);
    expect(await webhook()).toMatchObject({ consecutive_failures: 1 });
    clock += 600_000;
    expect(await due()).toContain(two);
    await send(two);
    expect(await webhook()).toMatchObject({ consecutive_failures: 0, failing_since: null });
  });

  it("of thousands that wait for one receiver, two are looked at, and everybody else's come too", async () => {
    const { tenant, queue, due, id } = await ground();
    const first = [await queue(), await queue()];
    for (let n = 0; n < 5; n++) await queue();
    const other = String((await tenant.call("POST", "/webhooks", { url: "https://other.example.com/" })).body["id"]);
    await env.DB.prepare("update webhook_deliveries set subscription_id = ? where tenant_id = ? and id like '%00000007'").bind(other, tenant.id).run();
    expect(await due()).toHaveLength(3);
    expect(await due()).toEqual(expect.arrayContaining(first));
    const rest = await listDueDeliveries(env.DB, tenant.id, { now: clock, except: first, each: 2, limit: 12 });
    expect(rest.map((row) => row.id)).not.toEqual(expect.arrayContaining(first));
    expect(id).not.toBe(other);
  });

  it("for good, it is a dead letter, and an event says so; an event of that kind says it of itself never", async () => {
    const { tenant, queue, send } = await ground();
    const [one, two] = [await queue(), await queue("dead_letter.created")];
    await env.DB.prepare("update webhook_deliveries set tries = 9 where tenant_id = ?").bind(tenant.id).run();
    expect([await send(one, failing), await send(two, failing)]).toEqual(["failed", "failed"]);
    const said = await env.DB.prepare("select data from events where tenant_id = ? and type = 'dead_letter.created' and id not like '%-event-%'").bind(tenant.id).all<{ data: string }>();
    expect(said.results.map(({ data }) => JSON.parse(data))).toEqual([{ kind: "delivery", id: one, error: "the receiver answered 500" }]);
    expect(listed(await tenant.call("GET", "/dead-letters?kind=delivery")).map(({ id }) => id).sort()).toEqual([one, two].sort());
  });
});

describe("a webhook is switched off", () => {
  it("by 410: what waits becomes dead letters, admins get a mail, an event and the audit log say why", async () => {
    const { tenant, id, queue, send, webhook, delivery } = await ground();
    const [admin, member] = [await colleague(h, tenant, { role: "admin" }), await colleague(h, tenant, { role: "member" })];
    const [one, two] = [await queue(), await queue()];
    expect(await send(one, { ...failing, status: 410 })).toBe("failed");
    expect(await webhook()).toMatchObject({ active: false, disabled_at: new Date(clock).toISOString(), disabled_reason: expect.stringContaining("410") });
    expect(await delivery(two)).toMatchObject({ status: "failed", error: "the webhook was switched off", attempts: [] });
    expect(await mailsTo(admin.email)).toMatchObject([{ subject: "The webhook to receiver.example.com was switched off", text: expect.stringContaining("410") }]);
    expect(await mailsTo(member.email)).toEqual([]);
    expect(await env.DB.prepare("select data from events where tenant_id = ? and type = 'webhook.disabled'").bind(tenant.id).first("data")).toContain(`"webhook_id":"${id}"`);
    expect((await auditOf(tenant.id)).at(-1)).toMatchObject({ action: "webhook.disable", entity_id: id, actor_kind: "system" });
  });

  it("after five days without a success, once, even if two attempts find it so", async () => {
    const { tenant, queue, send, webhook } = await ground();
    const [one, two, three] = [await queue(), await queue(), await queue()];
    await send(one, failing);
    clock += 5 * day;
    await send(two, failing, () => send(three, failing));
    expect(await webhook()).toMatchObject({ active: false, disabled_reason: expect.stringContaining("five days") });
    expect(await env.DB.prepare("select count(*) as n from events where tenant_id = ? and type = 'webhook.disabled'").bind(tenant.id).first("n")).toBe(1);
  });

  it("and not while anything is delivered in between", async () => {
    const { queue, send, webhook } = await ground();
    for (let n = 0; n < 4; n++) {
      await send(await queue(), failing);
      clock += 2 * day;
      await send(await queue());
    }
    expect(await webhook()).toMatchObject({ active: true });
  });
});

describe("what somebody does meanwhile stands", () => {
  it("putting it away, and delivering it anew", async () => {
    const { tenant, queue, send, delivery } = await ground();
    const [one, two] = [await queue(), await queue()];
    await send(one, failing, () => env.DB.prepare("update webhook_deliveries set status = 'discarded' where id = ?").bind(one).run());
    expect(await delivery(one)).toMatchObject({ status: "discarded" });
    await send(two, failing);
    await send(two, failing, () => env.DB.prepare("update webhook_deliveries set tries = 0 where id = ?").bind(two).run());
    expect(await delivery(two)).toMatchObject({ tries: 0, status: "pending" });
    expect(tenant.id).not.toBe("");
  });
});

describe("the sweep", () => {
  it("finds tenants whose deliveries should long have been sent, and whose webhook is on", async () => {
    const [late, off, done]: Awaited<ReturnType<typeof ground>>[] = [await ground(), await ground(), await ground()];
    for (const one of [late, off, done]) await one.queue();
    await off.tenant.call("PATCH", `/webhooks/${off.id}`, { active: false });
    await env.DB.prepare("update webhook_deliveries set status = 'delivered' where tenant_id = ?").bind(done.tenant.id).run();
    const found = await tenantsWithOverdue(env.DB, clock, 500);
    expect([late, off, done].map(({ tenant }) => found.includes(tenant.id))).toEqual([true, false, false]);
    expect(await tenantsWithOverdue(env.DB, Date.UTC(2020, 0, 1), 500)).toEqual([]);
  });
});

