/** What was given up: the index of executions is a real one, the executions only say that they were retried. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { newId } from "../../db/ids.ts";
import { webhookDeliveries } from "../../db/schema/webhooks.ts";
import { tenantDb } from "../../db/tenant-db.ts";
import { newest } from "../domain/dead-letters/list.ts";
import { runReplay } from "../domain/dead-letters/run.ts";
import { objectsOf } from "../domain/ports.ts";
import { newUsage, askLimiter } from "../domain/usage/usage.ts";
import { newDelivery } from "../domain/webhooks/redeliver.ts";
import { emit } from "../events/emit.ts";
import { auditOf } from "./testing/accounts.ts";
import { env, harness, type Tenant } from "./testing/harness.ts";
import { testObjects } from "./testing/objects.ts";
import { colleague, listed } from "./testing/people.ts";
import { storeExecution } from "./testing/stored.ts";

let now = Date.now();
let count = 0;
const fakes = testObjects();
const retried: string[] = [];
let stuck: string | null = null;
const objects = {
  hub: (tenant: string) => objectsOf(env).hub(tenant),
  execution: (tenant: string, id: string) => ({
    ...fakes.execution(tenant, id),
    get: async (...[owner, name, wait]: [string, string, number]) => {
      const view = await objectsOf(env).execution(owner, name).get(owner, name, wait);
      return view.ok && retried.includes(name) ? { ...view, value: { ...view.value, status: "running" as const } } : view;
    },
    retry: async (_owner: string, name: string) => {
      if (name === stuck) return { ok: false as const, code: "unavailable" as const, detail: "busy" };
      retried.push(name);
      return { ok: true as const, value: { id: name, status: "running" as const, created: false } };
    },
  }),
};
const h = harness(() => objects, () => now);

const make = {
  execution: (tenant: Tenant) => storeExecution(tenant.id, { at: (now += 1000), status: "failed", error: "no luck" }),
  async event(tenant: Tenant) {
    const [db, id] = [tenantDb(env.DB, tenant.id), crypto.randomUUID()];
    await db.batch([emit({ db, now: (now += 1000), actor: { kind: "system" } }, { id, type: "contract.signed", data: {} })]);
    await env.DB.prepare("update events set status = 'dead', attempts = 12, error = 'nobody took it' where id = ?").bind(id).run();
    return id;
  },
  async delivery(tenant: Tenant, webhook: string) {
    const [db, id] = [tenantDb(env.DB, tenant.id), `msg_${String(++count).padStart(32, "0")}`];
    await db.batch([db.insert(webhookDeliveries, { ...newDelivery({ id, subscriptionId: webhook, eventId: "gone", eventType: "contract.signed", now: (now += 1000) }), status: "failed", tries: 10, error: "the receiver answered 500" })]);
    return id;
  },
  async hook_delivery(tenant: Tenant) {
    const id = newId((now += 1000));
    await env.BLOBS.put(`payloads/${tenant.id}/x/${id}`, `{"call":"${id}"}`);
    const row = "insert into hook_deliveries (id, tenant_id, path, status, reason, execution_ids, bytes, payload_key, scheme, headers, received_at) values (?, ?, 'in', 404, 'nobody', '[]', 2, ?, 'none', '{}', ?)";
    await env.DB.prepare(row).bind(id, tenant.id, `payloads/${tenant.id}/x/${id}`, now).run();
    return id;
  },
};
type Name = keyof typeof make;
const names = ["delivery", "hook_delivery", "event", "execution"] as const satisfies readonly Name[];

async function ground() {
  const tenant = await h.newTenant();
  await tenant.deploy({ on: [{ kind: "webhook", path: "in", scheme: "none" }, { kind: "api" }] });
  const webhook = String((await tenant.call("POST", "/webhooks", { url: "https://receiver.example.com/" })).body["id"]);
  return { tenant, webhook };
}
/** One of each, the oldest first. */
async function oneOfEach({ tenant, webhook }: Awaited<ReturnType<typeof ground>>): Promise<Record<Name, string>> {
  const made: [string, string][] = [];
  for (const name of names) made.push([name, await make[name](tenant, webhook)]);
  return Object.fromEntries(made) as Record<Name, string>;
}
const shown = async (tenant: Tenant, query = "") => listed(await tenant.call("GET", `/dead-letters${query}`)).map(({ kind, id }) => `${String(kind)}:${String(id)}`);

