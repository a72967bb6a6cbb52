import { describe, expect, it } from "vitest";
import { decode } from "../../sdk/schema/codec.ts";
import { hashApiKey, newApiKey } from "../auth/api-key.ts";
import { mailsTo } from "./testing/accounts.ts";
import { outcomesTold, pendingApproval } from "./testing/approvals.ts";
import { env, harness, type Tenant } from "./testing/harness.ts";
import { type Colleague, colleague, listed } from "./testing/people.ts";

const h = harness();
const told = (execution: string) => outcomesTold(h.objects.told(execution)).map((text) => decode(text) as Record<string, unknown>);
const decide = (by: Pick<Colleague, "call">, id: string, body: object = { decision: "approved" }) => by.call("POST", `/workflows/approvals/${id}/decide`, body);
const eventsOf = async (tenant: Pick<Tenant, "id">, id: string) => (await env.DB.prepare("select type from events where tenant_id = ? and record_id = ? order by seq").bind(tenant.id, id).all<{ type: string }>()).results.map(({ type }) => type);

async function keyOf(tenant: Tenant, person: Colleague): Promise<Pick<Colleague, "call">> {
  const key = newApiKey();
  await env.DB.prepare("insert into api_keys (id, tenant_id, name, prefix, hash, created_by, created_at) values (?, ?, 'own', 'es_', ?, ?, 0)").bind(crypto.randomUUID(), tenant.id, await hashApiKey(key), person.id).run();
  return { call: (method, path, body) => h.call(key, method, `/api/v1${path}`, body) };
}

