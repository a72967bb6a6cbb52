/** Re-runs as callers see them; what histories hold is told to the objects. */
import { describe, expect, it } from "vitest";
import type { AgainStep } from "../../durable-objects/execution/forks.ts";
import { auditOf } from "./testing/accounts.ts";
import { env, harness, type Tenant } from "./testing/harness.ts";
import { colleague } from "./testing/people.ts";

const h = harness();

async function ended(tenant: Tenant): Promise<string> {
  await tenant.deploy({});
  return String((await tenant.call("POST", "/workflows/hello/execute", { input: { name: "Ada" } })).body["execution_id"]);
}
const step = (key: string, over: Partial<AgainStep> = {}): AgainStep => ({ key, name: key.replace(/-\d+$/, ""), kind: "do", status: "completed", ended: true, sent: [], workflow: null, ...over });
const ask = (tenant: Pick<Tenant, "call">, id: string, body: object, headers?: Record<string, string>) => tenant.call("POST", `/executions/${id}/rerun`, { from: "charge-1", ...body }, headers);

/** As an action of the execution would have left it. */
async function acted(tenant: Tenant, id: string, key: string, action: string): Promise<void> {
  await env.DB.prepare("insert into action_results (tenant_id, key, execution_id, action, result, created_at) values (?, ?, ?, ?, 'j1', 0)").bind(tenant.id, `${id}:${id}:1:1:${key}`, id, action).run();
}

describe("a re-run", () => {
  it("begins a new execution, at both paths, on the version it ran on", async () => {
    const tenant = await h.newTenant();
    const id = await ended(tenant);
    await tenant.deploy({ title: "Second" });
    const { status, body } = await tenant.call("POST", `/workflows/executions/${id}/rerun`, { from: "charge-1", input: { name: "Grace" } });
    expect([status, body]).toMatchObject([202, { execution_id: id, version: 1, kept_steps: [], effects: [] }]);
    expect(h.objects.started.at(-1)).toMatchObject({ id: body["new_execution_id"], version: 1, input: 'j{"name":"Grace"}', trigger: { kind: "rerun", source: id } });
    expect((await tenant.call("GET", `/executions/${String(body["new_execution_id"])}`)).status).toBe(200);
  });

  it("goes on with the version that is asked for, if that has the workflow", async () => {
    const tenant = await h.newTenant();
    const id = await ended(tenant);
    await tenant.deploy({ title: "Second" });
    await tenant.deploy({ id: "other" });
    expect((await ask(tenant, id, { version: "current" })).body).toMatchObject({ version: 2 });
    expect((await ask(tenant, id, { version: 1 })).body).toMatchObject({ version: 1 });
    for (const version of [3, 99]) expect(await ask(tenant, id, { version })).toMatchObject({ status: 404 });
  });

  it("is refused where the kept history does not fit, with the difference", async () => {
    const tenant = await h.newTenant();
    const id = await ended(tenant);
    h.objects.forks.set(id, { copied: null, version: 2, rehearsal: { verdict: "differs", steps: 3, at: { position: 3, expected: 'do step "b-1"', found: 'do step "c-1"', where: 'after do step "a-1"' }, error: null } });
    expect(await ask(tenant, id, { dry_run: true })).toMatchObject({ status: 409, body: { code: "conflict", detail: expect.stringContaining('after do step "a-1", the history has do step "b-1" and the code comes to do step "c-1"') } });
  });

  it("is begun once for an Idempotency-Key, which takes nothing else", async () => {
    const tenant = await h.newTenant();
    const id = await ended(tenant);
    const [one, two] = [await ask(tenant, id, {}, { "idempotency-key": "k" }), await ask(tenant, id, {}, { "idempotency-key": "k" })];
    expect(two.body).toEqual(one.body);
    expect(await ask(tenant, id, { result: 5 }, { "idempotency-key": "k" })).toMatchObject({ status: 422, body: { code: "idempotency-key-reused" } });
    expect((await auditOf(tenant.id)).filter(({ action }) => action === "execution.rerun")).toHaveLength(1);
  });

  it("is recorded with what was edited, before and after, and without what is sensitive", async () => {
    const tenant = await h.newTenant();
    const id = await ended(tenant);
    h.objects.forks.set(id, { before: { input: { name: "Ada" } } });
    await ask(tenant, id, { input: { name: "Grace" } });
    h.objects.forks.set(id, { sensitive: true });
    await ask(tenant, id, { result: "hidden words" });
    const lines = (await auditOf(tenant.id)).filter(({ action }) => action === "execution.rerun");
    expect(lines).toMatchObject([{ entity_id: id, before: { input: { name: "Ada" } }, after: { from: "charge-1", version: 1, input: { name: "Grace" } } }, { after: { result: "[sensitive, edited]" } }]);
    expect(JSON.stringify(lines)).not.toContain("hidden words");
  });
});

