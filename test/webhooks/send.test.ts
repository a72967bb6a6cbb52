/** Sending over real connections, to receivers of every character. */
import { createServer } from "node:net";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { closedTo, send, sendLimits } from "../../worker/domain/webhooks/network.ts";
import { deliveryIdOf, headersOf, signatures } from "../../worker/domain/webhooks/sign.ts";
import { Receiver } from "../support/receiver.ts";

let receiver: Receiver;
let other: Receiver;
beforeAll(async () => {
  [receiver, other] = [await Receiver.open(), await Receiver.open()];
});
afterAll(async () => {
  await Promise.all([receiver.close(), other.close()]);
});

let tenants = 0;
/** The database as far as the rules of a tenant are concerned; each has one of its own, because rules are remembered. */
function world(allow: string, egress: object | null = null): { env: Parameters<typeof send>[0]; tenant: string } {
  const row = { egress: egress === null ? null : JSON.stringify(egress), secrets: "[]" };
  const DB = { prepare: () => ({ bind: () => ({ first: async () => row }) }) } as unknown as D1Database;
  return { env: { DB, EGRESS_ALLOW: allow }, tenant: `tenant-${++tenants}` };
}
const post = (path: string, { env, tenant } = world(`127.0.0.1:${receiver.port}`)) => send(env, tenant, path.startsWith("/") ? receiver.url(path) : path, { "content-type": "application/json", "webhook-id": "msg_1" }, '{"type":"a"}');

describe("what is sent", () => {
  it("arrives as it is, and the beginning of the answer comes back", async () => {
    expect(await post("/ok")).toEqual({ status: 200, retryAfter: null, response: "thanks", error: null });
    expect(receiver.received.at(-1)).toMatchObject({ path: "/ok", body: '{"type":"a"}', headers: { "webhook-id": "msg_1", "content-type": "application/json" } });
    expect(Object.keys(receiver.received.at(-1)?.headers ?? {}).filter((name) => name.startsWith("everstep"))).toEqual([]);
  });

  it("is verified by the reference library, with either secret of a rotation", async () => {
    const [fresh, old] = [`whsec_${Buffer.alloc(32, 1).toString("base64")}`, `whsec_${Buffer.alloc(24, 2).toString("base64")}`];
    const body = '{"type":"contract.signed","data":{"of":"ü\\u2028"}}';
    const headers = await headersOf([fresh, old], "msg_2", body, Date.now());
    for (const secret of [fresh, old]) expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
    expect(() => new Webhook(fresh).verify(body.replace("ü", "u"), headers)).toThrow();
    expect(headers["webhook-signature"]?.split(" ")).toHaveLength(2);
  });

  it("has the signature of the published example, and an id made of webhook and event, without a dot", async () => {
    expect(await signatures(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, '{"test": 2432232314}')).toBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    const ids = await Promise.all([deliveryIdOf("a", "b"), deliveryIdOf("a", "b"), deliveryIdOf("a", "c"), deliveryIdOf("b", "b")]);
    expect([new Set(ids).size, ids[0]]).toEqual([3, ids[1]]);
    expect(ids[0]).toMatch(/^msg_[0-9a-f]{32}$/);
  });
});

describe("a receiver that", () => {
  it.each([[301], [302], [303], [307], [308]])("answers %d is not followed: nobody is led to where they may not go", async (status) => {
    receiver.willAnswer("/moved", { status, headers: { location: other.url("/secret") } });
    const both = world(`127.0.0.1:${receiver.port},127.0.0.1:${other.port}`);
    expect(await post("/moved", both)).toMatchObject({ status, error: null });
    expect(other.received).toEqual([]);
  });

  it.each([[410], [429], [500], [503]])("answers %d is reported so, with what it asks for", async (status) => {
    receiver.willAnswer("/answers", { status, headers: { "retry-after": "17" } });
    expect(await post("/answers")).toEqual({ status, retryAfter: "17", response: `answer ${status}`, error: null });
  });

  it.each([["/endless"], ["/huge"]])("sends without end (%s) has delivered all the same: little of it is read", async (path) => {
    const sent = await post(path);
    expect(sent).toMatchObject({ status: 200, error: null });
    expect(sent.response?.length).toBe(sendLimits.keptCharacters);
  });

  it.each([["/silent"], ["/hangs"]])("does not come to an end (%s) is given twenty seconds", async (path) => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const sending = post(path);
      await vi.waitFor(() => expect(receiver.received.at(-1)?.path).toBe(path), { interval: 1 });
      let over = false;
      void sending.finally(() => (over = true));
      await vi.advanceTimersByTimeAsync(sendLimits.ms - 1_000);
      expect(over).toBe(false);
      await vi.advanceTimersByTimeAsync(1_000);
      expect(await sending).toMatchObject({ status: null, error: expect.stringContaining("20 s") });
    } finally {
      vi.useRealTimers();
    }
  });

  it.each([["/breaks"], ["/resets"]])("hangs up midway (%s) has not answered", async (path) => {
    expect(await post(path)).toMatchObject({ status: null, error: expect.any(String) });
  });

  it("speaks something else than HTTP, or is not there, has not answered", async () => {
    const server = createServer((socket) => void socket.on("error", () => {}).end("220 mail.example.com ESMTP\r\n", () => socket.destroy()));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const to = world(`127.0.0.1:${port}`);
    expect(await post(`http://127.0.0.1:${port}/`, to)).toMatchObject({ status: null, error: expect.any(String) });
    await new Promise((resolve) => server.close(resolve));
    expect(await post(`http://127.0.0.1:${port}/`, to)).toMatchObject({ status: null, error: expect.any(String) });
  });
});

describe("where nothing may be sent", () => {
  const count = () => receiver.received.length;

  it.each(["http://127.0.0.1:PORT/ok", "http://localhost:PORT/ok", "http://[::ffff:127.0.0.1]:PORT/ok", "http://2130706433:PORT/ok", "http://0x7f.1:PORT/ok", "http://0.0.0.0:PORT/ok", "https://169.254.169.254/latest/meta-data/", "https://10.0.0.1/", "https://[fd00::1]/", "https://metadata.google.internal/", "https://user:pass@example.com/", "file:///etc/passwd", "nonsense"])("%s: nothing is, and it is said why, at once and at each attempt", async (text) => {
    const url = text.replace("PORT", String(receiver.port));
    const closed = world("");
    const before = count();
    expect(await closedTo(closed.env, closed.tenant, url)).toEqual(expect.any(String));
    expect(await post(url, closed)).toMatchObject({ status: null, error: expect.any(String) });
    expect(count()).toBe(before);
  });

  it("plain http is for hosts that the operator lists", async () => {
    const { env, tenant } = world("");
    expect(await closedTo(env, tenant, "http://receiver.example.com/")).toContain("use https://");
    expect(await closedTo(env, tenant, "https://receiver.example.com/")).toBeNull();
    const listed = world("receiver.example.com");
    expect(await closedTo(listed.env, listed.tenant, "http://receiver.example.com/")).toBeNull();
  });

  it("the tenant's own lists hold, also for what the operator has opened", async () => {
    const denied = world(`127.0.0.1:${receiver.port}`, { deny: [`127.0.0.1:${receiver.port}`] });
    const before = count();
    expect(await post("/ok", denied)).toMatchObject({ status: null, error: expect.stringContaining("deny list") });
    expect(count()).toBe(before);
  });

  it("a list that cannot be read lets nothing out", async () => {
    expect(await post("/ok", world("***"))).toMatchObject({ status: null, error: expect.stringContaining("EGRESS_ALLOW") });
  });
});
