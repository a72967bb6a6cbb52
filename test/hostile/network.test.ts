import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Ground } from "./ground.ts";

let ground: Ground;
/** Listed by the operator: sends on to any URL. */
let open: HttpServer;
/** Not listed: what it answers must never be seen. */
let closed: HttpServer;
let hits = 0;

const portOf = (server: HttpServer): number => (server.address() as AddressInfo).port;
const listen = (server: HttpServer): Promise<HttpServer> => new Promise((ready) => server.listen(0, "127.0.0.1", () => ready(server)));

beforeAll(async () => {
  open = await listen(
    createServer((request, response) => {
      const to = new URL(request.url ?? "/", "http://open").searchParams.get("to");
      if (to !== null) response.writeHead(302, { location: to });
      if (request.url?.endsWith("?long")) Readable.from(Array.from({ length: 30 }, () => Buffer.alloc(1_048_576))).pipe(response);
      else response.end(JSON.stringify(request.headers));
    }),
  );
  closed = await listen(
    createServer((_request, response) => {
      hits++;
      response.end("secret");
    }),
  );
  ground = await Ground.open({ egressAllow: `127.0.0.1:${portOf(open)}` });
}, 120_000);
afterAll(async () => {
  await ground?.close();
  open?.close();
  closed?.close();
});

/** PORT stands for the closed server's, API for the platform's own. */
const at = (url: string): string => url.replace("PORT", String(portOf(closed))).replace("API", new URL(ground.server.url).port);

const targets = [
  "http://127.0.0.1:PORT/", "http://localhost:PORT/", "http://localhost.:PORT/", "http://a.localhost:PORT/", "http://[::1]:PORT/", "http://[::ffff:127.0.0.1]:PORT/", "http://[::ffff:7f00:1]:PORT/",
  "http://2130706433:PORT/", "http://017700000001:PORT/", "http://0x7f000001:PORT/", "http://0x7f.1:PORT/", "http://127.1:PORT/", "http://0:PORT/", "http://0.0.0.0:PORT/", "http://127.255.255.254:PORT/", "http://①②⑦.0.0.1:PORT/",
  "http://127.0.0.1:API/api/v1/executions", "http://localhost:API/health", "http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/", "http://metadata.google.internal/", "http://100.100.100.200/",
  "http://10.0.0.1/", "http://192.168.0.1/", "http://172.16.0.1/", "http://[fe80::1]/", "http://[64:ff9b::7f00:1]/",
];

describe("a private, local or metadata address", () => {
  const fetchIt = 'return await step.do("ask", async () => { try { const r = await fetch(event.payload.url); return r.status + " " + (await r.text()) } catch (error) { return error.name + " " + error.code } })';

  test("is refused in every spelling", { timeout: 60_000 }, async () => {
    await ground.attack(fetchIt, { input: { url: at("http://127.0.0.1:PORT/") } });
    const seen = await Promise.all(targets.map(async (target) => [target, (await ground.run({ input: { url: at(target) } })).output]));
    expect(seen).toEqual(targets.map((target) => [target, "EgressError egress-denied"]));
    expect(hits).toBe(0);
  });

  test("is refused when a redirect leads there", { timeout: 60_000 }, async () => {
    const through = (target: string): string => `http://127.0.0.1:${portOf(open)}/?to=${encodeURIComponent(at(target))}`;
    await ground.attack(fetchIt, { input: { url: through("http://127.0.0.1:PORT/") } });
    const headers = targets.filter((target) => !target.includes("①"));
    const seen = await Promise.all(headers.map(async (target) => [target, (await ground.run({ input: { url: through(target) } })).output]));
    expect(seen).toEqual(headers.map((target) => [target, "EgressError egress-denied"]));
    expect(hits).toBe(0);
  });

  test("is refused by every other way out that the runtime has", { timeout: 60_000 }, async () => {
    const url = at("127.0.0.1:PORT");
    const { output } = await ground.attack(
      `
      const [net, tls, http] = await Promise.all([import("node:net"), import("node:tls"), import("node:http")]);
      const [host, port] = event.payload.url.split(":");
      const first = (begin) => new Promise((settle) => { begin(settle); setTimeout(() => settle("silent"), 3000) });
      const socket = (module) => first((settle) => { const s = module.connect(Number(port), host); for (const e of ["data", "error", "close"]) s.on(e, () => settle(e)); s.on("connect", () => s.write("GET / HTTP/1.0\\r\\n\\r\\n")) });
      return await step.do("ask", async () => ({
        net: await socket(net), tls: await socket(tls),
        http: await first((settle) => http.get("http://" + event.payload.url, (r) => settle("status " + r.statusCode)).on("error", () => settle("error"))),
        websocket: await first((settle) => { const w = new WebSocket("ws://" + event.payload.url); w.onopen = () => settle("open"); w.onerror = () => settle("error") }),
        events: await first((settle) => { const e = new EventSource("http://" + event.payload.url); e.onopen = () => settle("open"); e.onerror = () => settle("error") }),
        sockets: await first((settle) => { try { const s = process.getBuiltinModule("cloudflare:sockets").connect(event.payload.url); s.opened.then(() => settle("open"), () => settle("error")) } catch { settle("error") } }),
      }))`,
      { input: { url } },
    );
    expect(output).toMatchObject({ http: "error", websocket: "error", events: "error", sockets: "error", net: expect.stringMatching(/^(error|close)$/), tls: expect.stringMatching(/^(error|close)$/) });
    expect(hits).toBe(0);
  });
});