describe("deciding", () => {
  it("answers as the guide says, tells the execution with who and when, and is audited", async () => {
    const tenant = await h.newTenant();
    const john = await colleague(h, tenant, { name: "John Smith" });
    const { id, execution } = await pendingApproval(tenant, { from: [john.email] });
    const answer = await decide(john, id, { decision: "approved", comment: "Approved - terms look good" });
    expect(answer).toMatchObject({ status: 200, body: { id, status: "approved", approved_by: "John Smith", decision_at: expect.any(String), workflow_execution_resumed: true } });
    const at = new Date(String(answer.body["decision_at"]));
    expect(told(execution)).toEqual([{ request: id, decision: "approved", comment: "Approved - terms look good", decided_by: john.id, decided_at: at, answers: null, votes: [{ user: john.id, decision: "approved", comment: "Approved - terms look good", at, on_behalf_of: null, answers: null }] }]);
    expect(listed(await tenant.call("GET", `/audit?entity=approval&entity_id=${id}`))).toMatchObject([{ action: "approval.decide", after: { decision: "approved", status: "approved", via: "session" } }]);
    expect(await eventsOf(tenant, id)).toEqual(["approval.requested", "approval.decided"]);
  });

  it("a second time says who decided", async () => {
    const tenant = await h.newTenant();
    const [ada, bob] = [await colleague(h, tenant, { name: "Ada" }), await colleague(h, tenant)];
    const { id } = await pendingApproval(tenant);
    expect((await decide(ada, id, { decision: "rejected" })).body).toMatchObject({ status: "rejected" });
    expect(await decide(bob, id)).toMatchObject({ status: 409, body: { detail: expect.stringMatching(/^This was rejected already, at .*, by Ada\.$/) } });
    expect(await decide(ada, id)).toMatchObject({ status: 409, body: { detail: expect.stringContaining("by you.") } });
  });

  it("of many at once counts exactly one, and the execution hears one", async () => {
    const tenant = await h.newTenant();
    const people = await Promise.all(Array.from({ length: 50 }, () => colleague(h, tenant)));
    const { id, execution } = await pendingApproval(tenant, { from: ["member"] });
    const answers = await Promise.all(people.map((one, index) => decide(one, id, { decision: index % 2 ? "approved" : "rejected", comment: `by ${index}` })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 49 }, () => 409)]);
    const [outcome, ...more] = told(execution);
    expect(more).toEqual([]);
    const winner = answers.findIndex(({ status }) => status === 200);
    expect(outcome).toMatchObject({ decided_by: people[winner]?.id, comment: `by ${winner}`, votes: [expect.anything()] });
    expect((await eventsOf(tenant, id)).filter((type) => type === "approval.decided")).toHaveLength(1);
  });

  it("of many at once by a quorum counts so many, each once", async () => {
    const tenant = await h.newTenant();
    const people = await Promise.all(Array.from({ length: 50 }, () => colleague(h, tenant)));
    const { id, execution } = await pendingApproval(tenant, { from: ["member"], need: 5 });
    const answers = await Promise.all(people.map((one) => decide(one, id)));
    const counted = people.filter((_, index) => answers[index]?.status === 200);
    expect(answers.map(({ body }) => body["status"]).filter((status) => status === "pending")).toHaveLength(4);
    const [outcome, ...more] = told(execution);
    expect(more).toEqual([]);
    expect(((outcome ?? {})["votes"] as { user: string }[]).map(({ user }) => user).sort()).toEqual(counted.map((one) => one.id).sort());
    expect(counted).toHaveLength(5);
  });

  it("by all takes everyone, and ends with the first rejection", async () => {
    const tenant = await h.newTenant();
    const [ada, bob, eve] = [await colleague(h, tenant), await colleague(h, tenant), await colleague(h, tenant, { role: "manager" })];
    const asked = { from: [ada.id, bob.email, "manager"], need: "all" } as const;
    const one = await pendingApproval(tenant, asked);
    expect((await decide(ada, one.id)).body).toMatchObject({ status: "pending", approved_by: null, workflow_execution_resumed: false });
    expect(await decide(ada, one.id)).toMatchObject({ status: 409, body: { detail: expect.stringContaining("You have approved this already") } });
    await decide(eve, one.id);
    expect((await decide(bob, one.id)).body).toMatchObject({ status: "approved" });
    expect(told(one.execution)).toMatchObject([{ decision: "approved", votes: [{ user: ada.id }, { user: eve.id }, { user: bob.id }] }]);
    const two = await pendingApproval(tenant, asked);
    await decide(ada, two.id);
    expect((await decide(bob, two.id, { decision: "rejected" })).body).toMatchObject({ status: "rejected" });
    expect((await decide(eve, two.id)).status).toBe(409);
  });

  it("is for members of a role as they are now", async () => {
    const tenant = await h.newTenant();
    const role = String((await tenant.call("POST", "/roles", { name: "Finance", grants: { "workflows.read": "all", "workflows.approve": "all" } })).body["id"]);
    const [was, is] = [await colleague(h, tenant, { role }), await colleague(h, tenant)];
    const { id } = await pendingApproval(tenant, { from: ["finance"] });
    await tenant.call("PATCH", `/users/${was.id}`, { role: "member" });
    expect(await decide(was, id)).toMatchObject({ status: 403, body: { detail: "You are not asked to decide this; asked are the role finance. Who is asked can hand it on to you." } });
    await tenant.call("PATCH", `/users/${is.id}`, { role });
    expect((await decide(is, id)).status).toBe(200);
  });

  it("is not for a role without the permission, even of who is asked, nor for another tenant", async () => {
    const [tenant, other] = [await h.newTenant(), await h.newTenant()];
    const viewer = await colleague(h, tenant, { role: "viewer" });
    const { id } = await pendingApproval(tenant, { from: [viewer.id] });
    expect(await decide(viewer, id)).toMatchObject({ status: 403, body: { detail: expect.stringContaining("workflows.approve") } });
    const stranger = await colleague(h, other, { role: "admin" });
    for (const [method, path] of [["GET", ""], ["POST", "/decide"], ["POST", "/delegate"]] as const) expect((await stranger.call(method, `/workflows/approvals/${id}${path}`, method === "GET" ? undefined : { decision: "approved", to: stranger.id })).status, path).not.toBe(200);
    expect((await stranger.call("GET", `/workflows/approvals/${id}`)).status).toBe(404);
    expect((await decide(stranger, id)).status).toBe(404);
    expect(listed(await stranger.call("GET", "/workflows/approvals"))).toEqual([]);
  });

  it("is for admins only when they are asked, or nobody else can", async () => {
    const tenant = await h.newTenant();
    const [ada, boss] = [await colleague(h, tenant), await colleague(h, tenant, { role: "admin" })];
    const named = await pendingApproval(tenant, { from: [ada.id] });
    expect((await decide(boss, named.id)).status).toBe(403);
    await tenant.call("PATCH", `/users/${ada.id}`, { status: "disabled" });
    expect((await decide(boss, named.id)).body).toMatchObject({ status: "approved" });
    const unknown = await pendingApproval(tenant, { from: ["nobody@example.com"] });
    expect((await tenant.call("GET", `/workflows/approvals/${unknown.id}`)).body).toMatchObject({ requested_from: "nobody@example.com", asked: [{ kind: "unknown", name: "nobody@example.com" }] });
    expect((await mailsTo(boss.email)).at(-1)?.text).toContain("you are asked as an admin");
    expect((await decide(await colleague(h, tenant), unknown.id)).status).toBe(403);
    expect((await decide(boss, unknown.id)).status).toBe(200);
  });

  it("with a key is its maker's doing; a key that is nobody's is an admin's", async () => {
    const tenant = await h.newTenant();
    const [ada, bob] = [await colleague(h, tenant), await colleague(h, tenant)];
    const { id, execution } = await pendingApproval(tenant, { from: [ada.id], need: 1 });
    expect((await decide(await keyOf(tenant, bob), id)).status).toBe(403);
    expect((await decide(tenant, id)).status).toBe(403);
    expect((await decide(await keyOf(tenant, ada), id)).body).toMatchObject({ status: "approved" });
    expect(told(execution)).toMatchObject([{ decided_by: ada.id }]);
    const open = await pendingApproval(tenant);
    expect((await decide(tenant, open.id)).body).toMatchObject({ status: "approved", approved_by: "default" });
    expect(told(open.execution)).toMatchObject([{ decided_by: "default", votes: [{ user: "default" }] }]);
  });

  it("after its time is over is refused, and shown as expired at once", async () => {
    const tenant = await h.newTenant();
    const ada = await colleague(h, tenant);
    const { id, execution } = await pendingApproval(tenant, { startedAt: Date.now() - 60_000, due: Date.now() - 1 });
    expect(await decide(ada, id)).toMatchObject({ status: 409, body: { detail: expect.stringContaining("The time for this decision was over") } });
    expect((await ada.call("GET", `/workflows/approvals/${id}`)).body).toMatchObject({ status: "expired", can_decide: false });
    expect(listed(await ada.call("GET", "/workflows/approvals?status=expired"))).toHaveLength(1);
    expect(listed(await ada.call("GET", "/workflows/approvals?status=pending"))).toEqual([]);
    expect(told(execution)).toEqual([]);
  });

  it("by its step goes the same way", async () => {
    const tenant = await h.newTenant();
    const [ada, bob] = [await colleague(h, tenant), await colleague(h, tenant)];
    const { execution } = await pendingApproval(tenant, { from: [ada.id] });
    const path = `/executions/${execution}/approvals/sign-off-1/decide`;
    expect((await bob.call("POST", path, { decision: "approved" })).status).toBe(403);
    expect(await ada.call("POST", path, { decision: "approved" })).toMatchObject({ status: 202, body: { accepted: true } });
    expect((await ada.call("POST", path, { decision: "approved" })).status).toBe(409);
    expect(told(execution)).toHaveLength(1);
    expect((await ada.call("POST", `/executions/${execution}/approvals/other-1/decide`, { decision: "approved" })).status).toBe(409);
    expect((await ada.call("POST", `/executions/${crypto.randomUUID()}/approvals/other-1/decide`, { decision: "approved" })).status).toBe(404);
  });
});

