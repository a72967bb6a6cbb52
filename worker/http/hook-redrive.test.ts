/** Calls that are given to workflows once more. */
import { describe, expect, it } from "vitest";
import { runDueReplays } from "../domain/dead-letters/run.ts";
import { env, harness, type Tenant } from "./testing/harness.ts";
import { colleague } from "./testing/people.ts";

let now = Date.now();
const h = harness(undefined, () => now);
const trigger = { kind: "webhook", path: "in", scheme: "none" } as const;

async function listening(): Promise<Tenant> {
  const tenant = await h.newTenant();
  await tenant.deploy({ on: [trigger] });
  await tenant.call("PUT", "/hooks/in", { scheme: "none" });
  return tenant;
}
const post = (tenant: Tenant, body: string, headers: Record<string, string> = {}) => {
  now++;
  return h.call(null, "POST", `/hooks/${tenant.slug}/in`, body, { "content-type": "application/json", ...headers });
};
const started = (tenant: Tenant) => h.objects.started.filter((one) => one.tenant === tenant.id);
const deliveries = async (tenant: Tenant) => ((await tenant.call("GET", "/hooks/in/deliveries")).body.data ?? []) as Record<string, string>[];
const latest = async (tenant: Tenant) => (await deliveries(tenant))[0]?.["id"] ?? "";
const redrive = (tenant: Tenant, id: string, headers?: Record<string, string>) => tenant.call("POST", `/hooks/in/deliveries/${id}/redrive`, undefined, headers);

describe("one call", () => {
  it("is shown with how its body begins, its headers without credentials, and all of its body as a file", async () => {
    const tenant = await listening();
    const body = JSON.stringify({ text: "ä".repeat(50_000) });
    await post(tenant, body, { authorization: "Bearer secret", "x-thing": "y" });
    const id = await latest(tenant);
    const shown = (await tenant.call("GET", `/hooks/in/deliveries/${id}`)).body;
    expect(shown).toMatchObject({ id, has_payload: true, headers: { "x-thing": "y" }, payload: { bytes: 100_011, truncated: true, content_type: "application/json", url: `/api/v1/hooks/in/deliveries/${id}/payload` } });
    expect(JSON.stringify(shown)).not.toContain("Bearer secret");
    const file = await tenant.call("GET", `/hooks/in/deliveries/${id}/payload`);
    expect([file.text === body, file.headers.get("content-disposition")]).toEqual([true, `attachment; filename="${id}.bin"`]);
  });

  it("starts those that listen now, as executions of their own with the same input and headers", async () => {
    const tenant = await listening();
    await post(tenant, '{"n":1}', { "idempotency-key": "d-1", "x-thing": "y" });
    await tenant.deploy({ on: [trigger] }, { id: "second", on: [trigger] });
    now++;
    const { status, body } = await redrive(tenant, await latest(tenant));
    expect(status).toBe(202);
    expect(body["execution_ids"]).toHaveLength(2);
    const all = started(tenant);
    expect(all).toHaveLength(3);
    expect(all.map(({ input }) => input)).toEqual(Array.from({ length: 3 }, () => 'j{"n":1}'));
    expect(all.at(-1)?.trigger).toMatchObject({ kind: "webhook", source: "in", delivery_id: "d-1", headers: { "x-thing": "y" } });
    const log = await deliveries(tenant);
    expect(log).toMatchObject([{ redrive_of: log[1]?.["id"], status: 202, has_payload: false }, { redrive_of: null, redriven_at: expect.any(String) }]);
  });

  it("happens once for one Idempotency-Key, and again for another; of a re-drive, the call itself is re-driven", async () => {
    const tenant = await listening();
    await post(tenant, "{}");
    const id = await latest(tenant);
    const keyed = (key: string) => redrive(tenant, id, { "idempotency-key": key });
    const [first, again] = [await keyed("k"), await keyed("k")];
    expect(again.body).toEqual(first.body);
    expect(started(tenant)).toHaveLength(2);
    now++;
    const third = await redrive(tenant, String((first.body["redrive"] as Record<string, unknown>)["id"]));
    expect(third.body["redrive"]).toMatchObject({ redrive_of: id });
    expect(started(tenant)).toHaveLength(3);
  });

  it("that was refused for want of a workflow, or while the tenant was suspended, can be re-driven later", async () => {
    const tenant = await h.newTenant();
    await tenant.call("PUT", "/hooks/in", { scheme: "none" });
    expect((await post(tenant, '{"a":1}')).status).toBe(404);
    const first = await latest(tenant);
    expect((await redrive(tenant, first)).body).toMatchObject({ status: 409, detail: expect.stringContaining("no active workflow") });
    await tenant.deploy({ on: [trigger] });
    await h.call(env.OPERATOR_KEY ?? "", "PATCH", `/api/v1/operator/tenants/${tenant.id}`, { status: "suspended" });
    expect((await post(tenant, '{"a":2}')).status).toBe(403);
    await h.call(env.OPERATOR_KEY ?? "", "PATCH", `/api/v1/operator/tenants/${tenant.id}`, { status: "active" });
    expect((await redrive(tenant, first)).status).toBe(202);
    const suspended = (await deliveries(tenant)).find(({ status }) => Number(status) === 403)?.["id"] ?? "";
    expect((await redrive(tenant, suspended)).status).toBe(202);
    expect(started(tenant).map(({ input }) => input)).toEqual(['j{"a":1}', 'j{"a":2}']);
  });

  it("that was not found genuine is kept by nobody", async () => {
    const tenant = await listening();
    await tenant.call("PUT", "/hooks/in", { scheme: "github", secret: "s" });
    expect((await post(tenant, "{}")).status).toBe(401);
    const id = await latest(tenant);
    expect((await tenant.call("GET", `/hooks/in/deliveries/${id}`)).body).toMatchObject({ payload: null, headers: null, has_payload: false });
    expect((await redrive(tenant, id)).body).toMatchObject({ status: 409 });
    expect((await tenant.call("GET", `/hooks/in/deliveries/${id}/payload`)).status).toBe(404);
  });

  it("that was found genuine by one scheme starts nothing that asks for another", async () => {
    const tenant = await listening();
    await post(tenant, "{}");
    await tenant.deploy({ on: [{ ...trigger, scheme: "github" }] });
    expect((await redrive(tenant, await latest(tenant))).status).toBe(409);
    expect(started(tenant)).toHaveLength(1);
  });

  it("rejects another tenant, another path, and a role without the permission", async () => {
    const [mine, theirs] = [await listening(), await listening()];
    await post(theirs, "{}");
    const id = await latest(theirs);
    for (const path of [`/hooks/in/deliveries/${id}`, `/hooks/in/deliveries/${id}/payload`]) expect((await mine.call("GET", path)).status).toBe(404);
    expect((await redrive(mine, id)).status).toBe(404);
    expect((await theirs.call("POST", `/hooks/other/deliveries/${id}/redrive`)).status).toBe(404);
    const member = await colleague(h, theirs, { role: "member" });
    expect((await member.call("GET", `/hooks/in/deliveries/${id}`)).status).toBe(200);
    for (const [method, path] of [["POST", `deliveries/${id}/redrive`], ["POST", "deliveries/redrive"], ["POST", "rotate"], ["POST", "listen"]] as const) expect((await member.call(method, `/hooks/in/${path}`, { filter: {} })).status, path).toBe(403);
    const viewer = await colleague(h, theirs, { role: "viewer" });
    expect((await viewer.call("GET", `/hooks/in/deliveries/${id}`)).status).toBe(403);
    expect(started(theirs)).toHaveLength(1);
  });
});