describe("a flood of requests", () => {
  const url = (): string => `http://127.0.0.1:${portOf(open)}/`;

  test("one after the other ends at the limit of a turn", { timeout: 120_000 }, async () => {
    const { status, error } = await ground.attack('await step.do("ask", { retries: { limit: 0, delay: 1 } }, async () => { for (;;) await (await fetch(event.payload.url)).text() })', { input: { url: url() } });
    expect([status, error?.code, error?.message]).toEqual(["failed", "request-limit", expect.stringContaining("more than 1000 requests")]);
  });

  test("all at once ends at the limit of a turn", { timeout: 120_000 }, async () => {
    const { output } = await ground.attack(
      'return await step.do("ask", async () => (await Promise.allSettled(Array.from({ length: 3000 }, async () => (await fetch(event.payload.url)).text()))).filter(({ status }) => status === "fulfilled").length)',
      { input: { url: url() } },
    );
    expect(output).toBe(1000);
  });
});

test("the fetch that the runtime replaced is not to be found on the global's prototypes", async () => {
  const { output } = await ground.attack(`
    const seen = [];
    for (let at = globalThis; at !== null; at = Object.getPrototypeOf(at)) for (const name of ["fetch", "setTimeout", "setInterval"]) if (Object.hasOwn(at, name)) seen.push(at[name] === globalThis[name]);
    return seen`);
  expect(output).not.toContain(false);
});

describe("an answer that is cut off while it is read", () => {
  const ways: Array<[way: string, read: string]> = [
    ["read whole", "await response.text()"],
    ["read as it comes", "for await (const chunk of response.body);"],
    ["read from a copy", "await response.clone().arrayBuffer()"],
    ["read from a response made of it", "await new Response(response.body).bytes()"],
  ];
  test.each(ways)("%s: says so as fetch would, with a code", { timeout: 60_000 }, async (_way, read) => {
    const code = `return await step.do("ask", async () => { const response = await fetch(event.payload.url); try { ${read} } catch (error) { return [error.name, error.code, error.message] } })`;
    const { output } = await ground.attack(code, { input: { url: `http://127.0.0.1:${portOf(open)}/?long` } });
    expect(output).toEqual(["EgressError", "egress-too-large", expect.stringMatching(/^127\.0\.0\.1:\d+ answered with more than 25 MiB/)]);
  });
});

test("headers of the platform cannot be sent to others", async () => {
  const { output } = await ground.attack('return await step.do("ask", async () => (await fetch(event.payload.url, { headers: { "everstep-execution": "forged", "everstep-egress-refused": "forged", "cf-connecting-ip": "1.2.3.4" } })).json())', {
    input: { url: `http://127.0.0.1:${portOf(open)}/` },
  });
  expect(Object.keys(output as object).filter((name) => /^(everstep|cf)-/.test(name))).toEqual([]);
});
