/** Schedules over the API, with the real scheduler and real executions behind it. */
import { describe, expect, it, vi } from "vitest";
import type { ScheduleOptions } from "../../sdk/schema/schedule.ts";
import { hashApiKey, newApiKey } from "../auth/api-key.ts";
import { objectsOf } from "../domain/ports.ts";
import { sweepSchedules } from "../domain/schedules/sweep.ts";
import { env, harness, type Tenant } from "./testing/harness.ts";
import { listed } from "./testing/people.ts";

const h = harness(objectsOf);
const noon = Date.UTC(2026, 5, 1, 12);

const daily = (cron = "0 9 * * *", timezone = "Europe/Madrid", options: ScheduleOptions = {}) => ({ kind: "schedule" as const, cron, timezone, ...options });
const schedulesOf = async (tenant: Tenant) => listed(await tenant.call("GET", "/schedules"));
async function scheduleOf(tenant: Tenant, ...triggers: ReturnType<typeof daily>[]): Promise<string> {
  const deployed = await tenant.deploy({ on: triggers.length > 0 ? triggers : [daily()] });
  expect(deployed.status).toBe(201);
  return String((await schedulesOf(tenant))[0]?.["id"]);
}

async function keyWith(tenant: Tenant, scopes: string[]): Promise<string> {
  const key = newApiKey();
  await env.DB.prepare("insert into api_keys (id, tenant_id, name, prefix, hash, scopes, created_at) values (?, ?, 'scoped', 'es_', ?, ?, 0)").bind(crypto.randomUUID(), tenant.id, await hashApiKey(key), JSON.stringify(scopes)).run();
  return key;
}