describe("what would happen again", () => {
  it("is told of actions, requests, children, approvals, and of steps that nobody knows enough of", async () => {
    const tenant = await h.newTenant();
    const id = await ended(tenant);
    h.objects.forks.set(id, {
      kept: ["a-1"], undone: ["a-1"],
      again: [step("mail-1"), step("crm.leads.create-1"), step("crm.leads.get-1"), step("charge-1", { sent: ["POST api.example.com"] }), step("fetch POST shop.example.com-1"), step("fetch GET shop.example.com-1"), step("child-1", { kind: "invoke", workflow: "other" }), step("sign-1", { kind: "approval" }), step("nap-1", { kind: "sleep" }), step("cut-1", { ended: false, status: "cancelled" }), step("plain-1")],
    });
    await acted(tenant, id, "mail-1:send_email:1", "send_email");
    await acted(tenant, id, "crm.leads.create-1:crm.leads.create:1", "crm.leads.create");
    // Of an earlier run, and of a kept step.
    await acted(tenant, id, "a-1:send_email:1", "send_email");
    const effects = [
      ["mail-1", "sends"], ["crm.leads.create-1", "changes"], ["charge-1", "sends"], ["fetch POST shop.example.com-1", "sends"], ["child-1", "changes"], ["sign-1", "changes"], ["cut-1", "unknown"],
    ];
    const dry = await ask(tenant, id, { dry_run: true });
    expect(dry).toMatchObject({ status: 200, body: { new_execution_id: null, undone_steps: ["a-1"] } });
    expect((dry.body["effects"] as { step: string; effect: string }[]).map((one) => [one.step, one.effect])).toEqual(effects);

    const before = h.objects.started.length;
    const refused = await ask(tenant, id, {});
    expect(refused).toMatchObject({ status: 409, body: { code: "effects-would-repeat" } });
    expect(refused.body["errors"]).toHaveLength(effects.length + 1);
    expect(h.objects.started).toHaveLength(before);
    expect((await ask(tenant, id, { acknowledge_effects: true })).status).toBe(202);
  });
});

describe("re-runs", () => {
  it("rejects another tenant", async () => {
    const [mine, theirs] = [await h.newTenant(), await h.newTenant()];
    expect(await ask(mine, await ended(theirs), {})).toMatchObject({ status: 404, body: { code: "not-found" } });
  });

  it("rejects a role without the permission", async () => {
    const tenant = await h.newTenant();
    const id = await ended(tenant);
    const viewer = await colleague(h, tenant, { role: "viewer" });
    expect(await viewer.call("POST", `/executions/${id}/rerun`, { from: "charge-1" })).toMatchObject({ status: 403 });
  });

  it("says what is wrong with a request", async () => {
    const tenant = await h.newTenant();
    const id = await ended(tenant);
    expect(await ask(tenant, id, { version: "newest" })).toMatchObject({ status: 400 });
    expect(await tenant.call("POST", `/executions/${id}/rerun`, {})).toMatchObject({ status: 400 });
  });
});