describe("the list", () => {
  it("has all kinds, newest first, page by page without gaps or repeats", async () => {
    const one = await ground();
    const made: string[] = [];
    for (let round = 0; round < 3; round++) for (const [kind, id] of Object.entries(await oneOfEach(one))) made.unshift(`${kind}:${id}`);
    expect(await shown(one.tenant)).toEqual(made);
    for (const limit of [1, 5]) {
      const paged: string[] = [];
      for (let cursor = ""; ; ) {
        const answer = await one.tenant.call("GET", `/dead-letters?limit=${limit}${cursor}`);
        paged.push(...listed(answer).map(({ kind, id }) => `${String(kind)}:${String(id)}`));
        const next = (answer.body["pagination"] as { next_cursor: string | null }).next_cursor;
        if (next === null) break;
        cursor = `&cursor=${next}`;
      }
      expect(paged, String(limit)).toEqual(made);
    }
  });

  it("says of each what it is and why it was given up", async () => {
    const one = await ground();
    const ids = await oneOfEach(one);
    expect(listed(await one.tenant.call("GET", "/dead-letters"))).toMatchObject([
      { kind: "execution", id: ids.execution, title: "hello", workflow_id: "hello", error: "no luck" },
      { kind: "event", id: ids.event, title: "contract.signed", error: "nobody took it", attempts: 12 },
      { kind: "hook_delivery", id: ids.hook_delivery, title: "in", error: "nobody" },
      { kind: "delivery", id: ids.delivery, title: "contract.signed", webhook_id: one.webhook, error: "the receiver answered 500", attempts: 10 },
    ]);
  });

  it("is filtered by kind, workflow and time", async () => {
    const one = await ground();
    const ids = await oneOfEach(one);
    expect(await shown(one.tenant, "?kind=event")).toEqual([`event:${ids.event}`]);
    expect(await shown(one.tenant, "?workflow_id=hello")).toEqual([`execution:${ids.execution}`]);
    expect(await shown(one.tenant, "?workflow_id=other")).toEqual([]);
    const at = new Date(now - 1000).toISOString();
    expect(await shown(one.tenant, `?since=${at}`)).toEqual([`execution:${ids.execution}`, `event:${ids.event}`]);
    expect(await shown(one.tenant, `?until=${at}`)).toEqual([`hook_delivery:${ids.hook_delivery}`, `delivery:${ids.delivery}`]);
    for (const cursor of ["abc", btoa('{"event":"x"}'), btoa("[]")]) expect((await one.tenant.call("GET", `/dead-letters?cursor=${cursor}`)).status, cursor).toBe(400);
  });

  it("shows each only what they may see, and of another tenant nothing", async () => {
    const [one, other] = [await ground(), await ground()];
    await oneOfEach(one);
    expect(await shown(other.tenant)).toEqual([]);
    const viewer = await colleague(h, one.tenant, { role: "viewer" });
    expect(listed(await viewer.call("GET", "/dead-letters")).map(({ kind }) => kind)).toEqual(["execution", "event"]);
    expect((await viewer.call("GET", "/dead-letters?kind=delivery")).body).toMatchObject({ status: 403, detail: expect.stringContaining("webhooks.read") });
  });

  it("merges any lists that are each in their order, and takes every one once", () => {
    const anyList = fc.array(fc.nat(20), { maxLength: 8 });
    fc.assert(
      fc.property(fc.array(anyList, { maxLength: 4 }), fc.nat(20), (lists, limit) => {
        const items = lists.map((list, from) => list.map((at, index) => ({ at, from, index })));
        const taken = newest(items, limit);
        expect(taken).toHaveLength(Math.min(limit, items.flat().length));
        for (const [from, list] of items.entries()) expect(taken.filter((item) => item.from === from)).toEqual(list.slice(0, taken.filter((item) => item.from === from).length));
      }),
    );
  });
});

describe("one dead letter", () => {
  it.each(names)("of the kind %s is replayed, leaves the list, and is audited", async (kind) => {
    const one = await ground();
    const id = await make[kind](one.tenant, one.webhook);
    const { status, body } = await one.tenant.call("POST", `/dead-letters/${kind}/${id}/replay`);
    expect([status, body]).toMatchObject([202, { kind, id }]);
    expect((await auditOf(one.tenant.id)).at(-1)).toMatchObject({ action: "dead_letter.replay", entity_id: `${kind}:${id}` });
    if (kind === "execution") expect(retried).toContain(id);
    // A delivery is on its way at once, and its event is gone.
    else if (kind !== "delivery") expect(await shown(one.tenant)).toEqual([]);
    if (kind === "hook_delivery") expect(fakes.started.at(-1)).toMatchObject({ tenant: one.tenant.id, input: `j{"call":"${id}"}` });
    if (kind === "delivery") expect((await one.tenant.call("GET", `/webhook-deliveries/${id}`)).body["status"]).not.toBe("discarded");
  });

  it.each(names)("of the kind %s is put away, leaves the list, and is audited", async (kind) => {
    const one = await ground();
    const [id, kept] = [await make[kind](one.tenant, one.webhook), await make[kind](one.tenant, one.webhook)];
    expect((await one.tenant.call("POST", `/dead-letters/${kind}/${id}/discard`)).status).toBe(204);
    expect(await shown(one.tenant)).toEqual([`${kind}:${kept}`]);
    expect((await auditOf(one.tenant.id)).at(-1)).toMatchObject({ action: "dead_letter.discard", entity_id: `${kind}:${id}` });
  });

  it("that is none, or is not there, is not replayed and not put away", async () => {
    const one = await ground();
    const done = await storeExecution(one.tenant.id, { status: "completed" });
    for (const act of ["replay", "discard"]) {
      expect((await one.tenant.call("POST", `/dead-letters/execution/${done}/${act}`)).status).toBe(409);
      for (const [kind, id] of [["execution", crypto.randomUUID()], ["event", "x"], ["delivery", "msg_x"], ["hook_delivery", "x"], ["letter", "x"]] as const) expect((await one.tenant.call("POST", `/dead-letters/${kind}/${id}/${act}`)).status, kind).toBe(404);
    }
  });

  it("rejects another tenant, and a role without the permission of its kind", async () => {
    const [one, other] = [await ground(), await ground()];
    const ids = await oneOfEach(one);
    const [member, viewer] = [await colleague(h, one.tenant, { role: "member" }), await colleague(h, one.tenant, { role: "viewer" })];
    for (const [kind, id] of Object.entries(ids)) {
      for (const act of ["replay", "discard"]) expect((await other.tenant.call("POST", `/dead-letters/${kind}/${id}/${act}`)).status, kind).toBe(404);
      expect((await viewer.call("POST", `/dead-letters/${kind}/${id}/replay`)).status).toBe(403);
      if (kind === "delivery" || kind === "hook_delivery") expect((await member.call("POST", `/dead-letters/${kind}/${id}/replay`)).body, kind).toMatchObject({ status: 403 });
    }
    expect(await shown(one.tenant)).toHaveLength(4);
  });
});

