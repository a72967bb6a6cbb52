/** Webhooks in and out on a real server, with real receivers and the reference library of receivers. */
import { createHmac } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Api } from "../support/api.ts";
import { bundle } from "../support/bundle.ts";
import { type Received, Receiver } from "../support/receiver.ts";
import { type Server, startServer } from "../support/server.ts";

let receiver: Receiver;
let closed: Receiver;
let server: Server;
let api: Api;

beforeAll(async () => {
  [receiver, closed] = [await Receiver.open(), await Receiver.open()];
  server = await startServer({ egressAllow: `127.0.0.1:${receiver.port}` });
  api = server.api;
  await api.deploy(await bundle("./workflows/webhooks.ts", import.meta.url));
}, 120_000);
afterAll(async () => {
  await server?.stop();
  await Promise.all([receiver?.close(), closed?.close()]);
});

interface Made {
  id: string;
  secret: string;
}
interface Delivery {
  id: string;
  status: string;
  tries: number;
  attempts: { status: number | null; error: string | null; response: string | null }[];
}

const subscribe = (path: string, more: object = {}) => api.expect(api.post<Made>("/webhooks", { url: receiver.url(path), ...more }), 201);
const publish = (type: string, data: object = {}) => api.expect(api.post<{ id: string }>("/events", { type, data }), 200, 201, 202);
const verified = (secret: string, { body, headers }: Received) => new Webhook(secret).verify(body, headers);
/** Polls until it holds. */
async function delivery(id: string, until: (one: Delivery) => boolean): Promise<Delivery> {
  for (let left = 600; ; left--) {
    const one = await api.expect(api.get<Delivery>(`/webhook-deliveries/${id}`), 200);
    if (until(one) || left === 0) return one;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe("out", () => {
  test("an event reaches a subscription signed, as npm standardwebhooks verifies it", async () => {
    const { secret } = await subscribe("/plain", { event_types: ["contract.*"], filter: { amount: { $gt: 3 } } });
    await publish("contract.signed", { amount: 2 });
    await api.end(await api.start("tells"));
    const [got] = await receiver.until("/plain", 1);
    if (!got) throw new Error("nothing came");
    expect(verified(secret, got)).toMatchObject({ type: "contract.signed", timestamp: expect.any(String), data: { amount: 5 } });
    expect(() => verified(`whsec_${Buffer.alloc(32).toString("base64")}`, got)).toThrow();
    expect(await delivery(got.headers["webhook-id"] ?? "", ({ status }) => status === "delivered")).toMatchObject({ status: "delivered", tries: 1, attempts: [{ status: 200, response: "thanks" }] });
    expect(receiver.received.filter(({ path }) => path === "/plain")).toHaveLength(1);
  });

  test("a failure is tried again under the same id, five seconds later", async () => {
    const { secret } = await subscribe("/again", { event_types: ["again.happened"] });
    receiver.willAnswer("/again", { status: 500 });
    await publish("again.happened", { n: 1 });
    const both = await receiver.until("/again", 2);
    expect(new Set(both.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    expect((both[1]?.at ?? 0) - (both[0]?.at ?? 0)).toBeGreaterThanOrEqual(4_900);
    for (const one of both) expect(verified(secret, one)).toMatchObject({ data: { n: 1 } });
  });

  test("killed while a receiver takes its time, the server sends it again after the restart, under the same id", async () => {
    const { secret } = await subscribe("/silent", { event_types: ["killed.happened"] });
    await publish("killed.happened", { n: 2 });
    const [first] = await receiver.until("/silent", 1);
    await server.restart();
    const all = await receiver.until("/silent", 2);
    expect(all[1]?.headers["webhook-id"]).toBe(first?.headers["webhook-id"]);
    for (const one of all) expect(verified(secret, one)).toMatchObject({ data: { n: 2 } });
  });

  test("killed between two attempts, it makes the next one on time, under the same id", async () => {
    await subscribe("/between", { event_types: ["between.happened"] });
    receiver.willAnswer("/between", { status: 503 }, { status: 503 });
    await publish("between.happened");
    const [first] = await receiver.until("/between", 1);
    const id = first?.headers["webhook-id"] ?? "";
    await delivery(id, ({ tries }) => tries === 1);
    await server.restart();
    const [, second] = await receiver.until("/between", 2);
    expect(second?.headers["webhook-id"]).toBe(id);
    expect(await delivery(id, ({ tries }) => tries === 2)).toMatchObject({ status: "pending", attempts: [{ status: 503 }, { status: 503 }] });
  });

  test("while one receiver does not answer, others get theirs", async () => {
    const { secret } = await subscribe("/quick", { event_types: ["many.happened"] });
    await subscribe("/silent", { event_types: ["many.happened"] });
    for (let n = 0; n < 12; n++) await publish("many.happened", { n });
    const came = await receiver.until("/quick", 12);
    expect(new Set(came.map((one) => (verified(secret, one) as { data: { n: number } }).data.n)).size).toBe(12);
  });

  test("redirects are not followed, a 410 switches off, an endless answer has delivered", async () => {
    const gone = await subscribe("/gone", { event_types: ["odd.happened"] });
    await subscribe("/moved", { event_types: ["odd.happened"] });
    await subscribe("/endless", { event_types: ["odd.happened"] });
    receiver.willAnswer("/moved", { status: 307, headers: { location: closed.url("/inside") } });
    receiver.willAnswer("/gone", { status: 410 });
    await publish("odd.happened");
    const ids = await Promise.all(["/gone", "/moved", "/endless"].map(async (path) => (await receiver.until(path, 1))[0]?.headers["webhook-id"] ?? ""));
    expect(await delivery(ids[0] ?? "", ({ status }) => status === "failed")).toMatchObject({ status: "failed", attempts: [{ status: 410 }] });
    expect(await delivery(ids[1] ?? "", ({ tries }) => tries > 0)).toMatchObject({ status: expect.stringMatching(/pending|delivered/), attempts: expect.arrayContaining([expect.objectContaining({ status: 307, error: expect.stringContaining("redirects are not followed") })]) });
    expect(await delivery(ids[2] ?? "", ({ status }) => status === "delivered")).toMatchObject({ status: "delivered" });
    expect(closed.received).toEqual([]);
    expect((await api.get<{ active: boolean; disabled_reason: string }>(`/webhooks/${gone.id}`)).body).toMatchObject({ active: false, disabled_reason: expect.stringContaining("410") });
    expect(server.output).not.toContain("Uncaught");
  });

  test("nothing is sent where the operator has opened nothing", async () => {
    for (const url of [closed.url("/"), `http://localhost:${closed.port}/`, "http://169.254.169.254/latest/meta-data/", "https://10.0.0.1/"]) expect((await api.post("/webhooks", { url })).status, url).toBe(400);
  });
});

describe("in", () => {
  const post = async (path: string, body: string, headers: Record<string, string>) => {
    const response = await fetch(`${server.url}/hooks/demo/${path}`, { method: "POST", headers: { "content-type": "application/json", ...headers }, body });
    return { status: response.status, body: (await response.json()) as { execution_id: string; executions: { created: boolean }[] } };
  };

  test("EspoCRM's batch starts one execution, however often it comes, also after a restart", async () => {
    await api.expect(api.request("PUT", "/hooks/crm", { scheme: "espocrm", secret: "made by EspoCRM" }), 201);
    const body = '[{"id":"a1","status":"New"},{"id":"a2","name":"\\u00fc"}]';
    const signature = Buffer.from(`64f0c0ffee0000001:${createHmac("sha256", "made by EspoCRM").update(body).digest("hex")}`).toString("base64");
    const first = await post("crm", body, { signature });
    expect([first.status, (await api.end(first.body.execution_id)).output]).toEqual([202, 2]);
    await server.restart();
    expect((await post("crm", body, { signature })).body).toMatchObject({ execution_id: first.body.execution_id, executions: [{ created: false }] });
    expect((await post("crm", `${body} `, { signature })).status).toBe(401);
  });

  test("Meta shakes hands and is heard; a call is seen at the test address and starts nothing", async () => {
    await api.expect(api.request("PUT", "/hooks/whatsapp", { scheme: "meta", secret: "app secret", config: { verify_token: "a verify token" } }), 201);
    const shaken = await fetch(`${server.url}/hooks/demo/whatsapp?hub.mode=subscribe&hub.verify_token=a%20verify%20token&hub.challenge=1158201444`);
    expect([shaken.status, await shaken.text()]).toEqual([200, "1158201444"]);
    const body = JSON.stringify({ object: "whatsapp_business_account", entry: [{ id: "1", changes: [{ field: "messages", value: {} }] }] });
    const signed = { "x-hub-signature-256": `sha256=${createHmac("sha256", "app secret").update(body).digest("hex")}` };
    await api.expect(api.post("/hooks/whatsapp/listen"), 200);
    expect((await post("whatsapp/test", body, {})).status).toBe(200);
    expect((await api.get("/hooks/whatsapp/sample")).body).toMatchObject({ signature: "invalid", body });
    const heard = await post("whatsapp", body, signed);
    expect((await api.end(heard.body.execution_id)).output).toBe("taken");
  });
});
