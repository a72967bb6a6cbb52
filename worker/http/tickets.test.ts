import { beforeEach, describe, expect, it } from "vitest";
import { sweepTickets } from "../domain/tickets/sweep.ts";
import { auditOf } from "./testing/accounts.ts";
import { env, harness, type Tenant } from "./testing/harness.ts";
import { colleague, listed } from "./testing/people.ts";

const [minute, hour] = [60_000, 3_600_000];
const start = Date.parse("2026-11-21T10:00:00Z");
let now = start;
const h = harness(undefined, () => now);
beforeEach(() => {
  now = start;
});

type Ticket = Record<string, unknown> & { id: string };
const ticket = async (tenant: Pick<Tenant, "call">, more: object = {}): Promise<Ticket> => {
  const answer = await tenant.call("POST", "/tickets", { subject: "The printer burns", ...more });
  expect(answer.status, answer.text).toBe(201);
  return answer.body as Ticket;
};
const changed = async (tenant: Pick<Tenant, "call">, id: string, change: object): Promise<Ticket> => {
  const answer = await tenant.call("PATCH", `/tickets/${id}`, change);
  expect(answer.status, answer.text).toBe(200);
  return answer.body as Ticket;
};
const numbers = async (tenant: Tenant) => (await env.DB.prepare("select number from tickets where tenant_id = ? order by number").bind(tenant.id).all<{ number: number }>()).results.map(({ number }) => number);
const upTo = (most: number) => Array.from({ length: most }, (_, index) => index + 1);
const eventsOf = async (id: string) => (await env.DB.prepare("select type, data from events where record_id = ? order by seq").bind(id).all<{ type: string; data: string }>()).results.map(({ type, data }) => ({ type, data: JSON.parse(data) as Record<string, unknown> }));
const typesOf = async (id: string) => (await eventsOf(id)).map(({ type }) => type).filter((type) => !/(created|updated)$/.test(type));
const sweep = async () => {
  const work: Promise<unknown>[] = [];
  await sweepTickets(env, now, (one) => void work.push(one));
  await Promise.all(work);
};
const at = (ms: number) => new Date(start + ms).toISOString();

describe("numbers of tickets", () => {
  it("are 1 to 60 for sixty that are made at once", async () => {
    const tenant = await h.newTenant();
    const made = await Promise.all(upTo(60).map((count) => ticket(tenant, { subject: `ticket ${count}` })));
    expect(made.map(({ number }) => Number(number)).sort((a, b) => a - b)).toEqual(upTo(60));
    expect(await numbers(tenant)).toEqual(upTo(60));
    const told = await env.DB.prepare("select count(distinct data ->> 'number') as n from events where tenant_id = ? and type = 'ticket.created'").bind(tenant.id).first<{ n: number }>();
    expect(told?.n).toBe(60);
  });

  it("have no gap where some were refused midway, or deleted, or asked for twice", async () => {
    const tenant = await h.newTenant();
    const asked = upTo(30).map((count) => tenant.call("POST", "/tickets", count % 3 === 0 ? { subject: "x", customer_id: "nobody" } : { subject: `ticket ${count}` }, count % 3 === 1 ? { "idempotency-key": `key-${count % 4}` } : {}));
    const answers = await Promise.all(asked);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 400, 422]));
    const count = (await numbers(tenant)).length;
    expect(await numbers(tenant)).toEqual(upTo(count));
    const last = await ticket(tenant);
    await tenant.call("DELETE", `/tickets/${last.id}`);
    expect((await ticket(tenant))["number"]).toBe(count + 2);
  });

  it("are each tenant's own", async () => {
    const [ada, bob] = [await h.newTenant(), await h.newTenant()];
    expect([(await ticket(ada))["number"], (await ticket(bob))["number"], (await ticket(ada))["number"]]).toEqual([1, 1, 2]);
  });
});

