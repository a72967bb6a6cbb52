/**
 * Every template on a real server: compiled there, published, switched off. Some of them do
 * what they are for, from a request to what becomes of it.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Api } from "../support/api.ts";
import { type Server, startServer } from "../support/server.ts";

type Row = Record<string, unknown> & { id: string };

let server: Server;
let api: Api;
let tess: Row;
let manager: Api;

const list = async (path: string): Promise<Row[]> => (await api.expect(api.get<{ data: Row[] }>(path), 200)).data;
const make = (path: string, body: object): Promise<Row> => api.expect(api.post<Row>(path, body), 200, 201);
const instantiate = (template: string, body: object = {}) => api.expect(api.post<Row>(`/workflows/templates/${template}/instantiate`, body), 201);

/** Asks until it is there. @throws Error when it never is */
async function until<T>(ask: () => Promise<T | undefined>, withinMs = 30_000): Promise<T> {
  for (const deadline = Date.now() + withinMs; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`it was not there within ${withinMs} ms`);
  }
}

/** What the one execution of a workflow gave. */
async function outputOf(workflow: string): Promise<unknown> {
  const { id } = await until(async () => (await list(`/executions?workflow_id=${workflow}`))[0]);
  const { error, output } = await api.end(id);
  expect(error).toBeNull();
  return output;
}

beforeAll(async () => {
  server = await startServer();
  api = server.api;
  const operator = server.as(server.keys.operatorKey);
  const { id: tenant } = await api.expect(api.get<Row>("/tenants/current"), 200);
  const role = await make("/roles", { name: "technician", grants: { "tickets.read": "all", "tickets.write": "all" } });
  tess = await api.expect(operator.post<Row>(`/operator/tenants/${tenant}/people`, { email: "tess@example.com", name: "Tess", role: "member", password: "seven green apples fall" }), 200, 201);
  await api.expect(api.request("PATCH", `/users/${tess.id}`, { role: role.id }), 200);
  const people = JSON.parse(readFileSync(join(server.folder, "people.json"), "utf8")) as { email: string; password: string }[];
  const known = people.find(({ email }) => email === "manager@demo.example");
  const { access_token } = await api.expect(operator.post<{ access_token: string }>("/auth/login", { email: known?.email, password: known?.password, tenant }, { authorization: "" }), 200);
  manager = server.as(access_token);
}, 120_000);
afterAll(() => server?.stop());

test("every template becomes a workflow that is published and switched off, and nothing starts it", { timeout: 300_000 }, async () => {
  const templates = await list("/workflows/templates");
  for (const template of templates) {
    const made = await instantiate(template.id, { name: `Sample: ${String(template["name"])}` });
    expect(made, template.id).toMatchObject({ is_active: false, version: expect.any(Number), created_from_template: template.id });
    const workflow = await api.expect(api.get<Row>(`/workflows/${made.id}`), 200);
    expect(workflow, template.id).toMatchObject({ name: `Sample: ${String(template["name"])}`, is_active: false, description: template["description"], trigger_type: template["trigger_type"] });
    const { modules, sources } = await api.expect(api.get<{ modules?: object; sources: Record<string, string> }>(`/deployments/${String(workflow["deployment_id"])}`), 200);
    expect([modules, Object.values(sources).length], template.id).toEqual([undefined, 1]);
  }
  expect((await list("/workflows?is_active=false&limit=200")).length).toBeGreaterThanOrEqual(templates.length);
  const { id } = await make("/deals", { name: "Nobody listens", value: 99_000_000 });
  expect([id.length > 0, await list("/executions?limit=50")]).toEqual([true, []]);
});

