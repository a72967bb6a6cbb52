/**
 * Seed E's document from top to bottom: its requests with its own bodies, in its order, and every
 * field that its answers show.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Api } from "../support/api.ts";
import { type Server, startServer } from "../support/server.ts";

type Body = Record<string, unknown>;

const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const text = expect.any(String);
const count = expect.any(Number);

let server: Server;
let api: Api;
/** Workflow of the document; of the whole example, with its three steps. */
let id: string;
let ticket: Body;
/** An execution of it that failed. */
let failed: string;

const create = {
  name: "Auto-assign tickets to available technician",
  description: "Automatically assign new tickets to the technician with the least active tickets",
  category: "ticket_automation",
  trigger_type: "event",
  trigger_config: { event: "ticket.created", filters: { priority: ["high", "critical"], customer_id: null } },
  is_active: true,
};
const steps = [
  { step_order: 1, step_type: "action", action_type: "query_database", config: { query_type: "find_user", filters: { role: "technician", status: "available" }, order_by: "ticket_count_asc", limit: 1 } },
  { step_order: 2, step_type: "condition", config: { condition: "{{step1.result}} != null", if_true: "step3", if_false: "step4" } },
  { step_order: 3, step_type: "action", action_type: "update_ticket", config: { ticket_id: "{{trigger.ticket.id}}", updates: { assigned_to: "{{step1.result.id}}", status: "assigned" } } },
];

const list = async (path: string): Promise<Body> => api.expect(api.get<Body>(path), 200);
const rows = (body: Body, name: string): Body[] => body[name] as Body[];

