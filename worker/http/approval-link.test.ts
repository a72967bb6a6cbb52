import { describe, expect, it } from "vitest";
import { decode } from "../../sdk/schema/codec.ts";
import { mailsTo } from "./testing/accounts.ts";
import { outcomesTold, pendingApproval, type Wanted } from "./testing/approvals.ts";
import { harness, operatorKey, type Tenant } from "./testing/harness.ts";
import { type Colleague, colleague } from "./testing/people.ts";

let ahead = 0;
const h = harness(undefined, () => Date.now() + ahead);
const told = (execution: string) => outcomesTold(h.objects.told(execution)).map((text) => decode(text) as Record<string, unknown>);
const post = (path: string, body: object) => h.call(null, "POST", `/api/v1/approvals/link${path}`, body);
const tokenOf = async (person: Colleague) => (await mailsTo(person.email)).at(-1)?.token ?? "";

async function asked(more: Wanted = {}, tenantOf?: Tenant): Promise<{ tenant: Tenant; ada: Colleague; token: string; id: string; execution: string }> {
  const tenant = tenantOf ?? (await h.newTenant());
  const ada = await colleague(h, tenant, { name: "Ada Lovelace" });
  const pending = await pendingApproval(tenant, { title: "Pay 500?", description: "To Acme", from: [ada.id], ...more });
  return { tenant, ada, token: await tokenOf(ada), ...pending };
}

describe("the link in the mail", () => {
  it("has its token in the fragment, and shows what is asked without using anything up", async () => {
    const { tenant, ada, token } = await asked();
    const [mail] = await mailsTo(ada.email);
    expect(mail).toMatchObject({ subject: "Please decide: Pay 500?", text: expect.stringMatching(/To Acme[\s\S]*\/account\/approval#token=/) });
    for (let turn = 0; turn < 3; turn++) {
      expect(await post("", { token })).toMatchObject({ status: 200, body: { tenant: { name: tenant.slug }, decides_as: "Ada Lovelace", workflow_name: "Hello", title: "Pay 500?", description: "To Acme", form: null, status: "pending", expires_at: expect.any(String) } });
    }
  });

  it("decides in the name of who got it, once", async () => {
    const { ada, token, id, execution, tenant } = await asked();
    expect(await post("/decide", { token, decision: "approved", comment: "fine" })).toMatchObject({ status: 200, body: { id, status: "approved", approved_by: "Ada Lovelace", workflow_execution_resumed: true } });
    expect(told(execution)).toMatchObject([{ decision: "approved", decided_by: ada.id, comment: "fine" }]);
    for (const again of [await post("/decide", { token, decision: "rejected" }), await post("", { token })]) expect(again).toMatchObject({ status: 410, body: { code: "invalid-link" } });
    expect((await tenant.call("GET", `/audit?entity=approval&entity_id=${id}`)).body.data).toMatchObject([{ actor_id: ada.id, after: { via: "link" } }]);
  });

  it("of many at once works once", async () => {
    const { token, execution } = await asked({ need: 2 });
    const answers = await Promise.all(Array.from({ length: 10 }, () => post("/decide", { token, decision: "approved" })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(new Set(answers.filter(({ status }) => status !== 200).map(({ status }) => [409, 410].includes(status)))).toEqual(new Set([true]));
    expect(told(execution)).toEqual([]);
  });

  it("stays good for who gave answers that do not fit", async () => {
    const form = { type: "object", properties: { amount: { type: "integer", maximum: 900 } }, required: ["amount"] };
    const { token, execution } = await asked({ form });
    expect((await post("", { token })).body).toMatchObject({ form });
    expect(await post("/decide", { token, decision: "approved", answers: { amount: 901 } })).toMatchObject({ status: 400, body: { errors: [{ pointer: "/answers/amount" }] } });
    expect((await post("/decide", { token, decision: "approved", answers: { amount: 9 } })).status).toBe(200);
    expect(told(execution)).toMatchObject([{ answers: { amount: 9 } }]);
  });

  it("opens nothing that the person may not do any more", async () => {
    const { tenant, ada, token, execution } = await asked({ from: ["member"] });
    await tenant.call("PATCH", `/users/${ada.id}`, { role: "viewer" });
    expect((await post("/decide", { token, decision: "approved" })).status).toBe(403);
    await tenant.call("PATCH", `/users/${ada.id}`, { status: "disabled" });
    expect((await post("/decide", { token, decision: "approved" })).status).toBe(410);
    expect((await post("", { token })).status).toBe(410);
    expect(told(execution)).toEqual([]);
  });

  it("expires with what it decides, and says who was quicker", async () => {
    const { tenant, ada, token, id } = await asked({ from: ["member"] });
    const bob = await colleague(h, tenant, { name: "Bob" });
    await bob.call("POST", `/approvals/${id}/decide`, { decision: "approved" });
    expect(await post("/decide", { token, decision: "approved" })).toMatchObject({ status: 409, body: { detail: expect.stringContaining("by Bob.") } });
    expect((await post("", { token })).body).toMatchObject({ status: "approved" });
    const later = await pendingApproval(tenant, { from: [ada.id], step: "later-1" });
    const last = await tokenOf(ada);
    ahead = 8 * 86_400_000;
    expect((await post("/decide", { token: last, decision: "approved" })).status).toBe(410);
    ahead = 0;
    expect(told(later.execution)).toEqual([]);
  });

  it("is none with another purpose's token, a made-up one, or in a suspended tenant", async () => {
    const { tenant, token } = await asked();
    for (const other of ["A".repeat(43), token.slice(0, -1) + (token.endsWith("A") ? "B" : "A")]) expect((await post("", { token: other })).status).toBe(410);
    expect((await h.call(null, "POST", "/api/v1/auth/password/reset", { token, password: "seven green apples fall" })).status).toBe(410);
    await h.call(operatorKey, "PATCH", `/api/v1/operator/tenants/${tenant.id}`, { status: "suspended" });
    expect(await post("/decide", { token, decision: "approved" })).toMatchObject({ status: 403, body: { code: "tenant-suspended" } });
  });

  it("is never opened by GET", async () => {
    const { token } = await asked();
    expect((await h.call(null, "GET", `/api/v1/approvals/link/decide?token=${token}&decision=approved`)).status).toBe(405);
    expect((await post("", { token })).status).toBe(200);
  });
});

describe("the page behind it", () => {
  it("is HTML that runs only its own script, in the reader's language", async () => {
    const page = await h.call(null, "GET", "/account/approval", undefined, { "accept-language": "pt-BR,pt;q=0.9" });
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(page.text).toContain("Aprovar");
    const [, script = ""] = /<script type="module" nonce="[^"]+">([\s\S]*?)<\/script>/.exec(page.text) ?? [];
    expect(script).toContain("/api/v1/approvals/link/decide");
    expect(script).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write/);
  });
});
