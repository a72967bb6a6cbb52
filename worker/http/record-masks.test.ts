/** What somebody who may not see all of a record learns of it, whichever way they ask. */
import { describe, expect, it } from "vitest";
import { messagesOf } from "../events/sinks/realtime.ts";
import { realtimeOf } from "../events/objects.ts";
import { connecting, listen } from "../realtime/testing/socket.ts";
import { env, harness, type Tenant } from "./testing/harness.ts";
import { type Colleague, colleague, listed } from "./testing/people.ts";

const h = harness();
type Caller = Pick<Tenant, "call">;

const ana = { name: "Ana Souza", email: "ana@example.com", phone: "+55 11 91234-5678", description: "met at the zebra fair", company_name: "Acme" };
const make = async ({ call }: Caller, path: string, body: object) => {
  const answer = await call("POST", path, body);
  expect(answer.status, answer.text).toBe(201);
  return String(answer.body["id"]);
};
const roleWith = (tenant: Tenant, body: object) => make(tenant, "/roles", { name: crypto.randomUUID(), ...body });
const reading = { "leads.read": "all", "events.read": "all", "audit.read": "all", "contacts.read": "all" };

/** Events as the dispatcher hands them on. */
async function tell(tenant: Tenant, record: string): Promise<void> {
  const { results } = await env.DB.prepare("select * from events where tenant_id = ? and record_id = ? order by seq").bind(tenant.id, record).all<Record<string, unknown>>();
  const read = (text: unknown) => (typeof text === "string" ? (JSON.parse(text) as unknown) : null);
  for (const row of results) await realtimeOf(env, tenant.id).publish(messagesOf({ ...row, data: read(row["data"]), previous: read(row["previous"]) } as unknown as Parameters<typeof messagesOf>[0]));
}
async function listening({ call }: Colleague, ...topics: string[]) {
  const { webSocket } = await connecting(h, {}, `/updates?ticket=${String((await call("POST", "/updates/tickets")).body["ticket"])}`);
  if (!webSocket) throw new Error("no socket");
  const client = listen(webSocket);
  client.send({ op: "subscribe", topics });
  return { ...client, client, answer: async () => (await client.settled(), client.frames.find(({ op }) => op === "subscribed" || op === "error")), heard: async () => (await client.settled(), client.frames.flatMap((frame) => (frame.op === "event" ? [frame] : []))) };
}

