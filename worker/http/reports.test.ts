import { describe, expect, it } from "vitest";
import { quarterMs } from "../domain/reports/segments.ts";
import { clock, day, hour } from "./testing/accounts.ts";
import { env, harness, type Tenant } from "./testing/harness.ts";
import { colleague } from "./testing/people.ts";

const time = clock();
const h = harness(undefined, time.now);
/** People's sessions are of the real time. */
const today = harness();

type Caller = Pick<Tenant, "call">;
const make = async ({ call }: Caller, path: string, body: object) => {
  const answer = await call("POST", path, body);
  expect(answer.status, answer.text).toBe(201);
  return answer.body as Record<string, unknown> & { id: string };
};
const change = async ({ call }: Caller, path: string, body: object) => {
  const answer = await call("PATCH", path, body);
  expect(answer.status, answer.text).toBe(200);
};
interface Report {
  data: Record<string, unknown>[];
  totals: Record<string, unknown>;
  period: Record<string, unknown>;
}
const report = async ({ call }: Caller, path: string): Promise<Report> => {
  const answer = await call("GET", `/reports/${path}`);
  expect(answer.status, answer.text).toBe(200);
  return answer.body as unknown as Report;
};

/** A pipeline of three stages and how it may end. */
async function salesOf(tenant: Tenant) {
  const pipeline = await make(tenant, "/pipelines", { name: "Sales" });
  const stages: Record<string, string> = {};
  for (const [position, [name, type, probability]] of ([["Contact", "open", 20], ["Offer", "open", 60], ["Won", "won", 100], ["Lost", "lost", 0]] as const).entries()) {
    const had = ((await tenant.call("GET", `/stages?pipeline_id=${pipeline.id}`)).body.data ?? []) as { id: string; name: string }[];
    stages[name] = had.find((one) => one.name === name)?.id ?? (await make(tenant, "/stages", { pipeline_id: pipeline.id, name, position, type, probability })).id;
  }
  return { pipeline: pipeline.id, stages };
}

describe("the report of leads", () => {
  it("counts what came and what became of it, by day, status and source", async () => {
    const tenant = await h.newTenant();
    const [first, second] = [await make(tenant, "/leads", { name: "A", source: "website" }), await make(tenant, "/leads", { name: "B", source: "phone" })];
    time.advance(2 * hour);
    await change(tenant, `/leads/${first.id}`, { status: "qualified" });
    time.advance(day);
    expect((await tenant.call("POST", `/leads/${first.id}/convert`, {})).status).toBe(200);
    await change(tenant, `/leads/${second.id}`, { status: "lost" });
    await make(tenant, "/leads", { name: "C", source: "website" });
    const { data, totals, period } = await report(tenant, "leads?interval=day");
    expect(data.slice(-2)).toMatchObject([{ created: 2, qualified: 1, converted: 0, lost: 0 }, { created: 1, qualified: 0, converted: 1, lost: 1, conversion_rate: 1, success_rate: 0.5 }]);
    expect(data).toHaveLength(30);
    expect(totals).toMatchObject({ created: 3, converted: 1, lost: 1, conversion_rate: 0.3333, now: 3, mean_seconds_to_conversion: 26 * 3600 });
    expect(totals["by_status"]).toContainEqual({ status: "qualified", now: 0, left: 1, mean_seconds: 86_400 });
    expect(totals["by_source"]).toMatchObject([{ source: "phone", created: 1, lost: 1, now: 1 }, { source: "website", created: 2, converted: 1, now: 2 }]);
    expect(period).toMatchObject({ timezone: "UTC", interval: "day" });
    expect((await report(tenant, "leads?source=phone")).totals).toMatchObject({ created: 1, lost: 1, converted: 0 });
  });

  it("counts restored leads as there again, not as new ones", async () => {
    const tenant = await h.newTenant();
    const { id } = await make(tenant, "/leads", { name: "A", status: "qualified" });
    await tenant.call("DELETE", `/leads/${id}`);
    expect((await report(tenant, "leads")).totals).toMatchObject({ created: 1, qualified: 1, deleted: 1, now: 0 });
    await tenant.call("POST", `/leads/${id}/restore`);
    expect((await report(tenant, "leads")).totals).toMatchObject({ created: 1, qualified: 1, deleted: 1, restored: 1, now: 1 });
  });

  it("has the days of the tenant's own time zone unless another is named, and parts of them to a quarter of an hour", async () => {
    const tenant = await h.newTenant();
    await tenant.call("PATCH", "/tenants/current/settings", { timezone: "Asia/Kathmandu" });
    await make(tenant, "/leads", { name: "A" });
    const at = time.now();
    const { period, totals } = await report(tenant, "leads");
    expect(period).toMatchObject({ timezone: "Asia/Kathmandu", to: expect.stringMatching(/T18:15:00.000Z$/) });
    expect(totals).toMatchObject({ created: 1 });
    const iso = (ms: number) => encodeURIComponent(new Date(ms).toISOString());
    const quarter = Math.floor(at / quarterMs) * quarterMs;
    expect((await report(tenant, `leads?from=${iso(quarter)}&to=${iso(quarter + quarterMs)}`)).totals).toMatchObject({ created: 1 });
    expect((await report(tenant, `leads?from=${iso(quarter - day)}&to=${iso(quarter)}`)).totals).toMatchObject({ created: 0 });
  });

  it("is a file of its rows when that is asked for", async () => {
    const tenant = await h.newTenant();
    await make(tenant, "/leads", { name: "A" });
    const { headers, text } = await tenant.call("GET", "/reports/leads?format=csv");
    expect(headers.get("content-type")).toBe("text/csv; charset=utf-8");
    const [head, row, end] = text.split("\r\n");
    expect(head).toBe("from,to,created,contacted,qualified,unqualified,lost,converted,deleted,restored,conversion_rate,success_rate,mean_seconds_to_conversion");
    expect(row).toMatch(/^20\d\d-.*Z,1,0,0,0,0,0,0,0,0,,$/);
    expect(end).toBe("");
  });

  it("says what is wrong with a period", async () => {
    const { call } = await h.newTenant();
    for (const [query, pointer] of [["from=yesterday", "/from"], ["timezone=Mars", "/timezone"], ["from=2026-01-02&to=2026-01-01", "/query/to"], ["from=2010-01-01&interval=day", "/query/interval"], ["from=1900-01-01", "/query/from"]]) {
      expect((await call("GET", `/reports/leads?${query}`)).body, query).toMatchObject({ code: "bad-request", errors: [{ pointer: expect.stringContaining(pointer ?? "") }] });
    }
  });
});