describe("a replay of many", () => {
  const replay = (tenant: Tenant, filter: object = {}, headers?: Record<string, string>) => tenant.call("POST", "/dead-letters/replay", { filter }, headers);
  const progress = async (tenant: Tenant, id: unknown) => (await tenant.call("GET", `/dead-letters/replays/${String(id)}`)).body;

  it("takes all that fit, with progress, and names those that fail", async () => {
    const one = await ground();
    for (let round = 0; round < 2; round++) await oneOfEach(one);
    await one.tenant.call("PATCH", `/webhooks/${one.webhook}`, { active: false });
    const { status, body } = await replay(one.tenant);
    expect([status, body]).toMatchObject([202, { status: "running", total: 8, done: 0, more: false }]);
    expect(await progress(one.tenant, body["id"])).toMatchObject({ status: "completed", done: 6, failed: 2, errors: [{ kind: "delivery", error: expect.stringContaining("switched off") }, { kind: "delivery" }] });
    expect((await shown(one.tenant)).map((name) => name.split(":")[0])).toEqual(["execution", "delivery", "execution", "delivery"]);
    expect((await replay(one.tenant, { kind: "event" })).body).toMatchObject({ total: 0, status: "completed" });
  });

  it("waits while there is no room, goes on where it was, and repeats nothing", async () => {
    const one = await ground();
    const ids = [await make.execution(one.tenant), await make.execution(one.tenant), await make.execution(one.tenant)];
    stuck = ids[1] ?? null;
    const { body } = await replay(one.tenant, {}, { "idempotency-key": "k" });
    expect(await progress(one.tenant, body["id"])).toMatchObject({ status: "running", done: 1, failed: 0 });
    expect((await replay(one.tenant, {}, { "idempotency-key": "k" })).body).toMatchObject({ id: body["id"] });
    stuck = null;
    const ports = { env, objects, usage: newUsage({ ask: askLimiter(env), lingerMs: 0 }), waitUntil: () => {} };
    await runReplay({ ...ports, now }, String(body["id"]));
    expect(await progress(one.tenant, body["id"])).toMatchObject({ status: "running", done: 1 });
    // As after a crash that kept a slice from being written down.
    await env.DB.prepare("update replay_jobs set done = 0 where id = ?").bind(body["id"]).run();
    await runReplay({ ...ports, now: now + 15_000 }, String(body["id"]));
    expect(await progress(one.tenant, body["id"])).toMatchObject({ status: "completed", done: 3, failed: 0 });
    expect(retried.filter((id) => ids.includes(id)).sort()).toEqual([...ids].sort());
  });

  it("takes only kinds that the caller may replay; others' progress is nobody's business", async () => {
    const [one, other] = [await ground(), await ground()];
    await oneOfEach(one);
    const member = await colleague(h, one.tenant, { role: "member" });
    const { body } = await member.call("POST", "/dead-letters/replay", {});
    expect(body).toMatchObject({ total: 2 });
    expect((await member.call("POST", "/dead-letters/replay", { filter: { kind: "delivery" } })).status).toBe(403);
    expect((await other.tenant.call("GET", `/dead-letters/replays/${String(body["id"])}`)).status).toBe(404);
    const viewer = await colleague(h, one.tenant, { role: "viewer" });
    expect((await viewer.call("POST", "/dead-letters/replay", {})).status).toBe(403);
  });
});
