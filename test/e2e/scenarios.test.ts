/**
 * The workflows of a service company, from requests to what becomes of them, on a real server.
 * Times come from variables here; test/scenarios has the same in virtual time, as they are.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Api } from "../support/api.ts";
import { bundle } from "../support/bundle.ts";
import { type Server, startServer } from "../support/server.ts";

type Row = Record<string, unknown> & { id: string };
interface Person {
  id: string;
  email: string;
}

const password = "seven green apples fall";
let server: Server;
let api: Api;
let operator: Api;
let tenant: string;
let role: string;
let tess: Person;
let tom: Person;
let olga: Person;
let manager: Person & { api: Api };
let carla: Row;

const list = async (path: string, by = api): Promise<Row[]> => (await api.expect(by.get<{ data: Row[] }>(path), 200)).data;
const make = (path: string, body: object): Promise<Row> => api.expect(api.post<Row>(`/${path}`, body), 201);
const change = (path: string, id: string, body: object): Promise<Row> => api.expect(api.request<Row>("PATCH", `/${path}/${id}`, body), 200);
const see = (path: string, id: string): Promise<Row> => api.expect(api.get<Row>(`/${path}/${id}`), 200);
const mailsTo = async (email: unknown): Promise<Row[]> => Promise.all((await list(`/emails?recipient=${encodeURIComponent(String(email))}`)).map(({ id }) => see("emails", id)));
const timeline = async (path: string, id: string): Promise<string[]> => (await list(`/${path}/${id}/timeline`)).map(({ kind, title }) => `${kind}: ${title}`);
const tasksAbout = async (id: string): Promise<Row[]> => (await list("/tasks?limit=200")).filter(({ relations }) => JSON.stringify(relations).includes(id));
const assignee = (ticket: Row): unknown => ticket["assignee_id"];

/** Asks until it is so. @throws Error with the latest answer */
async function until<T>(ask: () => Promise<T>, holds: (answer: T) => boolean, withinMs = 30_000): Promise<T> {
  for (const deadline = Date.now() + withinMs; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const answer = await ask();
    if (holds(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`it did not come to that within ${withinMs} ms: ${JSON.stringify(answer)}`);
  }
}

/** The end of the one execution of a workflow whose input mentions something. */
async function endOf(workflow: string, mentions: string): Promise<unknown> {
  const executions = await until(async () => Promise.all((await list(`/executions?workflow_id=${workflow}`)).map(({ id }) => api.execution(id))), (all) => all.some(({ input }) => JSON.stringify(input).includes(mentions)));
  const mine = executions.filter(({ input }) => JSON.stringify(input).includes(mentions));
  expect(mine).toHaveLength(1);
  const { error, output } = await api.end(String(mine[0]?.id));
  expect(error).toBeNull();
  return output;
}

async function setVariable(name: string, value: string): Promise<void> {
  const [known] = await list(`/variables?name=${name}`);
  await (known ? change("variables", known.id, { value }) : make("variables", { name, type: "string", value }));
}

async function person(name: string): Promise<Person> {
  const email = `${name}@example.com`;
  const { id } = await api.expect(operator.post<Row>(`/operator/tenants/${tenant}/people`, { email, name, role: "member", password }), 201);
  return { id, email };
}

async function signedIn(email: string, secret: string): Promise<Api> {
  return server.as((await api.expect(operator.post<{ access_token: string }>("/auth/login", { email, password: secret, tenant }, { authorization: "" }), 200)).access_token);
}

beforeAll(async () => {
  server = await startServer();
  api = server.api;
  operator = server.as(server.keys.operatorKey);
  tenant = (await api.expect(api.get<Row>("/tenants/current"), 200)).id;
  role = (await make("roles", { name: "Technician", grants: { "tickets.read": "all", "tickets.write": "all", "notifications.read": "all" } })).id;
  [tess, tom, olga] = [await person("tess"), await person("tom"), await person("olga")];
  for (const { id } of [tess, tom]) await change("users", id, { role });
  const people = JSON.parse(readFileSync(join(server.folder, "people.json"), "utf8")) as { email: string; password: string }[];
  const known = people.find(({ email }) => email === "manager@demo.example");
  const account = (await list("/users?limit=200")).find(({ email }) => email === known?.email);
  manager = { id: account?.id ?? "", email: known?.email ?? "", api: await signedIn(known?.email ?? "", known?.password ?? "") };
  carla = await make("contacts", { name: "Carla", email: "carla@example.com" });
  await api.deploy(await bundle("../../workflows", import.meta.url));
}, 120_000);
afterAll(() => server?.stop());

describe("a new ticket", () => {
  test("of high priority goes to the least loaded technician, and both sides hear of it", async () => {
    await make("tickets", { subject: "Old one", priority: "low", assignee_id: tess.id });
    const { id } = await make("tickets", { subject: "Printer burns", priority: "high", customer_id: carla.id });
    const { number } = await until(() => see("tickets", id), (ticket) => assignee(ticket) !== null);
    expect(await see("tickets", id)).toMatchObject({ assignee_id: tom.id, status: "assigned" });
    expect(await endOf("assign-ticket", id)).toEqual({ assigned_to: tom.id, by: "load" });
    expect(await mailsTo(tom.email)).toMatchObject([{ subject: `[Ticket #${number}] is yours` }]);
    expect(await mailsTo("carla@example.com")).toMatchObject([{ subject: `Your ticket #${number} has been received` }]);
    const toms = await signedIn(tom.email, password);
    await until(() => list("/notifications", toms), (all) => all.some(({ type, record }) => type === "ticket.assigned" && (record as Row).id === id));
    expect(await timeline("tickets", id)).toContain("transition: status: new → assigned");
  });

  test("of which many come at once are shared out evenly", async () => {
    const before = await list("/tickets?limit=200");
    const ids = (await Promise.all([1, 2, 3, 4, 5, 6].map((at) => make("tickets", { subject: `Outage ${at}`, priority: "critical" })))).map(({ id }) => id);
    await until(() => list("/tickets?limit=200"), (all) => ids.every((id) => all.some((ticket) => ticket.id === id && assignee(ticket) !== null)));
    const all = await list("/tickets?limit=200");
    expect([tess, tom].map(({ id }) => all.filter((ticket) => assignee(ticket) === id).length)).toEqual([4, 4]);
    expect(before).toHaveLength(2);
  });

  test("of normal priority starts nothing, and one that somebody has stays theirs", async () => {
    const normal = await make("tickets", { subject: "No hurry", priority: "normal" });
    const given = await make("tickets", { subject: "Taken", priority: "high", assignee_id: tess.id });
    expect(await endOf("assign-ticket", given.id)).toEqual({ assigned_to: tess.id, by: "hand" });
    expect(assignee(await see("tickets", normal.id))).toBeNull();
  });

  test("stays where it is while no technician is there, and managers are told", async () => {
    for (const { id } of [tess, tom]) await change("users", id, { status: "disabled" });
    const { id } = await make("tickets", { subject: "Server room", priority: "critical" });
    expect(await endOf("assign-ticket", id)).toEqual({ assigned_to: null, by: "nobody" });
    expect(await list("/notifications", manager.api)).toContainEqual(expect.objectContaining({ title: expect.stringMatching(/^Nobody can take ticket #\d+: Server room$/), record: { type: "ticket", id } }));
    expect(await see("tickets", id)).toMatchObject({ assignee_id: null, status: "new" });
    for (const one of [tess, tom]) await change("users", one.id, { status: "active" });
  });
});

describe("a ticket that was closed", () => {
  const closed = async (email: string): Promise<Row> => {
    const customer = await make("contacts", { name: "Cora", email });
    const { id } = await make("tickets", { subject: "Slow mail", customer_id: customer.id });
    return change("tickets", id, { status: "closed" });
  };

  test("is asked about after a while; a bad answer is kept, and makes a task for a manager", async () => {
    await setVariable("SURVEY_DELAY", "1 second");
    await setVariable("SURVEY_URL", "https://ask.example.com/survey");
    const { id, number } = await closed("cora@example.com");
    const [mail] = await until(() => mailsTo("cora@example.com"), (mails) => mails.length > 0);
    expect(mail).toMatchObject({ subject: `How was ticket #${number}?`, text: expect.stringContaining(`https://ask.example.com/survey?ticket=${id}`) });
    await api.expect(api.post("/events", { type: "survey.answered", data: { ticket_id: id, score: 1, comment: "Still slow" } }), 202);
    expect(await endOf("satisfaction-survey", id)).toEqual({ asked: true, score: 1 });
    expect(await see("tickets", id)).toMatchObject({ satisfaction: 1, status: "closed" });
    expect(await tasksAbout(id)).toMatchObject([{ title: `Call Cora: 1 of 5 for ticket #${number}`, assignee_id: manager.id, priority: "high", status: "open" }]);
    expect((await list(`/tickets/${id}/timeline?kinds=note,task`)).map(({ kind }) => kind).sort()).toEqual(["note", "task"]);
  });

  test("is forgotten when nobody answers", async () => {
    await setVariable("SURVEY_TIMEOUT", "1 second");
    const { id } = await closed("quiet@example.com");
    expect(await endOf("satisfaction-survey", id)).toEqual({ asked: true, score: null });
    expect(await tasksAbout(id)).toEqual([]);
  });

  test("is not asked about when it was opened again meanwhile", async () => {
    await setVariable("SURVEY_DELAY", "3 seconds");
    const { id } = await closed("again@example.com");
    await change("tickets", id, { status: "in_progress" });
    expect(await endOf("satisfaction-survey", id)).toEqual({ asked: false, why: "open again" });
    expect(await mailsTo("again@example.com")).toEqual([]);
  });
});

describe("a contract that ends soon", () => {
  const day = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  const contract = async (name: string, expected_close: string): Promise<Row> => {
    const company = await make("companies", { name });
    const contact = await make("contacts", { name: `Contact of ${name}`, email: `${name.toLowerCase().replaceAll(" ", ".")}@example.com`, company_id: company.id });
    return make("deals", { name: `Contract ${name}`, pipeline_id: pipeline.id, stage_id: stage("Running"), value: 5_000_000, currency: "USD", expected_close, company_id: company.id, contact_id: contact.id, owner_id: olga.id });
  };
  const stage = (name: string): string => stages.find((one) => one["name"] === name)?.id ?? "";
  const asked = (customer: string) => until(() => list("/approvals?status=pending", manager.api), (all) => all.some(({ title }) => title === `Approve contract renewal for ${customer}`));
  const decide = async (customer: string, body: object) => {
    const approval = (await asked(customer)).find(({ title }) => String(title).endsWith(customer));
    return manager.api.post<Row>(`/workflows/approvals/${approval?.id}/decide`, body);
  };
  let pipeline: Row;
  let stages: Row[];
  let acme: Row;
  let zeta: Row;
  let later: Row;

  beforeAll(async () => {
    pipeline = await make("pipelines", { name: "Renewals", stages: [{ name: "Running", probability: 80 }, { name: "In approval" }, { name: "Offer sent" }, { name: "Renewed", type: "won" }, { name: "Not renewed", type: "lost" }] });
    stages = await list(`/stages?pipeline_id=${pipeline.id}`);
    [acme, zeta, later] = [await contract("Acme Corp", day(10)), await contract("Zeta", day(29)), await contract("Later", day(60))];
  });

  test("is found once, however often is looked", async () => {
    const first = (await api.end(await api.start("contract-renewals"))).output;
    expect(first).toEqual({ due: 2, begun: [acme.id, zeta.id] });
    expect((await api.end(await api.start("contract-renewals"))).output).toEqual({ due: 0, begun: [] });
    expect(await list("/events?type=renewal.due")).toHaveLength(2);
    expect(await see("deals", later.id)).toMatchObject({ stage_id: stage("Running") });
    expect(await list("/schedules")).toMatchObject([{ workflow_id: "contract-renewals", timezone: "America/Sao_Paulo", next_run_at: expect.stringMatching(/T12:00:00/) }]);
  });

  test("goes out with the discount that a manager approves", async () => {
    const [approval] = (await asked("Acme Corp")).filter(({ title }) => String(title).endsWith("Acme Corp"));
    expect(approval).toMatchObject({ description: expect.stringContaining("Contract value: $50,000.00/year"), requested_from: "manager" });
    expect((await decide("Acme Corp", { decision: "approved", answers: { discount: 90 } })).status).toBe(400);
    expect((await decide("Acme Corp", { decision: "approved", comment: "Approved - terms look good", answers: { discount: 10, years: 2 } })).body).toMatchObject({ status: "approved" });
    expect(await endOf("contract-renewal", acme.id)).toEqual({ decision: "approved", value: 4_500_000 });
    expect(await see("deals", acme.id)).toMatchObject({ stage_id: stage("Offer sent"), value: 4_500_000, status: "open" });
    expect(await mailsTo("acme.corp@example.com")).toMatchObject([{ subject: "Your contract with us: Contract Acme Corp", text: expect.stringContaining("$45,000.00 a year, 10 percent below") }]);
    expect(await tasksAbout(acme.id)).toMatchObject([{ title: "Have Acme Corp sign the renewal", assignee_id: olga.id }]);
    expect((await timeline("deals", acme.id)).filter((entry) => entry.startsWith("transition: stage_id"))).toHaveLength(3);
  });

  test("ends, with the reason, when the renewal is rejected", async () => {
    expect((await decide("Zeta", { decision: "rejected", comment: "They never paid" })).body).toMatchObject({ status: "rejected" });
    expect(await endOf("contract-renewal", zeta.id)).toEqual({ decision: "rejected", value: null });
    expect(await see("deals", zeta.id)).toMatchObject({ stage_id: stage("Not renewed"), status: "lost", lost_reason: "Renewal not approved: They never paid" });
    expect(await tasksAbout(zeta.id)).toMatchObject([{ title: "Tell Zeta that the contract ends", assignee_id: olga.id }]);
    // Renewals write to their customers themselves.
    expect(await mailsTo("zeta@example.com")).toEqual([]);
  });
});

describe("a new lead", () => {
  test("that never answers is written to three times, and lost", async () => {
    await setVariable("NURTURE_DELAY", "1 second");
    const { id } = await make("leads", { name: "Lea", email: "lea@example.com", source: "website" });
    expect(await endOf("lead-nurture", `"${id}"`)).toEqual({ outcome: "lost", touches: 3 });
    expect(await see("leads", id)).toMatchObject({ status: "lost", lost_reason: "No answer to 3 messages" });
    expect((await mailsTo("lea@example.com")).map(({ subject }) => subject)).toEqual(["Lea, the last from us", "Lea, how others do it", "Welcome, Lea"]);
    expect((await timeline("leads", id)).filter((entry) => entry.startsWith("activity"))).toHaveLength(3);
  });

  test("that answers is qualified at once, and its owner is to call", async () => {
    await setVariable("NURTURE_DELAY", "1 hour");
    const { id } = await make("leads", { name: "Ravi", email: "ravi@example.com", score: 5, owner_id: olga.id });
    await until(() => see("leads", id), ({ status }) => status === "contacted");
    await change("leads", id, { last_reply_at: new Date().toISOString() });
    expect(await endOf("lead-nurture", `"${id}"`)).toEqual({ outcome: "replied", touches: 1 });
    expect(await see("leads", id)).toMatchObject({ status: "qualified", score: 25 });
    expect(await tasksAbout(id)).toMatchObject([{ title: "Call Ravi", type: "call", priority: "high", assignee_id: olga.id }]);
  });
});

test("a deal that moves writes to its contact, and makes a task for its owner", async () => {
  const contact = await make("contacts", { name: "Dora", email: "dora@example.com" });
  const pipeline = await make("pipelines", { name: "Sales" });
  const deal = await make("deals", { name: "Big one", pipeline_id: pipeline.id, contact_id: contact.id, owner_id: olga.id });
  const stages = await list(`/stages?pipeline_id=${pipeline.id}`);
  const next = stages.find(({ id, type }) => id !== deal["stage_id"] && type === "open");
  await api.expect(api.post(`/deals/${deal.id}/move`, { stage_id: next?.id }), 200);
  expect(await endOf("stage-change", deal.id)).toMatchObject({ mailed: true });
  expect(await mailsTo("dora@example.com")).toMatchObject([{ subject: `Big one: ${next?.["name"]}` }]);
  expect(await tasksAbout(deal.id)).toMatchObject([{ title: `Follow up on Big one: ${next?.["name"]}`, assignee_id: olga.id }]);
  expect((await timeline("deals", deal.id)).some((entry) => entry.startsWith("task: "))).toBe(true);
});
