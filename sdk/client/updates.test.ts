import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ApiError, createClient } from "./index.ts";
import type { SocketLike } from "./socket.ts";
import type { UpdatesOptions } from "./updates.ts";

type Listener = (event: { data?: unknown; code?: number; reason?: string }) => void;

/** A server's end of a socket. */
class Fake implements SocketLike {
  readonly sent: Record<string, unknown>[] = [];
  readonly url: string;
  readonly protocols: string[];
  readonly headers: Record<string, string>;
  readonly #listeners: Record<string, Listener[]> = {};
  closedWith: number | undefined;

  constructor(url: string, { protocols, headers }: { protocols: string[]; headers: Record<string, string> }) {
    this.url = url;
    this.protocols = protocols;
    this.headers = headers;
  }

  addEventListener(type: string, listener: Listener): void {
    (this.#listeners[type] ??= []).push(listener);
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }

  close(code?: number): void {
    this.closedWith = code;
  }

  fire(type: string, event: Parameters<Listener>[0] = {}): void {
    for (const listener of this.#listeners[type] ?? []) listener(event);
  }

  say(frame: object): void {
    this.fire("message", { data: JSON.stringify(frame) });
  }
}

const event = (id: number) => ({ op: "event", id, topic: "executions", type: "execution.updated", at: "2026-01-01T00:00:00Z", data: { n: id } });
const running: { close(): void }[] = [];

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  for (const one of running.splice(0)) one.close();
  vi.useRealTimers();
});

async function begin(options: Partial<UpdatesOptions> = {}, apiKey: string | (() => Promise<string>) = "es_key", fetch: typeof globalThis.fetch = globalThis.fetch) {
  const sockets: Fake[] = [];
  const [events, gaps, errors]: [number[], string[], Error[]] = [[], [], []];
  const webSocket: NonNullable<UpdatesOptions["webSocket"]> = (url, init) => {
    const socket = new Fake(url, init);
    sockets.push(socket);
    return socket;
  };
  const updates = createClient({ url: "https://flows.example.com/", apiKey, fetch }).updates({
    topics: ["executions"],
    onEvent: ({ id }) => void events.push(id),
    onGap: (topic) => void gaps.push(topic),
    onError: (error) => void errors.push(error),
    webSocket,
    ...options,
  });
  running.push(updates);
  await vi.advanceTimersByTimeAsync(0);
  const socket = (): Fake => sockets.at(-1) ?? expect.fail("there is no socket");
  const open = (): Fake => {
    socket().fire("open");
    return socket();
  };
  return { updates, sockets, socket, open, events, gaps, errors };
}