describe("the report of pipelines", () => {
  it("follows deals from stage to stage, and never adds two currencies", async () => {
    const tenant = await h.newTenant();
    const { pipeline, stages } = await salesOf(tenant);
    const deal = (name: string, value: number, currency: string) => make(tenant, "/deals", { name, value, currency, pipeline_id: pipeline, stage_id: stages["Contact"], expected_close: "2026-12-24" });
    const [one, two, three] = [await deal("One", 1000, "EUR"), await deal("Two", 500, "USD"), await deal("Three", 50, "EUR")];
    time.advance(day);
    for (const { id } of [one, two]) await change(tenant, `/deals/${id}`, { stage_id: stages["Offer"] });
    await change(tenant, `/deals/${three.id}`, { value: 70 });
    time.advance(day);
    await change(tenant, `/deals/${one.id}`, { stage_id: stages["Won"] });
    await change(tenant, `/deals/${two.id}`, { stage_id: stages["Contact"] });
    const { data, totals } = await report(tenant, `pipelines?pipeline_id=${pipeline}`);
    expect(data.filter(({ stage_id }) => [stages["Contact"], stages["Offer"]].includes(String(stage_id)))).toMatchObject([
      { stage: "Contact", entered: 4, forward: 2, back: 0, conversion_rate: 1, mean_seconds: 86_400, open_now: 2, open_value: [{ currency: "EUR", count: 1, amount: 70 }, { currency: "USD", count: 1, amount: 500 }] },
      { stage: "Offer", entered: 2, forward: 1, back: 1, conversion_rate: 0.5, mean_seconds: 86_400, open_now: 0 },
    ]);
    expect(totals).toMatchObject({ created: 3, won: 1, lost: 0, win_rate: 1, mean_seconds_to_won: 2 * 86_400, won_value: [{ currency: "EUR", count: 1, amount: 1000 }] });
    expect(totals["forecast"]).toEqual([{ month: "2026-12", currency: "EUR", count: 1, amount: 70, weighted: 14 }, { month: "2026-12", currency: "USD", count: 1, amount: 500, weighted: 100 }]);
    expect(totals["conversions"]).toContainEqual({ from: stages["Offer"], to: stages["Contact"], count: 1 });
  });
});

describe("the report of tickets", () => {
  it("counts what is open at the end of each day back from now", async () => {
    const tenant = await h.newTenant();
    const first = await make(tenant, "/tickets", { subject: "A", priority: "high" });
    await make(tenant, "/tickets", { subject: "B" });
    time.advance(day);
    await change(tenant, `/tickets/${first.id}`, { status: "resolved" });
    time.advance(day);
    await change(tenant, `/tickets/${first.id}`, { status: "in_progress", satisfaction: 4 });
    const { data, totals } = await report(tenant, "tickets?interval=day");
    expect(data.slice(-4)).toMatchObject([{ backlog: 0 }, { created: 2, backlog: 2 }, { resolved: 1, backlog: 1, created: 0 }, { reopened: 1, backlog: 2 }]);
    expect(totals).toMatchObject({ created: 2, resolved: 1, backlog: 2, open_now: 2, satisfaction: 4, ratings: 1, mean_seconds_to_resolution: 86_400 });
    expect(totals["open_by_priority"]).toContainEqual({ priority: "high", now: 1 });
    expect((await report(tenant, "tickets?priority=high")).totals).toMatchObject({ created: 1, open_now: 1 });
  });
});

