import { describe, expect, it } from "vitest";
import { pendingApproval } from "../../http/testing/approvals.ts";
import { env, harness, type Tenant } from "../../http/testing/harness.ts";
import { type Colleague, colleague } from "../../http/testing/people.ts";

const h = harness();

const tables = ["approvals", "approval_votes", "approval_delegations", "notifications", "notification_preferences"];
const everything = async (tenant: Pick<Tenant, "id">) => JSON.stringify(await Promise.all(tables.map(async (table) => [table, (await env.DB.prepare(`select * from "${table}" where tenant_id = ?`).bind(tenant.id).all()).results])));

/** Somebody who was asked, decided, handed on, and chose what to hear. */
async function involved(tenant: Tenant): Promise<{ ada: Colleague; bob: Colleague }> {
  const [ada, bob] = [await colleague(h, tenant, { email: `ada-${crypto.randomUUID()}@example.com` }), await colleague(h, tenant)];
  const form = { type: "object", properties: { phone: { type: "string" } } };
  const first = await pendingApproval(tenant, { from: [ada.id, "member"], title: `Pay ${ada.email}?`, need: 2, form });
  await ada.call("POST", `/approvals/${first.id}/decide`, { decision: "approved", comment: "ada's comment", answers: { phone: "ada's phone" } });
  await bob.call("POST", `/approvals/${first.id}/decide`, { decision: "approved", comment: "bob's comment" });
  await pendingApproval(tenant, { from: [bob.id], step: "other-1" });
  await ada.call("PUT", "/approvals/delegation", { to: bob.id });
  await ada.call("PUT", "/notifications/preferences", { preferences: [{ type: "execution.failed", in_app: true, email: false }] });
  return { ada, bob };
}

describe("what people are asked and told", () => {
  it("goes with them: what they wrote, what they were told, what they chose; others' stays", async () => {
    const tenant = await h.newTenant();
    const { ada, bob } = await involved(tenant);
    const boss = await colleague(h, tenant, { role: "admin" });
    expect(await everything(tenant)).toContain("ada's phone");
    const erased = await boss.call("POST", "/privacy/erasures", { email: ada.email, confirm: ada.email });
    expect(erased.status, erased.text).toBeLessThan(300);
    const left = await everything(tenant);
    for (const gone of [ada.email, "ada's comment", "ada's phone"]) expect(left).not.toContain(gone);
    for (const stays of [bob.id, "bob's comment"]) expect(left).toContain(stays);
    expect((await env.DB.prepare("select count(*) as n from notifications where user_id = ?").bind(ada.id).first<{ n: number }>())?.n).toBe(0);
  });
});