async function until<T>(ask: () => Promise<T>, holds: (answer: T) => boolean, withinMs = 30_000): Promise<T> {
  for (const deadline = Date.now() + withinMs; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const answer = await ask();
    if (holds(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`it did not come to that within ${withinMs} ms: ${JSON.stringify(answer)}`);
  }
}

beforeAll(async () => {
  server = await startServer();
  const operator = server.as(server.keys.operatorKey);
  const made = await operator.expect(operator.post<{ api_key: string; id: string }>("/operator/tenants", { slug: "seed-e", name: "Seed E", plan: "enterprise" }), 201);
  api = server.as(made.api_key);
  const role = await api.expect(api.post<{ id: string }>("/roles", { name: "technician", grants: { "tickets.read": "all", "tickets.write": "all" } }), 201);
  const person = await operator.expect(operator.post<{ id: string }>(`/operator/tenants/${made.id}/people`, { email: "john@example.com", name: "John Smith", role: "member", password: "seven green apples fall" }), 201);
  await api.expect(api.request("PATCH", `/users/${person.id}`, { role: role.id }), 200);
}, 120_000);
afterAll(() => server?.stop());

describe("workflow management", () => {
  test("1: creates a workflow, published as version 1", async () => {
    const body = await api.expect(api.post<Body>("/workflows", create), 201);
    expect(body).toMatchObject({ id: text, name: create.name, trigger_type: "event", is_active: true, version: 1, created_at: time });
    id = String(body["id"]);
    expect(id).toBe("auto-assign-tickets-to-available-technician");
  });

  test("1, with an Idempotency-Key: makes it once", async () => {
    const twice = async () => api.post<Body>("/workflows", { ...create, name: "Once" }, { "idempotency-key": "k" });
    const [first, second] = [await twice(), await twice()];
    expect([first.status, second.status, second.body["id"]]).toEqual([201, 200, first.body["id"]]);
    expect(await api.post("/workflows", { ...create, name: "Other" }, { "idempotency-key": "k" })).toMatchObject({ status: 422, body: { code: "idempotency-key-reused" } });
    await api.expect(api.request("DELETE", `/workflows/${String(first.body["id"])}`), 204);
  });

  test("2: shows it, with its steps", async () => {
    await api.expect(api.request("PUT", `/workflows/${id}/steps`, { steps }), 200);
    const body = await list(`/workflows/${id}`);
    expect(body).toMatchObject({ id, name: create.name, description: create.description, trigger_type: "event", trigger_config: create.trigger_config, is_active: true, version: count, execution_count: 0, last_executed_at: null, error_count: 0, created_at: time, updated_at: time });
    const all = rows(body, "steps");
    expect(all.length).toBeGreaterThanOrEqual(3);
    for (const [index, step] of all.entries()) expect(step).toMatchObject({ id: text, step_order: index + 1, step_type: text, config: expect.any(Object) });
    expect(all.some(({ step_type }) => step_type === "condition")).toBe(true);
    expect(all.at(-1)).toMatchObject({ step_type: "action", action_type: text });
  });

  test("3: lists by category and whether it is on, with page, per_page and total", async () => {
    const body = await list("/workflows?category=ticket_automation&is_active=true");
    expect(rows(body, "workflows")).toEqual([expect.objectContaining({ id, name: create.name, category: "ticket_automation", trigger_type: "event", is_active: true, execution_count: 0, error_count: 0, last_executed_at: null })]);
    expect(body["pagination"]).toMatchObject({ page: 1, per_page: 50, total: 1 });
    expect(rows(await list("/workflows?category=other"), "workflows")).toEqual([]);
  });

  test("4: changes name and switch, and the version counts up", async () => {
    const { version: before } = await list(`/workflows/${id}`);
    const body = await api.expect(api.request<Body>("PATCH", `/workflows/${id}`, { name: "Auto-assign high priority tickets", is_active: false }), 200);
    expect(body).toMatchObject({ id, name: "Auto-assign high priority tickets", is_active: false, updated_at: time });
    expect(body["version"]).toBeGreaterThan(before as number);
    await api.expect(api.request("PATCH", `/workflows/${id}`, { is_active: true }), 200);
  });

  test("5: deletes one, and deploying it again brings it back", async () => {
    const { id: gone } = await api.expect(api.post<{ id: string }>("/workflows", { ...create, name: "Gone" }), 201);
    expect(await api.request("DELETE", `/workflows/${gone}`)).toEqual({ status: 204, body: null });
    expect((await api.get(`/workflows/${gone}`)).status).toBe(404);
    expect((await api.get(`/workflows/${gone}/executions`)).status).toBe(200);
    expect(await api.expect(api.post("/workflows", { ...create, name: "Gone", is_active: false }), 201)).toMatchObject({ id: gone });
    await api.expect(api.request("DELETE", `/workflows/${gone}`), 204);
  });
});

describe("workflow steps", () => {
  let step: string;
  const of = (path = "") => `/workflows/${id}/steps${path}`;

  test("6: adds a step", async () => {
    const body = await api.expect(
      api.post<Body>(of(), {
        step_order: 1,
        step_type: "action",
        action_type: "send_email",
        config: { to: "{{trigger.ticket.customer.email}}", subject: "Your ticket #{{trigger.ticket.number}} has been received", body: "Thank you for contacting us. We have received your ticket and will respond shortly.", template_id: "uuid" },
        retry_count: 3,
        retry_delay_seconds: 60,
      }),
      201,
    );
    expect(body).toMatchObject({ id: text, workflow_id: id, step_order: count, step_type: "action", action_type: "send_email", created_at: time });
    step = String(body["id"]);
  });

  test("7: changes fields of its config, and leaves the others", async () => {
    const body = await api.expect(api.request<Body>("PATCH", of(`/${encodeURIComponent(step)}`), { config: { to: "{{trigger.ticket.customer.email}}, support@msp.com", subject: "[Ticket #{{trigger.ticket.number}}] Received" } }), 200);
    expect(body).toMatchObject({ id: text, config: expect.objectContaining({ subject: expect.stringContaining("Received") }), updated_at: time });
    step = String(body["id"]);
    const { source } = await list(`/workflows/${id}/source`);
    expect(source).toContain("Thank you for contacting us.");
    expect(source).toContain("] Received");
    expect(source).not.toContain("has been received");
  });

  test("deletes a step", async () => {
    const before = rows(await list(of()), "steps").length;
    await api.expect(api.request("DELETE", of(`/${encodeURIComponent(step)}`)), 204);
    const after = rows(await list(of()), "steps");
    expect(after.length).toBeLessThan(before);
    expect(after.map((one) => one["action_type"])).not.toContain("send_email");
  });
});

describe("workflow execution", () => {
  test("an event executes it: the ticket goes to the technician", async () => {
    ticket = await api.expect(api.post<Body>("/tickets", { subject: "Printer burns", priority: "high" }), 201);
    await until(() => list(`/tickets/${String(ticket["id"])}`), ({ status }) => status === "assigned");
  });

  test("8: executes it by hand", async () => {
    const body = await api.expect(api.post<Body>(`/workflows/${id}/execute`, { trigger_data: { ticket_id: "uuid", customer_id: "uuid" } }), 202);
    expect(body).toMatchObject({ execution_id: text, workflow_id: id, status: "running", started_at: time });
    failed = String(body["execution_id"]);
    expect(await api.end(failed)).toMatchObject({ status: "failed" });
  });

  test("9: shows an execution with what its steps did", async () => {
    const [done] = await until(async () => rows(await list(`/workflows/${id}/executions?status=completed`), "executions"), ({ length }) => length > 0);
    const body = await list(`/workflows/executions/${String(done?.["id"])}`);
    expect(body).toMatchObject({ id: done?.["id"], workflow_id: id, workflow_name: "Auto-assign high priority tickets", status: "completed", started_at: time, completed_at: time, duration_ms: count, trigger_data: expect.any(Object) });
    const executed = rows(body, "step_executions");
    for (const [index, one] of executed.entries()) expect(one).toMatchObject({ id: text, step_order: index + 1, step_type: text, status: "completed", duration_ms: count });
    expect(executed[0]).toMatchObject({ step_type: "action", action_type: text, workflow_step_id: text, output_data: expect.anything() });
    expect(executed.at(-1)).toMatchObject({ step_type: "action", workflow_step_id: text });
  });

  test("10: lists those that failed", async () => {
    const body = await list(`/workflows/${id}/executions?status=failed&limit=20`);
    expect(rows(body, "executions")).toEqual([expect.objectContaining({ id: failed, workflow_id: id, status: "failed", started_at: time, completed_at: time, duration_ms: count, error_message: text })]);
    expect(body["pagination"]).toMatchObject({ per_page: 20 });
  });

  test("the workflow counts executions and errors", async () => {
    expect(await list(`/workflows/${id}`)).toMatchObject({ execution_count: 2, error_count: 1, last_executed_at: time });
  });

  test("11: retries one that failed", async () => {
    const body = await api.expect(api.post<Body>(`/workflows/executions/${failed}/retry`), 202);
    expect(body).toMatchObject({ new_execution_id: text, status: "running", started_at: time });
    await api.end(String(body["new_execution_id"]));
  });
});

describe("approvals", () => {
  let approval: Body;

  test("12: lists those that are pending", async () => {
    const approve = { step_type: "approval", config: { title: "Approve contract renewal for {{trigger.customer}}", description: "Contract value: $50,000/year. 2-year term.", timeout: "5 days" } };
    const { id: renewal } = await api.expect(api.post<{ id: string }>("/workflows", { name: "Contract renewal approval", trigger_type: "manual", trigger_config: {}, steps: [approve] }), 201);
    const execution = await api.start(renewal, { customer: "Acme Corp" });
    const [first] = await until(async () => rows(await list("/workflows/approvals?status=pending"), "approvals"), ({ length }) => length > 0);
    approval = first ?? {};
    expect(approval).toMatchObject({ id: text, workflow_execution_id: execution, workflow_name: "Contract renewal approval", title: "Approve contract renewal for Acme Corp", description: "Contract value: $50,000/year. 2-year term.", status: "pending", expires_at: time, created_at: time });
    expect(approval).toHaveProperty("requested_from");
    expect(await api.execution(execution)).toMatchObject({ status: "pending_approval" });
  });

  test("13: approves one, and its execution goes on", async () => {
    const body = await api.expect(api.post<Body>(`/workflows/approvals/${String(approval["id"])}/decide`, { decision: "approved", comment: "Approved - terms look good" }), 200);
    expect(body).toMatchObject({ id: approval["id"], status: "approved", approved_by: text, decision_at: time, workflow_execution_resumed: true });
    expect(await api.end(String(approval["workflow_execution_id"]))).toMatchObject({ status: "completed" });
  });
});

describe("workflow templates", () => {
  let template: Body;

  test("14: lists them by category", async () => {
    const found = rows(await list("/workflows/templates?category=ticket_automation"), "templates");
    expect(found).not.toEqual([]);
    for (const one of found) expect(one).toMatchObject({ id: text, name: text, description: text, category: "ticket_automation", trigger_type: text, step_count: count });
    template = found[0] ?? {};
  });

  test("15: makes a workflow of one", async () => {
    const body = await api.expect(api.post<Body>(`/workflows/templates/${String(template["id"])}/instantiate`, { name: "My custom auto-assign workflow", is_active: false }), 201);
    expect(body).toMatchObject({ id: text, name: "My custom auto-assign workflow", is_active: false, created_from_template: template["id"], created_at: time });
  });
});