describe("reports", () => {
  it("of owners, and the overview, put together what each did", async () => {
    const tenant = await today.newTenant();
    const ann = await colleague(today, tenant, { name: "Ann", role: "manager" });
    const { pipeline, stages } = await salesOf(tenant);
    const { id } = await make(tenant, "/deals", { name: "One", value: 900, currency: "BRL", pipeline_id: pipeline, stage_id: stages["Contact"], owner_id: ann.id });
    await change(tenant, `/deals/${id}`, { stage_id: stages["Won"] });
    const lead = await make(tenant, "/leads", { name: "A", owner_id: ann.id });
    const task = await make(tenant, "/tasks", { title: "Call", assignee_id: ann.id });
    await change(tenant, `/tasks/${task.id}`, { status: "done" });
    await make(ann, "/activities", { subject: "Called", type: "call", record_type: "lead", record_id: lead.id, user_id: ann.id });
    const { data } = await report(tenant, "owners");
    expect(data.find(({ owner_id }) => owner_id === ann.id)).toMatchObject({ owner: "Ann", leads: { created: 1, now: 1 }, deals: { won: 1, won_value: [{ currency: "BRL", count: 1, amount: 900 }], open_now: 0 }, activities: 1, tasks: { done: 1, open_now: 0 } });
    expect((await report(tenant, "overview")).totals).toMatchObject({ leads: { created: 1 }, deals: { won: 1 }, tickets: { created: 0 }, tasks: { open_now: 0 }, automations: { started: 0 } });
  });

  it("show who may read only their own records, or their team's, no others' numbers", async () => {
    const tenant = await today.newTenant();
    const role = (name: string, scope: string) => make(tenant, "/roles", { name, grants: { "reports.read": "all", "leads.read": scope } });
    const [own, team, none] = [await role("own", "own"), await role("team", "team"), await make(tenant, "/roles", { name: "none", grants: { "reports.read": "all" } })];
    const [ann, bob, cid] = [await colleague(today, tenant, { role: own.id, team: "t" }), await colleague(today, tenant, { role: team.id, team: "t" }), await colleague(today, tenant, { role: none.id })];
    for (const owner_id of [ann.id, ann.id, bob.id, cid.id]) await make(tenant, "/leads", { name: "A", owner_id });
    for (const [who, count] of [[tenant, 4], [ann, 2], [bob, 3]] as const) expect((await report(who, "leads")).totals).toMatchObject({ created: count, now: count });
    expect((await report(ann, `leads?owner_id=${bob.id}`)).totals).toMatchObject({ created: 0, now: 0 });
    expect((await report(tenant, "leads?team_id=t")).totals).toMatchObject({ created: 3 });
    expect((await report(bob, "owners")).data.map(({ owner_id }) => owner_id).sort()).toEqual([ann.id, bob.id].sort());
    expect((await cid.call("GET", "/reports/leads")).status).toBe(403);
    expect((await report(cid, "overview")).totals).not.toHaveProperty("leads");
  });

  it("rejects another tenant: nothing of it is counted", async () => {
    const [one, other] = [await today.newTenant(), await today.newTenant()];
    await make(one, "/leads", { name: "A" });
    expect((await report(other, "leads")).totals).toMatchObject({ created: 0, now: 0, by_source: [] });
    expect((await report(other, "owners")).data).toEqual([]);
    expect((await other.call("PUT", "/reports/automations/workflows/hello", { minutes_saved: 1 })).status).toBe(404);
  });

  it("rejects a role without the permission", async () => {
    const tenant = await today.newTenant();
    const { id } = await make(tenant, "/roles", { name: "sales", grants: { "leads.read": "all" } });
    const ann = await colleague(today, tenant, { role: id });
    for (const name of ["overview", "leads", "pipelines", "tickets", "owners", "automations"]) expect((await ann.call("GET", `/reports/${name}`)).status, name).toBe(403);
  });

  it("are put right from history, and say what was wrong", async () => {
    const tenant = await today.newTenant();
    await make(tenant, "/leads", { name: "A" });
    expect((await tenant.call("POST", "/reports/rebuild")).body).toEqual({ differing: {} });
    await env.DB.prepare("update record_rollups set count = 7 where tenant_id = ? and view = 'all'").bind(tenant.id).run();
    await env.DB.prepare("delete from record_current where tenant_id = ?").bind(tenant.id).run();
    expect((await tenant.call("POST", "/reports/rebuild")).body).toEqual({ differing: { "lead.status": 6, lead: 1 } });
    expect((await tenant.call("POST", "/reports/rebuild")).body).toEqual({ differing: {} });
    expect((await report(tenant, "leads")).totals).toMatchObject({ created: 1, now: 1 });
  });
});