describe("the status of a ticket", () => {
  it("says whether somebody has it, until they begin", async () => {
    const tenant = await h.newTenant();
    const ann = await colleague(h, tenant);
    const { id } = await ticket(tenant);
    expect(await changed(tenant, id, { assignee_id: ann.id })).toMatchObject({ status: "assigned" });
    expect(await changed(tenant, id, { assignee_id: null })).toMatchObject({ status: "new" });
    expect(await ticket(tenant, { assignee_id: ann.id })).toMatchObject({ status: "assigned", number: 2 });
    expect(await changed(tenant, id, { assignee_id: ann.id, status: "in_progress" })).toMatchObject({ status: "in_progress", first_responded_at: at(0) });
    expect(await changed(tenant, id, { assignee_id: null })).toMatchObject({ status: "in_progress" });
    expect(await typesOf(id)).toEqual(["ticket.assigned", "ticket.assigned"]);
  });

  it("sets the times of its solution and its end, and takes them back when it is opened again", async () => {
    const tenant = await h.newTenant();
    const { id } = await ticket(tenant);
    now += minute;
    expect(await changed(tenant, id, { status: "resolved" })).toMatchObject({ resolved_at: at(minute), closed_at: null });
    now += minute;
    expect(await changed(tenant, id, { status: "closed" })).toMatchObject({ resolved_at: at(minute), closed_at: at(2 * minute) });
    expect(await changed(tenant, id, { status: "in_progress" })).toMatchObject({ resolved_at: null, closed_at: null });
    expect(await changed(tenant, id, { status: "closed" })).toMatchObject({ resolved_at: at(2 * minute), closed_at: at(2 * minute) });
    expect(await typesOf(id)).toEqual(["ticket.resolved", "ticket.closed", "ticket.reopened", "ticket.closed"]);
    const closed = (await eventsOf(id)).find(({ type }) => type === "ticket.closed");
    expect(closed?.data).toMatchObject({ ticket: { id, status: "closed", version: 3, closed_at: at(2 * minute) } });
  });
});

