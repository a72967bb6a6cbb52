import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import type { RealtimeMessage } from "../../durable-objects/realtime/contract.ts";
import { updatesLimits } from "../../sdk/schema/updates.ts";
import { realtimeOf } from "../events/objects.ts";
import { join, signIn, signUp } from "../http/testing/accounts.ts";
import { env, harness, operatorKey } from "../http/testing/harness.ts";
import { type Colleague, colleague } from "../http/testing/people.ts";
import { connecting, listen, open } from "./testing/socket.ts";

const h = harness();
const stub = (tenant: string) => env.REALTIME.getByName(tenant) as unknown as DurableObjectStub;
const publish = (tenant: string, ...messages: RealtimeMessage[]) => realtimeOf(env, tenant).publish(messages);
const updated = (topic: string, data: unknown = {}): RealtimeMessage => ({ topic, type: "execution.updated", data, about: { execution_id: "e" } });
const codeOf = async (response: Response) => ((await response.json()) as { code: string }).code;
/** As somebody who has signed in, in a browser: by ticket. */
async function openAs({ call }: Pick<Colleague, "call">) {
  const { webSocket } = await connecting(h, {}, `/updates?ticket=${String((await call("POST", "/updates/tickets")).body["ticket"])}`);
  if (!webSocket) throw new Error("no socket");
  return listen(webSocket);
}
/** As when its time has come. */
const check = async (tenant: string) => expect(await runDurableObjectAlarm(stub(tenant))).toBe(true);

