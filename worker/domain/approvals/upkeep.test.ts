import { beforeEach, describe, expect, it, vi } from "vitest";
import { decode } from "../../../sdk/schema/codec.ts";
import { mailsTo } from "../../http/testing/accounts.ts";
import { outcomesTold, pendingApproval } from "../../http/testing/approvals.ts";
import { env, harness, type Tenant } from "../../http/testing/harness.ts";
import { type Colleague, colleague, listed } from "../../http/testing/people.ts";
import { announceApprovals } from "./announce.ts";
import { keepUpApprovals } from "./upkeep.ts";

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];
let ahead = 0;
const h = harness(undefined, () => Date.now() + ahead);
const told = (execution: string) => outcomesTold(h.objects.told(execution));
const sweep = async (now: number) => {
  const work: Promise<unknown>[] = [];
  await keepUpApprovals(env, now, (one) => void work.push(one), h.objects);
  await Promise.all(work);
};
const decide = (by: Colleague, id: string, decision = "approved") => by.call("POST", `/approvals/${id}/decide`, { decision });
const shown = async (tenant: Tenant, id: string) => (await tenant.call("GET", `/approvals/${id}`)).body;
const eventsOf = async (id: string) => (await env.DB.prepare("select type from events where record_id = ? order by seq").bind(id).all<{ type: string }>()).results.map(({ type }) => type);

/** The process dies between fixing a decision and telling it. */
function dieBeforeTelling() {
  const { execution } = h.objects;
  const spy = vi.spyOn(h.objects, "execution").mockImplementation((tenant, id) => ({
    ...execution(tenant, id),
    decide: async () => {
      throw new Error("the process died");
    },
  }));
  vi.spyOn(console, "error").mockImplementation(() => {});
  return () => spy.mockRestore();
}

beforeEach(() => {
  ahead = 0;
  vi.restoreAllMocks();
});

describe("a decision that its execution has not heard of", () => {
  it("is told by the sweep, once, in the words in which it was fixed", async () => {
    const tenant = await h.newTenant();
    const [ada, bob] = [await colleague(h, tenant), await colleague(h, tenant)];
    const { id, execution } = await pendingApproval(tenant);
    const revive = dieBeforeTelling();
    expect((await decide(ada, id)).body).toMatchObject({ status: "approved", workflow_execution_resumed: false });
    revive();
    expect((await decide(bob, id, "rejected")).status).toBe(409);
    expect(told(execution)).toEqual([]);
    const now = Date.now() + minute;
    await Promise.all([sweep(now), sweep(now + 1)]);
    await sweep(now + hour);
    const outcomes = told(execution).map((text) => decode(text));
    // However often it is told: these are the same words, which the execution takes once.
    expect(new Set(told(execution)).size).toBe(1);
    expect(outcomes[0]).toMatchObject({ decision: "approved", decided_by: ada.id });
    const before = outcomes.length;
    await sweep(now + 2 * hour);
    expect(told(execution)).toHaveLength(before);
  });

  it("gives way to the execution's own end, when that came first", async () => {
    const tenant = await h.newTenant();
    const ada = await colleague(h, tenant);
    const { id } = await pendingApproval(tenant, { due: Date.now() + minute });
    const revive = dieBeforeTelling();
    await decide(ada, id);
    revive();
    const { execution } = h.objects;
    vi.spyOn(h.objects, "execution").mockImplementation((tenantId, one) => ({ ...execution(tenantId, one), decide: async () => ({ ok: false, code: "conflict", detail: "nothing is pending" }) }));
    ahead = 2 * minute;
    await sweep(Date.now() + ahead);
    expect(await shown(tenant, id)).toMatchObject({ status: "expired", approved_by: null });
    expect(await eventsOf(id)).toEqual(["approval.requested", "approval.decided", "approval.expired"]);
  });
});

describe("reminders", () => {
  it("go to who has not decided, once each", async () => {
    const tenant = await h.newTenant();
    const [ada, bob] = [await colleague(h, tenant), await colleague(h, tenant)];
    const start = Date.now();
    const { id } = await pendingApproval(tenant, { from: [ada.id, bob.id], need: "all", remind: [hour, 2 * hour], startedAt: start });
    const mails = async (one: Colleague) => (await mailsTo(one.email)).map(({ subject }) => subject);
    expect(await mails(ada)).toEqual(["Please decide: Sign off?"]);
    await sweep(start + hour - 1);
    expect(await mails(ada)).toHaveLength(1);
    await Promise.all([sweep(start + hour), sweep(start + hour)]);
    await sweep(start + hour + minute);
    expect(await mails(ada)).toEqual(["Please decide: Sign off?", "Reminder: please decide: Sign off?"]);
    await decide(bob, id);
    await sweep(start + 2 * hour);
    await sweep(start + 9 * hour);
    expect([(await mails(ada)).length, (await mails(bob)).length]).toEqual([3, 2]);
    expect(listed(await ada.call("GET", "/notifications?type=approval.reminder"))).toHaveLength(2);
  });

  it("end with the decision", async () => {
    const tenant = await h.newTenant();
    const ada = await colleague(h, tenant);
    const start = Date.now();
    const { id } = await pendingApproval(tenant, { from: [ada.id], remind: [hour], startedAt: start });
    await decide(ada, id);
    await sweep(start + 2 * hour);
    expect(await mailsTo(ada.email)).toHaveLength(1);
  });
});