describe("many calls", () => {
  const many = (tenant: Tenant, filter: object, headers?: Record<string, string>) => tenant.call("POST", "/hooks/in/deliveries/redrive", { filter }, headers);
  const progress = async (tenant: Tenant, id: unknown) => (await tenant.call("GET", `/hooks/in/redrives/${String(id)}`)).body;

  it("are re-driven in the background, oldest first, with progress; those that fail are named", async () => {
    const tenant = await listening();
    for (let n = 0; n < 7; n++) await post(tenant, `{"n":${n}}`);
    const begin = new Date(now + 1).toISOString();
    await post(tenant, "not JSON");
    await post(tenant, '{"n":7}');
    expect(started(tenant)).toHaveLength(8);
    const { status, body } = await many(tenant, {});
    expect([status, body]).toMatchObject([202, { status: "running", total: 9, done: 0 }]);
    expect(await progress(tenant, body["id"])).toMatchObject({ status: "completed", total: 9, done: 8, failed: 1, errors: [{ kind: "hook_delivery", error: expect.stringContaining("not JSON") }] });
    expect(started(tenant).slice(8).map(({ input }) => input)).toEqual(Array.from({ length: 8 }, (_, n) => `j{"n":${n}}`));
    expect((await many(tenant, { since: begin, status: 202 })).body).toMatchObject({ total: 1 });
    expect((await many(tenant, { status: 400 })).body).toMatchObject({ total: 1 });
    expect((await many(tenant, { ids: [crypto.randomUUID()] })).body).toMatchObject({ total: 0, status: "completed" });
  });

  it("go on where a crash cut them off: the cron does the rest, and repeats start nothing", async () => {
    const tenant = await listening();
    for (let n = 0; n < 5; n++) await post(tenant, `{"n":${n}}`);
    const { body } = await many(tenant, {}, { "idempotency-key": "job" });
    const id = String(body["id"]);
    expect(started(tenant)).toHaveLength(10);
    // As a process leaves it that dies after it did all of a slice and before it said so.
    await env.DB.prepare("update replay_jobs set status = 'running', done = 2, completed_at = null, next_at = ? where id = ?").bind(now + 1000, id).run();
    await runDueReplays(env, now);
    expect(await progress(tenant, id)).toMatchObject({ status: "running", done: 2 });
    await runDueReplays(env, now + 1000);
    expect(await progress(tenant, id)).toMatchObject({ status: "completed", done: 5, failed: 0 });
    expect(started(tenant)).toHaveLength(10);
    expect((await deliveries(tenant)).filter(({ redrive_of }) => redrive_of)).toHaveLength(5);
    expect((await many(tenant, {}, { "idempotency-key": "job" })).body).toMatchObject({ id });
  });

  it("are another tenant's, or another hook's, to nobody else", async () => {
    const [mine, theirs] = [await listening(), await listening()];
    await post(theirs, "{}");
    const { body } = await many(theirs, {});
    expect((await mine.call("GET", `/hooks/in/redrives/${String(body["id"])}`)).status).toBe(404);
    expect((await theirs.call("GET", `/hooks/other/redrives/${String(body["id"])}`)).status).toBe(404);
    expect((await many(mine, {})).body).toMatchObject({ total: 0 });
  });
});