describe("a workflow made of a template", () => {
  test("gives a new ticket to a technician", async () => {
    const { id } = await instantiate("auto-assign-tickets", { is_active: true, id: "assign" });
    const ticket = await make("/tickets", { subject: "Printer burns" });
    expect(await outputOf(id)).toEqual({ assigned: true });
    expect(await api.expect(api.get<Row>(`/tickets/${ticket.id}`), 200)).toMatchObject({ status: "assigned", assignee_id: tess.id });
  });

  test("tells of a big deal, and marks it", async () => {
    const { id } = await instantiate("big-deal-alert", { is_active: true, id: "big" });
    const { id: deal } = await make("/deals", { name: "Rollout", value: 2_000_000 });
    expect(await outputOf(id)).toEqual({ big: true });
    const tags = await list("/tags");
    expect(await api.expect(api.get<Row>(`/deals/${deal}`), 200)).toMatchObject({ tags: [tags.find(({ name }) => name === "big deal")?.id] });
  });

  test("makes a lead of a form that its hook is sent, and none of a call without the password", async () => {
    const { id, webhook_paths } = await instantiate("web-form-lead", { is_active: true, id: "forms" });
    const path = String((webhook_paths as string[])[0]);
    const { address } = await api.expect(api.request<{ address: string }>("PUT", `/hooks/${path}`, { scheme: "basic", secret: "a long enough password" }), 200, 201);
    const send = (password: string) => fetch(`${server.url}${address}`, { method: "POST", headers: { "content-type": "application/json", authorization: `Basic ${btoa(`everstep:${password}`)}` }, body: JSON.stringify({ name: "Lea", email: "lea@example.com", message: "Call me" }) });
    expect((await send("another")).status).toBe(401);
    expect((await send("a long enough password")).status).toBe(202);
    const [lead] = [await outputOf(id), await list("/leads?email=lea@example.com")][1] as Row[];
    expect(lead).toMatchObject({ name: "Lea", source: "website", email: "lea@example.com" });
    expect(await list(`/emails?recipient=lea@example.com`)).toHaveLength(1);
  });

  test("waits for the manager who has to approve", async () => {
    const { id } = await instantiate("discount-approval", { is_active: true, id: "discounts" });
    const { id: deal } = await make("/deals", { name: "Asked", value: 1000 });
    const execution = await api.start(id, { deal_id: deal, discount: 15 });
    await api.reach(execution, ({ status }) => status === "pending_approval");
    const approval = await until(async () => (await api.expect(manager.get<{ data: Row[] }>(`/approvals?execution_id=${execution}`), 200)).data[0]);
    await api.expect(manager.post(`/approvals/${approval.id}/decide`, { decision: "approved", answers: { discount: 10 } }), 200);
    expect((await api.end(execution)).output).toEqual({ discount: 10 });
    expect(await api.expect(api.get<Row>(`/deals/${deal}`), 200)).toMatchObject({ value: 900 });
  });

  test.each([
    ["birthday-greeting", { greeted: 1 }, { scheduled_at: "2028-02-29T09:00:00.000Z", schedule_id: "s" }],
    ["escalate-late-tickets", { escalated: [] }, {}],
    ["reactivate-inactive-customers", { written: 0 }, {}],
    ["data-quality-check", { total: expect.any(Number), worse: true }, {}],
    ["duplicate-report", { found: 0 }, {}],
    ["quarterly-pipeline-report", { pipelines: expect.any(Number), mailed: 1 }, {}],
    ["nightly-contact-sync", { synced: 0, failed: expect.any(Number) }, {}],
  ])("%s finds on the real records what it looks for", async (template, expected, input) => {
    await make("/contacts", { name: "Lena", email: `lena-${template}@example.com`, birthday: template === "birthday-greeting" ? "1992-02-29" : null, status: template === "nightly-contact-sync" ? "inactive" : "active" });
    const { id } = await instantiate(template, { is_active: true, id: `run-${template}` });
    const { output, error } = await api.end(await api.start(id, input));
    expect([error, output]).toEqual([null, expected]);
  });

  test("asks the records for the week's tickets, and mails the managers", async () => {
    const { id } = await instantiate("weekly-ticket-digest", { is_active: true, id: "digest" });
    const { output, error } = await api.end(await api.start(id));
    expect([error, output]).toMatchObject([null, { mailed: 1, open: expect.any(Number) }]);
    const [mail] = await list("/emails?recipient=manager@demo.example");
    expect(mail?.["subject"]).toMatch(/^Tickets of the week: \d+ new, \d+ open$/);
  });
});