describe("updates", () => {
  test("connect with an API key in a header, subscribe, and hand on events", async () => {
    const { open, socket, events, updates } = await begin();
    expect(socket()).toMatchObject({ url: "wss://flows.example.com/api/v1/updates", headers: { authorization: "Bearer es_key" }, protocols: ["everstep.v1"] });
    expect(open().sent).toEqual([{ op: "subscribe", topics: ["executions"] }]);
    socket().say(event(3));
    expect([events, updates.lastId]).toEqual([[3], 3]);
  });

  test("connect with a ticket when there is an access token, which stays out of address and protocols", async () => {
    const seen: string[] = [];
    const { socket } = await begin({}, async () => "eyJ.access.token", async (url, init) => {
      seen.push(`${init?.method} ${String(url)} ${new Headers(init?.headers).get("authorization")}`);
      return Response.json({ ticket: "T", expires_at: "2026-01-01T00:00:00Z" }, { status: 201 });
    });
    await vi.advanceTimersByTimeAsync(0);
    expect(seen).toEqual(["POST https://flows.example.com/api/v1/updates/tickets Bearer eyJ.access.token"]);
    expect(socket()).toMatchObject({ protocols: ["everstep.v1", "everstep.ticket.T"], headers: {} });
    expect(socket().url).not.toContain("eyJ");
  });

  test("come back after a drop with the last id, and later each time it fails", async () => {
    const { sockets, socket, open, errors } = await begin();
    open().say(event(7));
    socket().fire("close", { code: 1006 });
    await vi.advanceTimersByTimeAsync(249);
    expect(sockets).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(251);
    expect(open().sent).toEqual([{ op: "subscribe", topics: ["executions"], after: 7 }]);
    for (let time = 0; time < 3; time++) {
      socket().fire("close", { code: 1013 });
      await vi.advanceTimersByTimeAsync(30_000);
    }
    expect(sockets).toHaveLength(5);
    socket().fire("close", { code: 1006 });
    await vi.advanceTimersByTimeAsync(3_999);
    expect(sockets).toHaveLength(5);
    expect(errors).toHaveLength(5);
  });

  test("go on from where they subscribed even if nothing has come since, but not while they catch up", async () => {
    const { open, socket, updates } = await begin();
    open().say({ op: "subscribed", topics: ["executions"], id: 40 });
    expect(updates.lastId).toBe(40);
    socket().fire("close", { code: 1006 });
    await vi.advanceTimersByTimeAsync(500);
    open().say({ op: "lagging", id: 40 });
    socket().say(event(41));
    socket().say({ op: "subscribed", topics: ["executions"], id: 900 });
    expect(updates.lastId).toBe(41);
  });

  test("acknowledge every fifty events, or after a second", async () => {
    const { open, socket } = await begin();
    open();
    for (let id = 1; id <= 50; id++) socket().say(event(id));
    expect(socket().sent.slice(1)).toEqual([{ op: "ack", id: 50 }]);
    socket().say(event(51));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(socket().sent.slice(2)).toEqual([{ op: "ack", id: 51 }]);
  });

  test("tell of gaps and of refused topics", async () => {
    const { open, gaps, errors } = await begin();
    open().say({ op: "gap", topic: "executions", id: 4 });
    open().say({ op: "error", problem: { type: "t", title: "T", status: 403, code: "forbidden", detail: "no" } });
    expect(gaps).toEqual(["executions"]);
    expect(errors[0]).toMatchObject({ code: "forbidden", status: 403 });
  });

  test.each([4401, 4403])("end for good when the server says so with %i", async (code) => {
    const { open, socket, sockets, updates } = await begin();
    open();
    socket().fire("close", { code });
    await expect(updates.done).rejects.toBeInstanceOf(ApiError);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(sockets).toHaveLength(1);
  });

  test("end for good when there is no ticket to be had", async () => {
    const refused = async (): Promise<Response> => Response.json({ type: "t", title: "T", status: 401, code: "unauthorized", detail: "ended" }, { status: 401 });
    const { updates, sockets } = await begin({}, async () => "eyJ", refused);
    await expect(updates.done).rejects.toMatchObject({ status: 401 });
    expect(sockets).toEqual([]);
  });

  test("notice a connection that has gone deaf", async () => {
    const { open, sockets } = await begin();
    open();
    await vi.advanceTimersByTimeAsync(25_000);
    expect(sockets[0]?.sent.at(-1)).toEqual({ op: "ping" });
    await vi.advanceTimersByTimeAsync(51_000);
    expect(sockets.length).toBeGreaterThan(1);
  });

  test("end with their signal, and take and give up topics meanwhile", async () => {
    const controller = new AbortController();
    const { open, socket, sockets, updates } = await begin({ signal: controller.signal });
    open();
    updates.add("approvals", "executions");
    updates.remove("executions");
    expect(socket().sent.slice(1)).toEqual([{ op: "subscribe", topics: ["approvals"] }, { op: "unsubscribe", topics: ["executions"] }]);
    controller.abort();
    await updates.done;
    expect(socket().closedWith).toBe(1000);
    socket().fire("close", { code: 1006 });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sockets).toHaveLength(1);
  });

  test("pass over frames they do not know", async () => {
    const { open, events } = await begin();
    open().say({ op: "weather", sunny: true });
    open().fire("message", { data: "{" });
    expect(events).toEqual([]);
  });
});