describe("a form", () => {
  const form = { type: "object", properties: { amount: { type: "integer", minimum: 1, maximum: 900 }, note: { type: "string" } }, required: ["amount"] };

  it("is refused field by field, and then the decision does not count", async () => {
    const tenant = await h.newTenant();
    const ada = await colleague(h, tenant);
    const { id, execution } = await pendingApproval(tenant, { form });
    expect(await decide(ada, id, { decision: "approved", answers: { amount: 1000, note: 5 } })).toMatchObject({ status: 400, body: { errors: [{ pointer: "/answers/amount", detail: expect.stringContaining("<=900") }, { pointer: "/answers/note", detail: expect.any(String) }] } });
    expect(await decide(ada, id)).toMatchObject({ status: 400, body: { errors: [{ pointer: "/answers/amount", detail: expect.any(String) }] } });
    expect((await ada.call("GET", `/approvals/${id}`)).body).toMatchObject({ status: "pending", form, votes: [], can_decide: true });
    expect((await decide(ada, id, { decision: "approved", answers: { amount: 5 } })).status).toBe(200);
    expect(told(execution)).toMatchObject([{ answers: { amount: 5 }, votes: [{ answers: { amount: 5 } }] }]);
    expect((await ada.call("GET", `/approvals/${id}`)).body).toMatchObject({ votes: [{ user: ada.id, name: "Ada Lovelace", answers: { amount: 5 } }] });
  });

  it("is not needed to reject, and not taken where there is none", async () => {
    const tenant = await h.newTenant();
    const ada = await colleague(h, tenant);
    const { id } = await pendingApproval(tenant, { form });
    expect((await decide(ada, id, { decision: "rejected" })).status).toBe(200);
    const plain = await pendingApproval(tenant);
    expect(await decide(ada, plain.id, { decision: "approved", answers: { amount: 1 } })).toMatchObject({ status: 400, body: { errors: [{ pointer: "/answers", detail: "this approval has no form" }] } });
  });
});

