/** What actions do besides records: people are told, webhooks called, variables set, work written down. */
import { describe, expect, it } from "vitest";
import { acting } from "../http/testing/acting.ts";
import { harness } from "../http/testing/harness.ts";
import { colleague, listed } from "../http/testing/people.ts";

const h = harness();

describe("people", () => {
  it("are told in the application, once, whoever fits and is active", async () => {
    const tenant = await h.newTenant();
    const [ada, bob] = [await colleague(h, tenant, { role: "manager" }), await colleague(h, tenant, { role: "member" })];
    const execution = acting(tenant);
    const params = { to: { role: "manager" }, title: "A deal was won", link: "/deals/1" };
    expect(await execution.do("notify", params, "k")).toEqual({ users: [ada.id] });
    expect(await execution.do("notify", params, "k")).toEqual({ users: [ada.id] });
    expect(listed(await ada.call("GET", "/notifications"))).toMatchObject([{ type: "workflow.message", title: "A deal was won", link: "/deals/1" }]);
    expect(listed(await bob.call("GET", "/notifications"))).toEqual([]);
    expect(await execution.act("notify", { to: {}, title: "x" })).toMatchObject({ ok: false, code: "bad-request" });
    expect(await execution.act("notify", { ...params, link: "//elsewhere.example" })).toMatchObject({ ok: false, code: "bad-request" });
  });

  it("of other tenants are neither found nor told nor given anything", async () => {
    const [tenant, other] = [await h.newTenant(), await h.newTenant()];
    const stranger = await colleague(h, other);
    const execution = acting(tenant);
    expect(await execution.do("find_users", { users: [stranger.id] })).toEqual([]);
    expect(await execution.do("notify", { to: { users: [stranger.id] }, title: "x" })).toEqual({ users: [] });
    const { id } = await execution.do<{ id: string }>("crm.leads.create", { values: { name: "Ada" } });
    expect(await execution.act("assign", { record: { type: "lead", id }, strategy: "user", user_id: stranger.id })).toMatchObject({ ok: false, code: "bad-request" });
    expect(await execution.act("assign", { record: { type: "lead", id }, strategy: "round_robin", among: { users: [stranger.id] } })).toMatchObject({ ok: false, code: "conflict" });
  });
});

describe("work", () => {
  it("is written down about records that are there", async () => {
    const tenant = await h.newTenant();
    const execution = acting(tenant);
    const { id } = await execution.do<{ id: string }>("crm.leads.create", { values: { name: "Ada" } });
    const about = { type: "lead", id };
    expect(await execution.do("create_task", { title: "Call", about, due_at: "2026-03-01T10:00:00+01:00" })).toMatchObject({ title: "Call", relations: [about], due_at: "2026-03-01T09:00:00.000Z" });
    expect(await execution.do("create_note", { about, body: "words" })).toMatchObject({ record_type: "lead", record_id: id });
    expect(await execution.do("log_activity", { about, subject: "Called", type: "call" })).toMatchObject({ type: "call", happened_at: expect.any(String) });
    for (const action of ["create_task", "create_note", "log_activity"]) expect(await execution.act(action, { title: "x", body: "x", subject: "x", about: { type: "lead", id: "nowhere" } }), action).toMatchObject({ ok: false });
    expect(await execution.act("create_note", { about: { type: "ship", id }, body: "x" })).toMatchObject({ ok: false, code: "bad-request", detail: expect.stringContaining("there is no kind of record") });
  });

  it("converts a lead once, and refuses one that is converted", async () => {
    const tenant = await h.newTenant();
    const execution = acting(tenant);
    const { id } = await execution.do<{ id: string }>("crm.leads.create", { values: { name: "Ada", email: "ada@example.com", company_name: "Engines" } });
    const convert = (key: string) => execution.act("crm.leads.convert", { id, company: true, deal: { name: "Engine", value: 100 } }, key);
    const [first, ...others] = await Promise.all([convert("k"), convert("k"), convert("k")]);
    expect(execution.value(first as never)).toMatchObject({ lead: { status: "converted" }, contact: { email: "ada@example.com" }, company: { name: "Engines" }, deal: { name: "Engine", lead_id: id } });
    for (const other of others) expect(other).toEqual(first);
    for (const path of ["contacts", "companies", "deals"]) expect(listed(await tenant.call("GET", `/${path}`)), path).toHaveLength(1);
    expect(await convert("k-2")).toMatchObject({ ok: false, code: "conflict" });
  });

  it("moves a deal to a stage by its name in the deal's pipeline", async () => {
    const tenant = await h.newTenant();
    const execution = acting(tenant);
    const { id: pipeline_id } = await execution.do<{ id: string }>("crm.pipelines.create", { values: { name: "Sales" } });
    for (const [position, name] of ["First look", "Last word"].entries()) await execution.do("crm.stages.create", { values: { pipeline_id, name, position } });
    const { data: stages } = await execution.do<{ data: { id: string; name: string }[] }>("crm.stages.find", { filter: { pipeline_id } });
    const stageId = (wanted: string) => stages.find(({ name }) => name === wanted)?.id;
    const { id } = await execution.do<{ id: string }>("crm.deals.create", { values: { name: "Ship", pipeline_id, stage_id: stageId("First look") } });
    expect(await execution.do("crm.deals.move_stage", { id, stage: "Last word" })).toMatchObject({ stage_id: stageId("Last word") });
    expect(await execution.do("crm.deals.move_stage", { id, stage: stageId("First look") })).toMatchObject({ stage_id: stageId("First look") });
    expect(await execution.act("crm.deals.move_stage", { id, stage: "Nowhere" })).toMatchObject({ ok: false, code: "not-found" });
  });
});