describe("a socket is opened", () => {
  it("with an API key or an access token, at both paths, and is greeted", async () => {
    const tenant = await h.newTenant();
    const person = await signUp(h);
    for (const credential of [tenant.key, person.access]) {
      for (const path of ["/api/v1/updates", "/updates"]) {
        const response = await connecting(h, { authorization: `Bearer ${credential}` }, path);
        expect(response.status).toBe(101);
        expect(response.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
        if (!response.webSocket) throw new Error("no socket");
        expect(await listen(response.webSocket).next("hello")).toMatchObject({ window: updatesLimits.window, id: 0 });
      }
    }
  });

  it("by nobody else", async () => {
    const person = await signUp(h);
    await person.call("POST", "/auth/logout");
    for (const headers of [{}, { authorization: "Bearer es_nothing" }, { authorization: `Bearer ${person.access}` }, { authorization: "Bearer eyJhbGciOiJub25lIn0.e30." }]) {
      const response = await connecting(h, headers);
      expect([response.status, await codeOf(response)]).toEqual([401, "unauthorized"]);
    }
    expect(await codeOf(await connecting(h, { authorization: `Bearer ${operatorKey}` }))).toBe("forbidden");
    let ahead = 0;
    const later = harness(undefined, () => Date.now() + ahead);
    const { access } = await signUp(later);
    ahead = 16 * 60_000;
    expect(await codeOf(await connecting(later, { authorization: `Bearer ${access}` }))).toBe("token-expired");
  });

  it("never with a token in the address", async () => {
    const { access } = await signUp(h);
    for (const name of ["access_token", "token", "api_key"]) expect(await codeOf(await connecting(h, {}, `/updates?${name}=${access}`))).toBe("bad-request");
  });

  it("with a ticket, once, in the address or as a subprotocol", async () => {
    const person = await signUp(h);
    const ticket = async () => String((await person.call("POST", "/updates/tickets")).body["ticket"]);
    const first = await ticket();
    expect((await connecting(h, {}, `/updates?ticket=${first}`)).status).toBe(101);
    expect(await codeOf(await connecting(h, {}, `/updates?ticket=${first}`))).toBe("unauthorized");
    const second = await connecting(h, { "sec-websocket-protocol": `everstep.v1, everstep.ticket.${await ticket()}` });
    expect([second.status, second.headers.get("sec-websocket-protocol")]).toEqual([101, "everstep.v1"]);
  });

  it("with a ticket only for 30 seconds, and not once its session has ended", async () => {
    let ahead = 0;
    const later = harness(undefined, () => Date.now() + ahead);
    const person = await signUp(later);
    const ticket = async () => String((await person.call("POST", "/updates/tickets")).body["ticket"]);
    const [late, ended] = [await ticket(), await ticket()];
    ahead = 30_001;
    expect((await connecting(later, {}, `/updates?ticket=${late}`)).status).toBe(401);
    ahead = 0;
    await person.call("POST", "/auth/logout");
    expect((await connecting(later, {}, `/updates?ticket=${ended}`)).status).toBe(401);
  });

  it("from pages of this installation and of the tenant's redirect_origins, and of no other", async () => {
    const tenant = await h.newTenant();
    await tenant.call("PATCH", "/tenants/current/settings", { redirect_origins: ["https://app.example.com"] });
    const from = async (origin: string) => (await connecting(h, { authorization: `Bearer ${tenant.key}`, origin })).status;
    expect(await from("https://flows.example.com")).toBe(101);
    expect(await from("https://app.example.com")).toBe(101);
    for (const origin of ["https://evil.example.com", "null", "https://flows.example.com.evil.example.com", "http://flows.example.com"]) expect(await from(origin), origin).toBe(403);
  });

  it("not without an upgrade: then the route says what there is to listen to", async () => {
    const person = await signUp(h);
    expect(await person.call("GET", "/updates")).toMatchObject({ status: 200, body: { protocol: "everstep.v1", topics: expect.arrayContaining([`notifications:${person.id}`]) } });
    expect((await h.call(null, "GET", "/updates")).status).toBe(401);
  });
});

describe("who listens to a topic", () => {
  it("is told of it, in order, and of nothing else", async () => {
    const tenant = await h.newTenant();
    const client = await open(h, tenant.key);
    await client.subscribe("executions", "executions:one");
    await publish(tenant.id, updated("executions", { n: 1 }), updated("executions:two", { n: 2 }), updated("executions:one", { n: 3 }), updated("approvals", { n: 4 }));
    await client.settled();
    const events = client.frames.filter((frame) => frame.op === "event");
    expect(events.map(({ topic, data }) => [topic, data])).toEqual([["executions", { n: 1 }], ["executions:one", { n: 3 }]]);
    expect(events[0]?.id).toBeLessThan(events[1]?.id ?? 0);
    client.send({ op: "unsubscribe", topics: ["executions"] });
    await client.next("unsubscribed");
    await publish(tenant.id, updated("executions", { n: 5 }));
    await client.settled();
    expect(client.frames.filter((frame) => frame.op === "event")).toHaveLength(2);
  });

  it("never hears of another tenant's, whatever its id", async () => {
    const [mine, theirs] = [await h.newTenant(), await h.newTenant()];
    const id = crypto.randomUUID();
    const [spy, own] = [await open(h, mine.key), await open(h, theirs.key)];
    await Promise.all([spy.subscribe("executions", `executions:${id}`, "events", "records:user"), own.subscribe(`executions:${id}`, "events")]);
    await publish(theirs.id, updated(`executions:${id}`), updated("events"), updated("executions"), updated("records:user"));
    await own.next("event");
    await spy.settled();
    expect(spy.frames.filter((frame) => frame.op === "event")).toEqual([]);
  });

  it("is refused topics that their role does not show, topics of others, and those there are none of", async () => {
    const tenant = await h.newTenant();
    const viewer = await colleague(h, tenant, { role: "viewer" });
    const client = await openAs(viewer);
    const refused = ["records:mail", "records:invoice", "records:", "records:user:", `notifications:${crypto.randomUUID()}`, "notifications", "approvals:x", "events:x", "everything", "executions:a b", ""];
    for (const topic of refused) {
      client.send({ op: "subscribe", topics: [topic], ref: topic });
      const { problem } = await client.next("error");
      expect(["forbidden", "bad-request"], topic).toContain(problem.code);
    }
    expect(await client.subscribe("executions", `notifications:${viewer.id}`, "approvals", "counts", "events", "workflows:hello", "records:user")).toMatchObject({ topics: { length: 7 } });
  });

  it.each(["admin", "manager", "member", "viewer"])("may as %s what the role may", async (role) => {
    const tenant = await h.newTenant();
    const client = await openAs(await colleague(h, tenant, { role }));
    client.send({ op: "subscribe", topics: ["records:webhook"] });
    const answer = await (role === "viewer" ? client.next("error") : client.next("subscribed"));
    expect(answer).toMatchObject(role === "viewer" ? { problem: { code: "forbidden", errors: [{ pointer: "/topics/0", detail: expect.stringContaining("webhooks.read") }] } } : { topics: ["records:webhook"] });
  });

  it("gets the topics that are allowed when others are not", async () => {
    const tenant = await h.newTenant();
    const client = await open(h, tenant.key);
    client.send({ op: "subscribe", topics: ["executions", "notifications:me"], ref: "r" });
    expect(await client.next("error")).toMatchObject({ ref: "r", problem: { errors: [{ pointer: "/topics/1" }] } });
    expect(await client.next("subscribed")).toMatchObject({ ref: "r", topics: ["executions"] });
  });

  it("is told only what it is about when it is too large, or when they see fields masked", async () => {
    const tenant = await h.newTenant();
    const [whole, viewer] = [await open(h, tenant.key), await openAs(await colleague(h, tenant, { role: "viewer" }))];
    await Promise.all([whole.subscribe("events"), viewer.subscribe("events")]);
    await publish(tenant.id, { topic: "events", type: "user.joined", data: { email: "ann@example.com" }, about: { id: "1" }, maskable: true }, { topic: "events", type: "big", data: "x".repeat(40_000), about: { id: "2" } });
    expect((await whole.next("event")).data).toEqual({ email: "ann@example.com" });
    expect((await viewer.next("event")).data).toEqual({ id: "1" });
    expect((await whole.next("event")).data).toEqual({ id: "2", truncated: true });
  });
});

describe("what was taken back", () => {
  it("a key that is revoked: its sockets are closed by the next check", async () => {
    const tenant = await h.newTenant();
    const made = await tenant.call("POST", "/api-keys", { name: "short" });
    const [lost, kept] = [await open(h, String(made.body["api_key"])), await open(h, tenant.key)];
    await Promise.all([lost.subscribe("executions"), kept.subscribe("executions")]);
    await tenant.call("DELETE", `/api-keys/${String(made.body["id"])}`);
    await check(tenant.id);
    expect(await lost.end()).toMatchObject({ code: 4401 });
    expect(lost.frames.at(-1)).toEqual({ op: "revoked", topics: ["executions"] });
    await publish(tenant.id, updated("executions"));
    await kept.next("event");
    expect(lost.frames.filter((frame) => frame.op === "event")).toEqual([]);
  });

  it("a session that ends, a member who is disabled or removed", async () => {
    const tenant = await h.newTenant();
    const people = await Promise.all(["out", "disabled", "removed"].map(() => colleague(h, tenant)));
    const [out, disabled, removed] = people;
    if (!out || !disabled || !removed) throw new Error("nobody");
    const clients = await Promise.all(people.map(openAs));
    await Promise.all(clients.map((client) => client.subscribe("executions")));
    await out.call("POST", "/auth/logout");
    await tenant.call("PATCH", `/users/${disabled.id}`, { status: "disabled" });
    await tenant.call("DELETE", `/users/${removed.id}`);
    await check(tenant.id);
    for (const client of clients) expect(await client.end()).toMatchObject({ code: 4401 });
  });

  it("a role that is changed: topics it does not show any more go, and with the last one the socket", async () => {
    const tenant = await h.newTenant();
    const person = await colleague(h, tenant, { role: "member" });
    const [some, all] = [await openAs(person), await openAs(person)];
    await some.subscribe("executions", "records:webhook");
    await all.subscribe("records:webhook");
    await tenant.call("PATCH", `/users/${person.id}`, { role: "viewer" });
    await check(tenant.id);
    expect(await all.end()).toMatchObject({ code: 4403 });
    expect(await some.next("revoked")).toMatchObject({ topics: ["records:webhook"] });
    await publish(tenant.id, updated("records:webhook"), updated("executions"));
    expect(await some.next("event")).toMatchObject({ topic: "executions" });
  });

  it("is looked at again with every subscription", async () => {
    const tenant = await h.newTenant();
    const person = await colleague(h, tenant, { role: "member" });
    const client = await openAs(person);
    await client.next("hello");
    await person.call("POST", "/auth/logout");
    client.send({ op: "subscribe", topics: ["executions"] });
    expect(await client.end()).toMatchObject({ code: 4401 });
  });

  it("counts in one tenant alone: the same person's session elsewhere goes on", async () => {
    const person = await signUp(h);
    const other = await h.newTenant();
    await join(person, other.id);
    const there = await signIn(h, person, other.slug);
    const [here, elsewhere] = [await open(h, person.access), await open(h, there.access)];
    await Promise.all([here.subscribe("executions"), elsewhere.subscribe("executions")]);
    await there.call("POST", "/auth/logout");
    await check(person.tenant.id);
    await check(other.id);
    expect(await elsewhere.end()).toMatchObject({ code: 4401 });
    await here.settled();
  });
});

describe("a socket that misbehaves", () => {
  it.each([["no JSON", "{"], ["no object", "7"], ["no op", "{}"], ["an unknown op", '{"op":"publish","topic":"executions"}'], ["more than there is", '{"op":"ack","id":1,"x":1}'], ["no topics", '{"op":"subscribe","topics":[]}'], ["ids of another kind", '{"op":"ack","id":"1"}'], ["too many topics", JSON.stringify({ op: "subscribe", topics: Array.from({ length: 101 }, (_, n) => `executions:${n}`) })], ["a prototype", '{"op":"subscribe","topics":["executions"],"__proto__":{}}']])("is told what is wrong with %s, and goes on", async (_, frame) => {
    const client = await open(h, (await h.newTenant()).key);
    client.send(frame);
    expect(await client.next("error")).toMatchObject({ problem: { status: 400, code: "bad-request" } });
    await client.settled();
  });

  it("is closed for binary frames, huge frames and floods", async () => {
    const { key } = await h.newTenant();
    const [binary, huge, flood] = [await open(h, key), await open(h, key), await open(h, key)];
    binary.send(new ArrayBuffer(4));
    expect(await binary.end()).toMatchObject({ code: 1003 });
    huge.send(`"${"x".repeat(updatesLimits.frameCharacters)}"`);
    expect(await huge.end()).toMatchObject({ code: 1009 });
    for (let number = 0; number < 200; number++) flood.send({ op: "ping", ref: String(number) });
    expect(await flood.end()).toMatchObject({ code: 1008 });
  });

  it("has room for a hundred topics, also while it sleeps", async () => {
    const tenant = await h.newTenant();
    const client = await open(h, tenant.key);
    const topics = Array.from({ length: 100 }, (_, number) => `executions:${String(number).padStart(66, "0")}`);
    await client.subscribe(...topics);
    client.send({ op: "subscribe", topics: ["approvals"] });
    expect(await client.next("error")).toMatchObject({ problem: { code: "bad-request" } });
    await evictDurableObject(stub(tenant.id));
    await publish(tenant.id, updated(topics[99] ?? ""));
    expect(await client.next("event")).toMatchObject({ topic: topics[99] });
  });
});

describe("while it sleeps", () => {
  it("the object keeps its sockets, their topics and what they may", async () => {
    const tenant = await h.newTenant();
    const viewer = await colleague(h, tenant, { role: "viewer" });
    const client = await openAs(viewer);
    const { id } = await client.subscribe("events");
    await evictDurableObject(stub(tenant.id));
    await publish(tenant.id, { topic: "events", type: "user.joined", data: { email: "ann@example.com" }, about: { id: "1" }, maskable: true });
    expect(await client.next("event")).toMatchObject({ data: { id: "1" }, id: id + 1 });
    await evictDurableObject(stub(tenant.id));
    await viewer.call("POST", "/auth/logout");
    await check(tenant.id);
    expect(await client.end()).toMatchObject({ code: 4401 });
  });

  it("pings are answered", async () => {
    const tenant = await h.newTenant();
    const client = await open(h, tenant.key);
    client.send('{"op":"ping"}');
    expect(await client.next("pong")).toEqual({ op: "pong" });
  });
});

describe("who comes back", () => {
  const back = async (key: string, topics: string[], after: number) => {
    const client = await open(h, key);
    client.send({ op: "subscribe", topics, after });
    await client.next("subscribed");
    await client.settled();
    return client;
  };

  it("is sent what was missed, in order, once, and then what is new", async () => {
    const tenant = await h.newTenant();
    const first = await open(h, tenant.key);
    await first.subscribe("executions", "approvals");
    await publish(tenant.id, updated("executions", 1));
    const { id } = await first.next("event");
    first.socket.close(1000);
    await first.end();
    await publish(tenant.id, updated("executions", 2), updated("approvals", 3), updated("counts", 4));
    await evictDurableObject(stub(tenant.id));
    await publish(tenant.id, updated("executions", 5));
    const again = await back(tenant.key, ["executions", "approvals"], id);
    await publish(tenant.id, updated("executions", 6));
    await again.settled();
    expect(again.frames.flatMap((frame) => (frame.op === "event" ? [frame.data] : []))).toEqual([2, 3, 5, 6]);
    expect(again.frames.some(({ op }) => op === "gap")).toBe(false);
  });

  it("is told of a gap in what was not kept: a topic nobody listened to, an id from before, an id that never was", async () => {
    const tenant = await h.newTenant();
    const first = await open(h, tenant.key);
    await first.subscribe("executions");
    await publish(tenant.id, updated("executions", 1));
    const { id } = await first.next("event");
    const gapsOf = (client: { frames: { op: string; topic?: string }[] }) => client.frames.flatMap((frame) => (frame.op === "gap" ? [frame.topic] : []));
    expect(gapsOf(await back(tenant.key, ["executions", "approvals"], id))).toEqual(["approvals"]);
    expect(gapsOf(await back(tenant.key, ["executions"], id + 1_000))).toEqual(["executions"]);
  });

  it("is not told the same news twice", async () => {
    const tenant = await h.newTenant();
    const client = await open(h, tenant.key);
    await client.subscribe("events");
    for (let time = 0; time < 2; time++) await publish(tenant.id, { ...updated("events", { time }), key: "event-1" });
    await client.settled();
    expect(client.frames.filter(({ op }) => op === "event")).toHaveLength(1);
  });
});

describe("who does not acknowledge", () => {
  it("is sent a window of events and no more; as it acknowledges, the rest in order", async () => {
    const tenant = await h.newTenant();
    const client = await open(h, tenant.key);
    await client.subscribe("executions");
    const total = updatesLimits.window + 700;
    for (let from = 0; from < total; from += 100) await publish(tenant.id, ...Array.from({ length: 100 }, (_, number) => updated("executions", from + number)));
    const data = () => client.frames.flatMap((frame) => (frame.op === "event" ? [frame.data] : []));
    await client.settled();
    expect(data()).toHaveLength(updatesLimits.window);
    expect(client.frames.some(({ op }) => op === "lagging")).toBe(true);
    await evictDurableObject(stub(tenant.id));
    while (data().length < total) {
      const last = client.frames.findLast((frame) => frame.op === "event");
      client.send({ op: "ack", id: last?.id });
      await client.settled();
    }
    await publish(tenant.id, updated("executions", "live"));
    await client.settled();
    expect(data()).toEqual([...Array.from({ length: total }, (_, number) => number), "live"]);
  });
});

describe("where nobody listens", () => {
  it("nothing is kept, and whoever publishes is told so", async () => {
    const tenant = await h.newTenant();
    expect(await publish(tenant.id, updated("executions"))).toEqual({ listening: [] });
    const client = await open(h, tenant.key);
    await client.subscribe("approvals");
    expect(await publish(tenant.id, updated("executions"))).toEqual({ listening: ["approvals"] });
    await client.subscribe("executions");
    expect((await publish(tenant.id, updated("executions"))).listening.sort()).toEqual(["approvals", "executions"]);
    await client.settled();
    expect(client.frames.filter(({ op }) => op === "event")).toHaveLength(1);
  });
});