describe("escalation", () => {
  it("asks others too, of whom one decides for all", async () => {
    const tenant = await h.newTenant();
    const [ada, bob, boss] = [await colleague(h, tenant), await colleague(h, tenant), await colleague(h, tenant, { role: "admin" })];
    const start = Date.now();
    const { id, execution } = await pendingApproval(tenant, { from: [ada.id, bob.id], need: "all", escalate: { after: hour, to: ["admin"] }, startedAt: start });
    expect((await decide(boss, id)).status).toBe(403);
    await Promise.all([sweep(start + hour), sweep(start + hour)]);
    await sweep(start + 2 * hour);
    expect((await mailsTo(boss.email)).map(({ text }) => text.includes("nobody has given so far"))).toEqual([true]);
    expect(await mailsTo(ada.email)).toHaveLength(1);
    expect(await shown(tenant, id)).toMatchObject({ asked: [{ id: ada.id, escalated: false }, { id: bob.id }, { kind: "role", id: "admin", escalated: true }] });
    expect((await decide(boss, id)).body).toMatchObject({ status: "approved" });
    expect(told(execution)).toHaveLength(1);
  });
});

describe("the end of time", () => {
  it("is told by the execution, and leaves what the workflow chose to see", async () => {
    const tenant = await h.newTenant();
    const ada = await colleague(h, tenant);
    const due = Date.now() + hour;
    const { id, execution, withdraw } = await pendingApproval(tenant, { from: [ada.id], due, on_timeout: "approved" });
    await withdraw(due + 5);
    await withdraw(due + 50);
    expect(await shown(tenant, id)).toMatchObject({ status: "expired", on_timeout: "approved", approved_by: null, decision_at: new Date(due).toISOString() });
    expect(await eventsOf(id)).toEqual(["approval.requested", "approval.expired"]);
    expect((await decide(ada, id)).status).toBe(409);
    expect(told(execution)).toEqual([]);
  });

  it("that nobody told of is made good by the sweep", async () => {
    const tenant = await h.newTenant();
    const due = Date.now() + hour;
    const { id } = await pendingApproval(tenant, { due });
    await sweep(due + minute);
    expect(await eventsOf(id)).toEqual(["approval.requested"]);
    await sweep(due + 3 * minute);
    await sweep(due + 4 * minute);
    expect(await eventsOf(id)).toEqual(["approval.requested", "approval.expired"]);
  });

  it("before its time is a withdrawal: its execution goes on without it", async () => {
    const tenant = await h.newTenant();
    const ada = await colleague(h, tenant);
    const { id, withdraw } = await pendingApproval(tenant);
    await withdraw();
    expect(await shown(tenant, id)).toMatchObject({ status: "cancelled" });
    expect(await decide(ada, id)).toMatchObject({ status: 409, body: { detail: expect.stringContaining("Nothing waits for this decision any more") } });
  });
});

describe("asking", () => {
  it("twice is asking once; after a withdrawal, or in a later run, it is asking anew", async () => {
    const tenant = await h.newTenant();
    const ada = await colleague(h, tenant);
    const { id, execution, announce, withdraw } = await pendingApproval(tenant, { from: [ada.id] });
    await Promise.all([announce(), announce()]);
    const ids = async () => listed(await tenant.call("GET", `/approvals?execution_id=${execution}`)).map((row) => row["id"]);
    expect(await ids()).toEqual([id]);
    expect(await mailsTo(ada.email)).toHaveLength(1);
    await withdraw();
    await announce();
    expect(await ids()).toHaveLength(2);
    await pendingApproval(tenant, { from: [ada.id], execution, startedAt: Date.now() + day });
    expect(await ids()).toHaveLength(3);
  });

  it("by ids, addresses, names of roles and teams; what is none of them opens nothing", async () => {
    const tenant = await h.newTenant();
    const team = String((await tenant.call("POST", "/teams", { name: "Finance" })).body["id"]);
    const role = String((await tenant.call("POST", "/roles", { name: "Finance", grants: { "workflows.approve": "all" } })).body["id"]);
    const [ada, bob] = [await colleague(h, tenant), await colleague(h, tenant, { team })];
    const { id } = await pendingApproval(tenant, { from: [ada.id, ada.email.toUpperCase(), "Finance", "team:finance", "Manager", "role:nothing", "x".repeat(9)] });
    expect((await shown(tenant, id))["asked"]).toMatchObject([
      { kind: "user", id: ada.id, name: "Ada Lovelace" },
      { kind: "role", id: role, name: "Finance" },
      { kind: "team", id: team, name: "team:finance" },
      { kind: "role", id: "manager" },
      { kind: "unknown", id: "", name: "role:nothing" },
      { kind: "unknown", id: "", name: "xxxxxxxxx" },
    ]);
    expect((await decide(bob, id)).status).toBe(200);
  });

  it("with what cannot be read goes to admins, and never fails", async () => {
    const tenant = await h.newTenant();
    const boss = await colleague(h, tenant, { role: "admin" });
    const cause = { tenant: tenant.id, executionId: crypto.randomUUID(), workflowId: "hello", chain: [] };
    for (const [index, approval] of [{}, { title: 5 }, { title: "t", from: "everybody" }, { title: "t", need: -1 }, null].entries()) {
      await announceApprovals(env, cause, [{ key: `s-${index}`, kind: "approval", startedAt: 1_700_000_000_000, due: null, detail: { approval } as never }]);
    }
    const rows = listed(await boss.call("GET", `/approvals?execution_id=${cause.executionId}&mine=true`));
    expect(rows).toHaveLength(5);
    expect(new Set(rows.map(({ requested_from }) => requested_from))).toEqual(new Set(["?"]));
    const ada = await colleague(h, tenant);
    expect(listed(await ada.call("GET", "/approvals?mine=true"))).toEqual([]);
  });
});
