import { describe, expect, it } from "vitest";
import { pendingApproval } from "../../http/testing/approvals.ts";
import { env, harness, type Tenant } from "../../http/testing/harness.ts";
import { type Colleague, colleague, listed } from "../../http/testing/people.ts";
import type { OutboxEvent } from "../../../durable-objects/dispatcher/contract.ts";
import { notifications } from "./notifications.ts";

const h = harness();
let seq = 0;
const event = (tenant: Pick<Tenant, "id">, type: string, data: OutboxEvent["data"]): OutboxEvent => ({
  seq: ++seq, id: crypto.randomUUID(), tenant_id: tenant.id, type, data, previous: null, record_type: null, record_id: null, actor_kind: "system", actor_id: null, chain: [], status: "pending", attempts: 0, error: null, occurred_at: Date.now(), next_attempt_at: 0, dispatched_at: null,
});
const heard = async (one: Colleague, type?: string) => listed(await one.call("GET", `/notifications${type ? `?type=${type}` : ""}`));

describe("an event", () => {
  it("reaches those who look after the tenant, once however often it comes", async () => {
    const [tenant, other] = [await h.newTenant(), await h.newTenant()];
    const [boss, manager, ada, stranger] = [await colleague(h, tenant, { role: "admin" }), await colleague(h, tenant, { role: "manager" }), await colleague(h, tenant), await colleague(h, other, { role: "admin" })];
    const failed = event(tenant, "execution.failed", { execution_id: "e-1", workflow_id: "invoice", error_message: "no money" });
    await notifications(env, failed);
    await Promise.allSettled([notifications(env, failed), notifications(env, failed)]);
    for (const one of [boss, manager]) expect(await heard(one)).toMatchObject([{ type: "execution.failed", title: "An execution of invoice has failed", body: "no money", link: "/executions/e-1", record: { type: "execution", id: "e-1" } }]);
    for (const one of [ada, stranger]) expect(await heard(one)).toEqual([]);
  });

  it("reaches whoever asked for it, and not who does not want it", async () => {
    const tenant = await h.newTenant();
    const [boss, ada] = [await colleague(h, tenant, { role: "admin" }), await colleague(h, tenant)];
    await boss.call("PUT", "/notifications/preferences", { preferences: [{ type: "execution.failed", in_app: false, email: false }] });
    await ada.call("PUT", "/notifications/preferences", { preferences: [{ type: "execution.failed", in_app: true, email: true }] });
    const failed = event(tenant, "execution.failed", { execution_id: "e-1", workflow_id: "invoice", error_message: null });
    await notifications(env, failed);
    await notifications(env, failed);
    expect([await heard(boss), (await heard(ada)).length]).toEqual([[], 1]);
    const { results } = await env.DB.prepare("select text from mails where recipient = ?").bind(ada.email).all<{ text: string }>();
    expect(results).toMatchObject([{ text: expect.stringMatching(/An execution of invoice has failed\n\nhttp.*\/executions\/e-1/) }]);
  });

  it.each([
    ["webhook.disabled", { webhook_id: "w", url: "https://example.com", reason: "failed for a day" }, "The webhook to https://example.com was switched off"],
    ["mail.failed", { mail_id: "m", error: "no such mailbox" }, "A mail could not be delivered"],
    ["dead_letter.created", { kind: "delivery", id: "d", error: "gone" }, "Given up, and waits for somebody to look at it: delivery"],
  ])("%s is told of", async (type, data, title) => {
    const tenant = await h.newTenant();
    const boss = await colleague(h, tenant, { role: "admin" });
    await notifications(env, event(tenant, type, data));
    expect(await heard(boss)).toMatchObject([{ type, title }]);
  });

  it("of a decision reaches the others who were asked, and not who decided", async () => {
    const tenant = await h.newTenant();
    const [ada, bob, eve] = [await colleague(h, tenant), await colleague(h, tenant), await colleague(h, tenant)];
    const { id } = await pendingApproval(tenant, { from: [ada.id, bob.id], title: "Pay?" });
    const about = { approval_id: id, execution_id: "e", workflow_id: "hello", step: "s-1", title: "Pay?" };
    await notifications(env, event(tenant, "approval.decided", { ...about, decision: "rejected", decided_by: ada.id }));
    expect([(await heard(ada, "approval.decided")).length, await heard(bob, "approval.decided"), (await heard(eve)).length]).toMatchObject([0, [{ title: "Rejected: Pay?", link: `/approvals/${id}` }], 0]);
    await notifications(env, event(tenant, "approval.expired", about));
    expect([await heard(ada, "approval.expired"), (await heard(bob, "approval.expired")).length]).toMatchObject([[{ title: "Not decided in time: Pay?" }], 1]);
  });

  it.each([
    ["ticket", "tickets", { subject: "The printer burns" }, "assignee_id", "You were given the ticket “The printer burns”"],
    ["deal", "deals", { name: "Acme" }, "owner_id", "You were given the deal “Acme”"],
    ["lead", "leads", { name: "Ada" }, "owner_id", "You were given the lead “Ada”"],
  ])("that gives somebody a %s tells them, unless they took it themselves or had it", async (kind, path, data, field, title) => {
    const tenant = await h.newTenant();
    const [ada, bob] = [await colleague(h, tenant), await colleague(h, tenant)];
    const about = { id: "r-1", ...data, [field]: ada.id };
    await notifications(env, { ...event(tenant, `${kind}.created`, about), actor_id: ada.id });
    await notifications(env, { ...event(tenant, `${kind}.updated`, about), previous: { version: 1 } });
    await notifications(env, { ...event(tenant, `${kind}.updated`, { ...about, [field]: null }), previous: { [field]: bob.id } });
    expect(await heard(ada)).toEqual([]);
    const given = { ...event(tenant, `${kind}.updated`, about), previous: { [field]: bob.id }, actor_id: bob.id };
    await notifications(env, given);
    await notifications(env, given);
    await notifications(env, event(tenant, `${kind}.created`, about));
    const one = { type: `${kind}.assigned`, title, link: `/${path}/r-1`, record: { type: kind, id: "r-1" } };
    expect(await heard(ada)).toMatchObject([one, one]);
    expect(await heard(bob)).toEqual([]);
  });

  it("of any other kind is no news to anybody", async () => {
    const tenant = await h.newTenant();
    const boss = await colleague(h, tenant, { role: "admin" });
    for (const type of ["contact.created", "toString", "approval.requested"]) await notifications(env, event(tenant, type, {}));
    expect(await heard(boss)).toEqual([]);
  });
});
