import { describe, expect, it } from "vitest";
import { prepareBundle } from "../sandbox/deploy.ts";
import { auditOf } from "./testing/accounts.ts";
import { harness, type Tenant } from "./testing/harness.ts";
import { colleague, listed } from "./testing/people.ts";

const h = harness(undefined, undefined, { prepare: prepareBundle });
const idsOf = (data: Record<string, unknown>[]) => data.map(({ id }) => id);

describe("the templates of workflows", () => {
  it("are listed with what they are, also under the older name", async () => {
    const { call } = await h.newTenant();
    const answer = await call("GET", "/workflows/templates");
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body["templates"]).toEqual(answer.body.data);
    expect(listed(answer).length).toBeGreaterThanOrEqual(22);
    expect(listed(answer)).toContainEqual({
      id: "auto-assign-tickets",
      name: "Auto-assign tickets by priority",
      description: "Automatically assign tickets to technicians based on priority and availability",
      category: "ticket_automation",
      trigger_type: "event",
      trigger_types: ["event"],
      step_count: expect.any(Number),
    });
    expect(answer.text).not.toContain("import {");
  });

  it("are found by their category and by words", async () => {
    const { call } = await h.newTenant();
    const sales = listed(await call("GET", "/workflows/templates?category=sales"));
    expect(new Set(sales.map(({ category }) => category))).toEqual(new Set(["sales"]));
    expect(idsOf(listed(await call("GET", "/workflows/templates?q=SURVEY%20ticket")))).toEqual(["customer-satisfaction-survey"]);
    expect(listed(await call("GET", "/workflows/templates?category=nothing"))).toEqual([]);
  });

  it("are shown with their variables and their source, also without the prefix of the interface", async () => {
    const { key } = await h.newTenant();
    const answer = await h.call(key, "GET", "/workflows/templates/sync-contact");
    expect(answer.body).toMatchObject({ id: "sync-contact", category: "integrations", variables: [{ name: "SYNC_URL", default: null, required: true }, { name: "SYNC_LIST", default: "customers", required: false }], needs: [expect.stringContaining("SYNC_TOKEN")], file: "workflows/templates/integrations/sync-contact.ts" });
    expect(answer.body["source"]).toContain("export default workflow(");
    expect((await h.call(key, "GET", "/workflows/templates/nothing")).status).toBe(404);
  });
});

const instantiate = (tenant: Pick<Tenant, "call">, template: string, body: object = {}) => tenant.call("POST", `/workflows/templates/${template}/instantiate`, body);
const made = async (tenant: Pick<Tenant, "call">, template: string, body: object = {}) => {
  const answer = await instantiate(tenant, template, body);
  expect(answer.status, answer.text).toBe(201);
  return answer.body;
};

describe("a workflow that is made of a template", { timeout: 120_000 }, () => {
  it("is published and switched off, under the name that is given to it", async () => {
    const tenant = await h.newTenant();
    const answer = await made(tenant, "auto-assign-tickets", { name: "My custom auto-assign workflow" });
    expect(answer).toEqual({ id: "my-custom-auto-assign-workflow", name: "My custom auto-assign workflow", is_active: false, created_from_template: "auto-assign-tickets", created_at: expect.any(String), version: 1, webhook_paths: [] });
    const { body } = await tenant.call("GET", `/workflows/${String(answer["id"])}`);
    expect(body).toMatchObject({ id: "my-custom-auto-assign-workflow", is_active: false, version: 1, trigger_type: "event", manifest: { title: "My custom auto-assign workflow" } });
    const audit = await auditOf(tenant.id);
    expect(audit.find(({ action, entity_id }) => action === "workflow.create" && entity_id === answer["id"])).toMatchObject({ after: { template: "auto-assign-tickets", is_active: false } });
  });

  it("has the template's own name and id when none is given, with a number the second time", async () => {
    const tenant = await h.newTenant();
    const [first, second] = [await made(tenant, "big-deal-alert"), await made(tenant, "big-deal-alert", { is_active: true })];
    expect([first, second]).toMatchObject([{ id: "big-deal-alert", name: "Big deal alert", is_active: false }, { id: "big-deal-alert-2", name: "Big deal alert", is_active: true }]);
  });

  it("has the id that is asked for; one that is taken, or means something else, is refused", async () => {
    const tenant = await h.newTenant();
    expect(await made(tenant, "big-deal-alert", { id: "mine", name: "Some name" })).toMatchObject({ id: "mine", name: "Some name" });
    for (const id of ["mine", "templates"]) expect(await instantiate(tenant, "big-deal-alert", { id })).toMatchObject({ status: 409, body: { code: "conflict", errors: [{ pointer: "/id" }] } });
    expect((await instantiate(tenant, "big-deal-alert", { id: "No Id" })).status).toBe(400);
    expect((await instantiate(tenant, "nothing")).status).toBe(404);
  });

  it("named like a part of the interface gets another id", async () => {
    expect(await made(await h.newTenant(), "big-deal-alert", { name: "Templates" })).toMatchObject({ id: "templates-2", name: "Templates" });
  });

  it("listens to a hook of its own where another listens to the template's", async () => {
    const tenant = await h.newTenant();
    const [first, second] = [await made(tenant, "web-form-lead"), await made(tenant, "web-form-lead")];
    expect([first["webhook_paths"], second["webhook_paths"]]).toEqual([["web-form"], ["web-form-2"]]);
    expect((await tenant.call("GET", `/workflows/${String(second["id"])}`)).body).toMatchObject({ triggers: [{ kind: "webhook", path: "web-form-2" }] });
  });

  it("counts to the plan's limit when it is switched on", async () => {
    const tenant = await h.newTenant({ limits: { workflows: 1 } });
    await made(tenant, "big-deal-alert", { is_active: true });
    expect(await instantiate(tenant, "big-deal-alert", { is_active: true })).toMatchObject({ status: 402, body: { code: "plan-limit" } });
  });

  it("rejects another tenant: it is nobody else's to see", async () => {
    const [tenant, other] = [await h.newTenant(), await h.newTenant()];
    const { id } = await made(tenant, "big-deal-alert");
    expect([(await other.call("GET", `/workflows/${String(id)}`)).status, listed(await other.call("GET", "/workflows"))]).toEqual([404, []]);
    expect(await made(other, "big-deal-alert")).toMatchObject({ id });
  });

  it("rejects a role without the permission", async () => {
    const tenant = await h.newTenant();
    const role = async (name: string, grants: object) => String((await tenant.call("POST", "/roles", { name, grants })).body["id"]);
    const [nobody, reader] = [await colleague(h, tenant, { role: await role("Nobody", {}) }), await colleague(h, tenant, { role: await role("Reader", { "workflows.read": "all" }) })];
    for (const path of ["/workflows/templates", "/workflows/templates/sync-contact"]) expect([(await nobody.call("GET", path)).status, (await reader.call("GET", path)).status]).toEqual([403, 200]);
    expect((await instantiate(reader, "big-deal-alert")).status).toBe(403);
    expect(listed(await tenant.call("GET", "/workflows"))).toEqual([]);
  });
});