describe("what is promised for a ticket", () => {
  it("follows from its priority, as the tenant has chosen", async () => {
    const tenant = await h.newTenant();
    expect(await ticket(tenant, { priority: "critical" })).toMatchObject({ first_response_due_at: at(15 * minute), resolve_due_at: at(4 * hour), sla_due_at: at(15 * minute) });
    const policy = { priority: "low", first_response_minutes: null, resolve_minutes: 90 };
    const set = await tenant.call("PUT", "/ticket-sla", { policies: [policy] });
    expect(set.body["data"], set.text).toMatchObject([{ ...policy, is_default: false }, { priority: "normal", is_default: true }, { priority: "high" }, { priority: "critical" }]);
    expect((await auditOf(tenant.id)).filter(({ action }) => action === "ticket_sla.update")).toMatchObject([{ before: { low: { resolve_minutes: 4320 } }, after: { low: { resolve_minutes: 90 } } }]);
    const { id } = await ticket(tenant, { priority: "low" });
    expect((await tenant.call("GET", `/tickets/${id}`)).body).toMatchObject({ first_response_due_at: null, resolve_due_at: at(90 * minute), sla_due_at: at(90 * minute) });
    now += 10 * minute;
    expect(await changed(tenant, id, { priority: "high" })).toMatchObject({ first_response_due_at: at(hour), resolve_due_at: at(8 * hour) });
    expect((await tenant.call("PUT", "/ticket-sla", { policies: [policy, policy] })).body).toMatchObject({ code: "bad-request" });
  });

  it("moves by the time that the ticket waits for the customer, or was solved", async () => {
    const tenant = await h.newTenant();
    const { id } = await ticket(tenant, { priority: "critical" });
    now += 10 * minute;
    expect(await changed(tenant, id, { status: "pending" })).toMatchObject({ sla_due_at: null });
    now += 2 * hour;
    await sweep();
    expect(await changed(tenant, id, { status: "in_progress" })).toMatchObject({ stopped_ms: 2 * hour, first_response_due_at: at(2 * hour + 15 * minute), resolve_due_at: at(6 * hour), sla_breached_at: null });
    await changed(tenant, id, { status: "resolved" });
    now += hour;
    expect(await changed(tenant, id, { status: "in_progress" })).toMatchObject({ resolve_due_at: at(7 * hour), sla_due_at: at(7 * hour) });
    expect(await changed(tenant, id, { priority: "high" })).toMatchObject({ stopped_ms: 3 * hour, resolve_due_at: at(11 * hour) });
  });

  it("is kept by an answer in time, and once by a second one", async () => {
    const tenant = await h.newTenant();
    const { id } = await ticket(tenant, { priority: "critical" });
    now += minute;
    expect((await tenant.call("POST", `/tickets/${id}/respond`)).body).toMatchObject({ version: 2, first_responded_at: at(minute), sla_due_at: at(4 * hour) });
    now += hour;
    expect((await tenant.call("POST", `/tickets/${id}/respond`)).body).toMatchObject({ version: 2, first_responded_at: at(minute) });
    await sweep();
    expect((await tenant.call("GET", `/tickets/${id}`)).body).toMatchObject({ sla_breached_at: null });
  });

  it("is broken once, and told once, however often and by how many the sweep is made", async () => {
    const tenant = await h.newTenant();
    const [late, solved] = [await ticket(tenant, { priority: "critical" }), await ticket(tenant, { priority: "critical" })];
    now += 14 * minute;
    await sweep();
    await changed(tenant, solved.id, { status: "resolved" });
    expect(await typesOf(late.id)).toEqual([]);
    now += minute;
    await Promise.all([sweep(), sweep(), sweep()]);
    now += 10 * hour;
    await sweep();
    expect(await typesOf(late.id)).toEqual(["ticket.sla_breached"]);
    expect((await eventsOf(late.id)).at(-1)?.data).toMatchObject({ what: "first_response", due_at: at(15 * minute), ticket: { id: late.id, sla_breached_at: at(15 * minute), sla_due_at: null } });
    expect((await tenant.call("GET", `/tickets/${solved.id}`)).body).toMatchObject({ sla_breached_at: null });
    expect(listed(await tenant.call("GET", `/tickets/${late.id}/history`))).toMatchObject([{ action: "ticket.breach", actor: { kind: "system" } }, { action: "ticket.create" }]);
  });

  it("that was broken before anybody looked is broken also when the ticket is solved then", async () => {
    const tenant = await h.newTenant();
    const { id } = await ticket(tenant, { priority: "critical" });
    now += 20 * minute;
    expect(await changed(tenant, id, { status: "resolved" })).toMatchObject({ sla_breached_at: at(15 * minute) });
    expect(await typesOf(id)).toEqual(["ticket.sla_breached", "ticket.resolved"]);
  });

  it("is looked for over all tenants by an index", async () => {
    const { results } = await env.DB.prepare("explain query plan select id, tenant_id from tickets where sla_due_at is not null and deleted_at is null and sla_due_at <= 1 order by sla_due_at, id limit 10").all();
    expect(results).toMatchObject([{ detail: expect.stringContaining("tickets_sla_due_at_due (sla_due_at>? AND sla_due_at<?)") }]);
  });
});

describe("access", () => {
  it("rejects another tenant", async () => {
    const [ada, bob] = [await h.newTenant(), await h.newTenant()];
    const { id } = await ticket(ada);
    expect((await bob.call("POST", `/tickets/${id}/respond`)).status).toBe(404);
    await ada.call("PUT", "/ticket-sla", { policies: [{ priority: "low", first_response_minutes: 1, resolve_minutes: 1 }] });
    expect(listed(await bob.call("GET", "/ticket-sla"))[0]).toMatchObject({ priority: "low", is_default: true });
  });

  it("rejects a role without the permission", async () => {
    const tenant = await h.newTenant();
    const { id } = await ticket(tenant);
    const [viewer, member] = [await colleague(h, tenant, { role: "viewer" }), await colleague(h, tenant, { role: "member" })];
    now = Date.now();
    expect((await viewer.call("POST", `/tickets/${id}/respond`)).body).toMatchObject({ code: "forbidden" });
    expect((await viewer.call("GET", "/ticket-sla")).status).toBe(200);
    expect((await member.call("PUT", "/ticket-sla", { policies: [{ priority: "low", first_response_minutes: 1, resolve_minutes: 1 }] })).body).toMatchObject({ code: "forbidden" });
  });
});