describe("a webhook", () => {
  it("gets an event that it does not listen to, once", async () => {
    const tenant = await h.newTenant();
    const webhook = String((await tenant.call("POST", "/webhooks", { url: "https://receiver.example.com/in", event_types: ["order.*"] })).body["id"]);
    const execution = acting(tenant);
    const params = { webhook_id: webhook, type: "contract.signed", data: { amount: 7 } };
    const first = await execution.do<{ event_id: string; delivery_id: string }>("webhook", params, "k");
    expect(await execution.do("webhook", params, "k")).toEqual(first);
    expect(listed(await tenant.call("GET", `/webhooks/${webhook}/deliveries`))).toMatchObject([{ id: first.delivery_id, event_type: "contract.signed" }]);
    expect(await execution.act("webhook", { ...params, type: "lead.created" })).toMatchObject({ ok: false, code: "bad-request", detail: expect.stringContaining("the platform alone says that") });
    expect(await acting(await h.newTenant()).act("webhook", params)).toMatchObject({ ok: false, code: "not-found" });
  });
});

describe("a variable", () => {
  const shown = async (tenant: Awaited<ReturnType<typeof h.newTenant>>) => listed(await tenant.call("GET", "/variables")).map(({ name, value, workflow_id, type }) => ({ name, value, workflow_id, type }));

  it("is set for the tenant or the workflow, and keeps its type", async () => {
    const tenant = await h.newTenant();
    const execution = acting(tenant, { workflowId: "greet" });
    await execution.do("set_variable", { name: "RATE", value: 1 });
    await execution.do("set_variable", { name: "RATE", value: 2 });
    await execution.do("set_variable", { name: "RATE", value: { of: 3 }, scope: "workflow" });
    expect(await shown(tenant)).toEqual([{ name: "RATE", value: 2, workflow_id: null, type: "number" }, { name: "RATE", value: { of: 3 }, workflow_id: "greet", type: "json" }]);
    expect(await execution.act("set_variable", { name: "RATE", value: "two" })).toMatchObject({ ok: false, code: "bad-request", detail: expect.stringContaining("takes no such value") });
  });

  it("that is a secret is not touched, and what several set at once is one variable", async () => {
    const tenant = await h.newTenant();
    const execution = acting(tenant);
    await tenant.call("POST", "/variables", { name: "TOKEN", type: "secret", value: "12345678", hosts: ["api.example.com"] });
    expect(await execution.act("set_variable", { name: "TOKEN", value: "x" })).toMatchObject({ ok: false, code: "conflict" });
    await Promise.all([1, 2, 3].map((value) => execution.do("set_variable", { name: "COUNT", value })));
    expect((await shown(tenant)).filter(({ name }) => name === "COUNT")).toHaveLength(1);
  });
});

describe("a request by the platform", () => {
  it.each(["http://127.0.0.1/", "http://169.254.169.254/latest", "http://localhost:8080/", "https://user:word@example.com/"])("to %s is refused", async (url) => {
    const reply = await acting(await h.newTenant()).act("http_request", { url });
    expect(reply).toMatchObject({ ok: false, code: "forbidden", retryable: false });
  });
});