describe("the list", () => {
  it("has the guide's fields under both names, filters and pages", async () => {
    const tenant = await h.newTenant();
    const john = await colleague(h, tenant, { name: "John Smith" });
    const first = await pendingApproval(tenant, { from: [john.id], title: "Approve contract renewal for Acme Corp", description: "Contract value: $50,000/year.", startedAt: Date.now() - 5000 });
    const second = await pendingApproval(tenant, { step: "other-1" });
    const all = await john.call("GET", "/workflows/approvals?status=pending");
    expect(all.body["approvals"]).toEqual(all.body.data);
    expect(listed(all)).toMatchObject([{ id: second.id, requested_from: null }, { id: first.id, workflow_execution_id: first.execution, workflow_name: "Hello", title: "Approve contract renewal for Acme Corp", description: "Contract value: $50,000/year.", requested_from: "John Smith", status: "pending", expires_at: expect.any(String), created_at: expect.any(String) }]);
    const page = await john.call("GET", "/approvals?limit=1");
    const { next_cursor } = page.body["pagination"] as { next_cursor: string };
    expect(listed(await john.call("GET", `/approvals?limit=1&cursor=${next_cursor}`))).toMatchObject([{ id: first.id }]);
    expect(listed(await john.call("GET", `/approvals?execution_id=${first.execution}`))).toHaveLength(1);
    await decide(john, first.id);
    expect(listed(await john.call("GET", "/approvals?status=approved"))).toMatchObject([{ id: first.id, approved_by: "John Smith" }]);
    expect((await john.call("GET", "/approvals?status=maybe")).status).toBe(400);
  });

  it("of mine has what I can decide now", async () => {
    const tenant = await h.newTenant();
    const [ada, bob] = [await colleague(h, tenant), await colleague(h, tenant, { role: "manager" })];
    const start = Date.now() - 60_000;
    const asked = async (step: string, more: object) => (await pendingApproval(tenant, { step, startedAt: start + Number(step.at(-1)), ...more })).id;
    const [own, ofRole, anyone] = [await asked("a-1", { from: [ada.id] }), await asked("b-2", { from: ["manager"] }), await asked("c-3", {})];
    await asked("d-4", { due: Date.now() - 1000 });
    const mine = async (one: Colleague) => listed(await one.call("GET", "/approvals?mine=true")).map(({ id }) => id);
    expect([await mine(ada), await mine(bob)]).toEqual([[anyone, own], [anyone, ofRole]]);
    await decide(bob, anyone);
    expect([await mine(ada), await mine(bob)]).toEqual([[own], [ofRole]]);
    await ada.call("PUT", "/approvals/delegation", { to: bob.email });
    expect(await mine(bob)).toEqual([ofRole, own]);
  });

  it("shows people masked to those who see them so", async () => {
    const tenant = await h.newTenant();
    const ada = await colleague(h, tenant, { name: "Ada Lovelace" });
    const role = String((await tenant.call("POST", "/roles", { name: "Masked", grants: { "workflows.read": "all" }, masked: { users: ["name"] } })).body["id"]);
    const reader = await colleague(h, tenant, { role });
    const { id } = await pendingApproval(tenant, { from: [ada.id] });
    await decide(ada, id);
    expect((await reader.call("GET", `/approvals/${id}`)).body).toMatchObject({ requested_from: "A…", approved_by: "A…", votes: [{ name: "A…" }], can_decide: false });
    expect((await reader.call("GET", `/approvals/${id}`)).text).not.toContain("Lovelace");
  });
});