describe("a deployed schedule", () => {
  it("is shown with its next run", async () => {
    const tenant = await h.newTenant();
    const id = await scheduleOf(tenant, daily("0 9 * * *", "Europe/Madrid", { missed: { all: 3 }, overlap: "skip" }));
    const { status, body } = await tenant.call("GET", `/schedules/${id}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ workflow_id: "hello", cron_expression: "0 9 * * *", timezone: "Europe/Madrid", missed: { all: 3 }, overlap: "skip", dst: { skipped: "after", repeated: "first" }, is_active: true, paused: false, run_count: 0, last_run_at: null, last_error: null, backfills: [] });
    expect(new Date(String(body["next_run_at"])).toLocaleTimeString("sv-SE", { timeZone: "Europe/Madrid" })).toBe("09:00:00");
    expect(Date.parse(String(body["next_run_at"]))).toBeGreaterThan(Date.now());
  });

  it("keeps its id, and its pause, when its workflow is deployed anew with its triggers in another order", async () => {
    const tenant = await h.newTenant();
    const id = await scheduleOf(tenant);
    expect((await tenant.call("POST", `/schedules/${id}/pause`)).body).toMatchObject({ paused: true, is_active: false, next_run_at: null });
    await tenant.deploy({ title: "Second", on: [daily("@hourly"), daily()] });
    const all = await schedulesOf(tenant);
    expect(all).toHaveLength(2);
    expect(all.find((one) => one["id"] === id)).toMatchObject({ cron_expression: "0 9 * * *", paused: true });
    expect((await tenant.call("POST", `/schedules/${id}/resume`)).body).toMatchObject({ paused: false, is_active: true, next_run_at: expect.any(String) });
  });

  it("goes when its workflow is deployed without it, and comes back with the deployment before", async () => {
    const tenant = await h.newTenant();
    const first = await tenant.deploy({ on: [daily()] });
    await tenant.deploy({ title: "Second", on: [{ kind: "api" }] });
    expect(await schedulesOf(tenant)).toEqual([]);
    await tenant.call("POST", `/deployments/${String(first.body["id"])}/activate`);
    expect(await schedulesOf(tenant)).toHaveLength(1);
  });

  it("is not due while its workflow is switched off", async () => {
    const tenant = await h.newTenant();
    const id = await scheduleOf(tenant);
    await tenant.call("PATCH", "/workflows/hello", { is_active: false });
    expect((await tenant.call("GET", `/schedules/${id}`)).body).toMatchObject({ is_active: false, paused: false, next_run_at: null });
    expect((await tenant.call("POST", `/schedules/${id}/trigger`)).status).toBe(409);
    await tenant.call("PATCH", "/workflows/hello", { is_active: true });
    expect((await tenant.call("GET", `/schedules/${id}`)).body).toMatchObject({ is_active: true, next_run_at: expect.any(String) });
  });

  it("is listed in pages and by workflow", async () => {
    const tenant = await h.newTenant();
    await tenant.deploy({ on: [daily(), daily("@hourly"), daily("@hourly")] }, { id: "other", export: "other", on: [daily()] });
    const first = await tenant.call("GET", "/schedules?limit=3");
    const { next_cursor } = first.body["pagination"] as { next_cursor: string };
    const second = await tenant.call("GET", `/schedules?limit=3&cursor=${next_cursor}`);
    expect(new Set([...listed(first), ...listed(second)].map(({ id }) => id)).size).toBe(4);
    expect(listed(await tenant.call("GET", "/schedules?workflow_id=other"))).toHaveLength(1);
  });
});

it.each([
  ["0 25 * * *", "UTC", "Invalid value for hour: 25"],
  ["* * *", "UTC", "3 fields"],
  ["0 0 30 2 *", "UTC", "never comes"],
  ["0 9 * * *", "Europe/Atlantis", 'no timezone "Europe/Atlantis"'],
])("a deployment is refused with the schedule %s in %s", async (cron, timezone, reason) => {
  const tenant = await h.newTenant();
  const refused = await tenant.deploy({ on: [{ kind: "api" }, daily(cron, timezone)] });
  expect(refused).toMatchObject({ status: 422, body: { code: "bundle-rejected" } });
  expect(String(refused.body["detail"])).toContain("workflow `hello`, trigger 2");
  expect(String(refused.body["detail"])).toContain(reason);
  expect((await tenant.call("GET", "/workflows/hello")).status).toBe(404);
});

describe("a run by hand", () => {
  it("begins now, once for a key, and counts", async () => {
    const tenant = await h.newTenant();
    const id = await scheduleOf(tenant);
    const run = () => tenant.call("POST", `/schedules/${id}/trigger`, undefined, { "idempotency-key": "one" });
    const first = await run();
    expect(first).toMatchObject({ status: 202, body: { workflow_id: "hello", created: true } });
    expect((await run()).body).toMatchObject({ execution_id: first.body["execution_id"], created: false });
    expect((await tenant.call("GET", `/schedules/${id}`)).body).toMatchObject({ run_count: 1, last_execution_id: first.body["execution_id"] });
    const { body } = await tenant.call("GET", `/executions/${String(first.body["execution_id"])}`);
    expect(body).toMatchObject({ trigger: "schedule", trigger_data: { source: id }, input: { schedule_id: id } });
    expect((body["input"] as Record<string, unknown>)["scheduled_at"]).toBe((body["trigger_data"] as Record<string, unknown>)["scheduled_at"]);
  });
});

describe("a backfill", () => {
  it("runs every time of the range once, with the time it stands for", async () => {
    const tenant = await h.newTenant();
    const id = await scheduleOf(tenant, daily("0 12 * * *", "UTC"));
    const range = { from: "2026-06-01T12:00:00Z", to: "2026-06-03T12:00:00Z" };
    expect(await tenant.call("POST", `/schedules/${id}/backfill`, range)).toMatchObject({ status: 202, body: { total: 3 } });
    await vi.waitFor(async () => expect((await tenant.call("POST", `/schedules/${id}/backfill`, range)).body).toMatchObject({ total: 3, started: 3, remaining: 0 }), 10_000);
    expect((await tenant.call("POST", `/schedules/${id}/backfill`, { ...range, from: "2026-05-31T12:00:00Z" })).body).toMatchObject({ total: 4 });
    const { body } = await vi.waitFor(async () => {
      const shown = await tenant.call("GET", `/schedules/${id}`);
      expect(shown.body).toMatchObject({ run_count: 4, backfills: expect.arrayContaining([expect.objectContaining({ total: 4, remaining: 0 })]) });
      return shown;
    }, 10_000);
    expect((body["backfills"] as object[]).find((one) => (one as { total: number }).total === 4)).toMatchObject({ started: 1, existing: 3 });
    const executions = listed(await tenant.call("GET", "/executions?trigger=schedule"));
    const details = await Promise.all(executions.map(async (one) => (await tenant.call("GET", `/executions/${String(one["id"])}`)).body));
    expect(details.map(({ trigger_data }) => (trigger_data as Record<string, unknown>)["scheduled_at"]).sort()).toEqual([-1, 0, 1, 2].map((day) => new Date(noon + day * 86_400_000).toISOString()));
  });

  it("is refused for more than a thousand times, for the future, and for a range that ends before it begins", async () => {
    const tenant = await h.newTenant();
    const id = await scheduleOf(tenant, daily("* * * * *", "UTC"));
    for (const range of [{ from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z" }, { from: "2026-01-01T00:00:00Z", to: "2999-01-02T00:00:00Z" }, { from: "2026-01-02T00:00:00Z", to: "2026-01-01T00:00:00Z" }]) {
      expect((await tenant.call("POST", `/schedules/${id}/backfill`, range)).body).toMatchObject({ code: "bad-request" });
    }
  });
});

describe("a preview", () => {
  it("shows the next times in UTC and where they are, and what a change of the clock does to them", async () => {
    const tenant = await h.newTenant();
    const preview = async (query: string) => (await tenant.call("GET", `/schedules/preview?${query}`)).body.data;
    expect(await preview("cron=30+2+*+*+*&timezone=Europe/Madrid&count=2&from=2026-03-28T12:00:00Z")).toEqual([
      { at: "2026-03-29T01:00:00.000Z", local: "2026-03-29T03:00:00+02:00", note: expect.stringContaining("forward by 60 minutes") },
      { at: "2026-03-30T00:30:00.000Z", local: "2026-03-30T02:30:00+02:00", note: null },
    ]);
    expect(await preview("cron=30+2+*+*+*&timezone=Europe/Madrid&count=1&from=2026-10-24T12:00:00Z")).toEqual([{ at: "2026-10-25T00:30:00.000Z", local: "2026-10-25T02:30:00+02:00", note: expect.stringContaining("comes twice, and this is the first") }]);
  });
  it("says what is wrong", async () => {
    const tenant = await h.newTenant();
    expect((await tenant.call("GET", "/schedules/preview?cron=nonsense")).body).toMatchObject({ code: "bad-request", errors: [{ pointer: "/query/cron" }] });
    expect((await tenant.call("GET", "/schedules/preview?cron=@daily&timezone=Mars/Olympus")).body).toMatchObject({ code: "bad-request", errors: [{ pointer: "/query/timezone" }] });
  });
});

describe("schedules", () => {
  it("of another tenant can be neither seen nor touched", async () => {
    const [mine, theirs] = [await h.newTenant(), await h.newTenant()];
    const id = await scheduleOf(theirs);
    expect(await schedulesOf(mine)).toEqual([]);
    expect((await mine.call("GET", `/schedules/${id}`)).status).toBe(404);
    for (const [verb, body] of [["pause"], ["resume"], ["trigger"], ["backfill", { from: "2026-01-01T00:00:00Z", to: "2026-01-01T00:00:00Z" }]] as const) expect((await mine.call("POST", `/schedules/${id}/${verb}`, body)).status, verb).toBe(404);
    expect((await theirs.call("GET", `/schedules/${id}`)).body).toMatchObject({ paused: false, run_count: 0 });
  });

  it("are not for a role without the permission", async () => {
    const tenant = await h.newTenant();
    const id = await scheduleOf(tenant);
    const reader = await keyWith(tenant, ["workflows.read"]);
    expect((await h.call(reader, "GET", "/api/v1/schedules")).status).toBe(200);
    for (const verb of ["pause", "resume", "trigger", "backfill"]) expect((await h.call(reader, "POST", `/api/v1/schedules/${id}/${verb}`, verb === "backfill" ? { from: "2026-01-01T00:00:00Z", to: "2026-01-01T00:00:00Z" } : undefined)).body, verb).toMatchObject({ code: "forbidden" });
    expect((await h.call(await keyWith(tenant, ["variables.read"]), "GET", "/api/v1/schedules/preview?cron=@daily")).body).toMatchObject({ code: "forbidden" });
  });
});

it("the sweep tells a scheduler what it has not heard", async () => {
  const tenant = await h.newTenant();
  const id = await scheduleOf(tenant);
  const scheduler = env.SCHEDULER.getByName(tenant.id);
  await env.DB.batch([env.DB.prepare("update schedules set paused = 1 where id = ?").bind(id), env.DB.prepare("update schedulers set revision = revision + 1 where tenant_id = ?").bind(tenant.id)]);
  expect((await scheduler.look([id]))[0]?.nextAt).not.toBeNull();
  await sweepSchedules(env, Date.now());
  expect((await scheduler.look([id]))[0]?.nextAt).toBeNull();
  expect(await env.DB.prepare("select revision - synced as behind from schedulers where tenant_id = ?").bind(tenant.id).first("behind")).toBe(0);
});

it("a deployment may have thousands of them", { timeout: 60_000 }, async () => {
  const tenant = await h.newTenant();
  const triggers = Array.from({ length: 5_000 }, (_, index) => daily(`${index % 60} ${Math.floor(index / 60) % 24} * * ${index % 7}`, index % 2 ? "UTC" : "Asia/Kathmandu"));
  expect((await tenant.deploy({ on: triggers })).status).toBe(201);
  expect(await env.DB.prepare("select count(*) as n from schedules where tenant_id = ?").bind(tenant.id).first("n")).toBe(5_000);
});