describe("a role that masks fields of a record", () => {
  const ground = async () => {
    const tenant = await h.newTenant();
    const person = await colleague(h, tenant, { role: await roleWith(tenant, { grants: reading, masked: { leads: ["email", "phone", "description"] } }) });
    const id = await make(tenant, "/leads", ana);
    return { tenant, person, id };
  };
  const secret = /ana@|91234|zebra/;

  it("shows them masked alone, in lists, in history, in events, in the audit log, and to who changes them", async () => {
    const { tenant, person, id } = await ground();
    await tenant.call("PATCH", `/leads/${id}`, { email: "ana@example.org", description: "the zebra again" });
    for (const path of [`/leads/${id}`, "/leads", `/leads/${id}/history`, "/events", `/events/${String(listed(await tenant.call("GET", "/events"))[0]?.["id"])}`, "/audit"]) {
      const answer = await person.call("GET", path);
      expect(answer.status, path).toBe(200);
      expect(answer.text, path).toContain("Ana Souza");
      expect(answer.text, path).not.toMatch(secret);
    }
    expect((await tenant.call("GET", "/events")).text).toMatch(secret);
  });

  it("lets nobody find the record by them: no filter, no sort, no word", async () => {
    const { tenant, person, id } = await ground();
    for (const query of ["email=ana@example.com", `filter=${encodeURIComponent('{"$not":{"description":{"$contains":"z"}}}')}`, "sort=email", "phone=1"]) expect((await person.call("GET", `/leads?${query}`)).body, query).toMatchObject({ code: "bad-request", detail: expect.stringContaining("masked") });
    for (const word of ["zebra", "91234", "example", "acme"]) {
      expect(listed(await person.call("GET", `/leads?q=${word}`)), word).toEqual([]);
      expect(listed(await tenant.call("GET", `/leads?q=${word}`)), word).toMatchObject([{ id }]);
    }
    expect(listed(await person.call("GET", "/leads?q=souza"))).toMatchObject([{ id }]);
  });

  it("changes nothing that it does not show, of one or of many", async () => {
    const { tenant, id } = await ground();
    const writer = await colleague(h, tenant, { role: await roleWith(tenant, { grants: { ...reading, "leads.write": "all" }, masked: { leads: ["email"] } }) });
    const change = { email: "eve@example.com" };
    expect((await writer.call("PATCH", `/leads/${id}`, change)).body).toMatchObject({ code: "forbidden" });
    expect((await writer.call("POST", "/leads/bulk", { action: "update", ids: [id], change })).body).toMatchObject({ code: "forbidden" });
    expect((await writer.call("PATCH", `/leads/${id}`, { score: 5 })).body).toMatchObject({ score: 5, email: "a…@example.com" });
  });

  it("tells over the socket that something happened, and not what", async () => {
    const { tenant, person, id } = await ground();
    const client = await listening(person, "records:lead", "records:contact", "events");
    await client.answer();
    const contact = await make(tenant, "/contacts", { name: "Bia" });
    await tell(tenant, id);
    await tell(tenant, contact);
    const heard = await client.heard();
    expect(heard.map(({ topic }) => topic)).toEqual(["events", "records:lead", "events", "records:contact"]);
    expect(JSON.stringify(heard)).not.toMatch(secret);
    // What is masked of leads hides nothing of contacts.
    expect(heard.map(({ data }) => (data as { data?: object }).data)).toEqual([undefined, undefined, expect.objectContaining({ name: "Bia" }), expect.objectContaining({ name: "Bia" })]);
  });
});

describe("who may not read leads, or only their own", () => {
  it("hears nothing of the others', and sees of their events only that there were some", async () => {
    const tenant = await h.newTenant();
    const team = await make(tenant, "/teams", { name: "North" });
    const role = (grants: object) => roleWith(tenant, { grants: { "events.read": "all", "audit.read": "all", ...grants } });
    const [nobody, own, mate] = await Promise.all([role({}).then((one) => colleague(h, tenant, { role: one })), role({ "leads.read": "own", "leads.write": "own" }).then((one) => colleague(h, tenant, { role: one })), role({ "leads.read": "team" }).then((one) => colleague(h, tenant, { role: one, team }))]);
    const none = await listening(nobody, "records:lead");
    expect(await none.answer()).toMatchObject({ op: "error", problem: { code: "forbidden" } });
    const sockets = await Promise.all([listening(nobody, "events"), listening(own, "records:lead", "events"), listening(mate, "records:lead")]);
    await Promise.all(sockets.map(({ answer }) => answer()));
    const mine = await make(own, "/leads", { name: "Mine" });
    const teams = await make(tenant, "/leads", { name: "Team's", team_id: team });
    const [a, b, c] = sockets;
    for (const id of [mine, teams]) await tell(tenant, id);
    const names = async (socket: typeof a) => [...new Set((await socket.heard()).flatMap(({ topic, data }) => ((data as { record: { type: string } | null }).record?.type === "lead" ? [`${topic} ${String((data as { data: { name: string } }).data.name)}`] : [])))];
    expect(await names(a)).toEqual([]);
    expect(await names(b)).toEqual(["events Mine", "records:lead Mine"]);
    expect(await names(c)).toEqual(["records:lead Team's"]);
    const seen = async ({ call }: Caller) => listed(await call("GET", "/events?type=lead.created")).map(({ data }) => (data as { name?: string }).name ?? null);
    expect(await seen(nobody)).toEqual([null, null]);
    expect(await seen(own)).toEqual([null, "Mine"]);
    expect(await seen(mate)).toEqual(["Team's", null]);
    expect((await nobody.call("GET", "/audit")).text).not.toMatch(/Mine|Team's/);
  });
});