describe("handing on", () => {
  it("lets somebody else decide, in one's place, with a mail that says so", async () => {
    const tenant = await h.newTenant();
    const [ada, bob] = [await colleague(h, tenant), await colleague(h, tenant)];
    const { id, execution } = await pendingApproval(tenant, { from: [ada.id] });
    expect((await decide(bob, id)).status).toBe(403);
    expect(await ada.call("POST", `/approvals/${id}/delegate`, { to: bob.email })).toMatchObject({ status: 200, body: { id, to: { id: bob.id } } });
    expect((await mailsTo(bob.email)).at(-1)?.text).toContain("was handed on to you");
    expect((await decide(bob, id)).status).toBe(200);
    expect(told(execution)).toMatchObject([{ decided_by: bob.id, votes: [{ user: bob.id, on_behalf_of: ada.id }] }]);
    expect((await decide(ada, id)).status).toBe(409);
  });

  it("is refused for who is not asked, to who cannot decide, and where the workflow says no", async () => {
    const tenant = await h.newTenant();
    const [ada, bob, viewer] = [await colleague(h, tenant), await colleague(h, tenant), await colleague(h, tenant, { role: "viewer" })];
    const { id } = await pendingApproval(tenant, { from: [ada.id] });
    expect((await bob.call("POST", `/approvals/${id}/delegate`, { to: bob.id })).status).toBe(403);
    for (const to of [viewer.id, ada.id, "nobody@example.com"]) expect(await ada.call("POST", `/approvals/${id}/delegate`, { to }), to).toMatchObject({ status: 400, body: { errors: [{ pointer: "/to" }] } });
    const fixed = await pendingApproval(tenant, { from: [ada.id], delegate: false });
    expect((await ada.call("POST", `/approvals/${fixed.id}/delegate`, { to: bob.id })).status).toBe(409);
    expect((await tenant.call("POST", `/approvals/${id}/delegate`, { to: bob.id })).status).toBe(403);
  });

  it("of all counts from and until when it says, and ends when taken back", async () => {
    const tenant = await h.newTenant();
    const [ada, bob] = [await colleague(h, tenant), await colleague(h, tenant, { name: "Bob" })];
    const at = (ms: number) => new Date(Date.now() + ms).toISOString();
    expect((await ada.call("GET", "/approvals/delegation")).body).toEqual({ delegation: null });
    const { id } = await pendingApproval(tenant, { from: [ada.id] });
    await ada.call("PUT", "/approvals/delegation", { to: bob.id, from: at(3_600_000) });
    expect((await decide(bob, id)).status).toBe(403);
    expect((await ada.call("PUT", "/approvals/delegation", { to: bob.id, until: at(3_600_000) })).body).toMatchObject({ delegation: { to: { id: bob.id, name: "Bob" }, until: expect.any(String) } });
    expect((await ada.call("DELETE", "/approvals/delegation")).status).toBe(204);
    expect((await decide(bob, id)).status).toBe(403);
    expect((await ada.call("PUT", "/approvals/delegation", { to: bob.id, until: at(-1) })).status).toBe(400);
    await ada.call("PUT", "/approvals/delegation", { to: bob.id });
    expect((await decide(bob, id)).status).toBe(200);
    expect(listed(await tenant.call("GET", "/audit?entity=approval_delegation")).map(({ action }) => action).sort()).toEqual(["approval_delegation.end", "approval_delegation.set", "approval_delegation.set", "approval_delegation.set"]);
  });
});
