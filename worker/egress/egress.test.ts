import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { defaultEgressLimits, egress, type EgressLimits, type EgressRecord } from "./egress.ts";
import { parseHostList } from "./host-list.ts";

interface Seen {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}
let here = "";
let elsewhere = "";
const servers: Server[] = [];
let seen: Seen[] = [];
let connections: string[] = [];
let log: EgressRecord[] = [];

/** `/to?status=302&u=URL` redirects, `/bytes?n=` and `/chunks?n=` send n bytes, `/never` does not answer. */
function serve(): Promise<string> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://x");
    const n = Number(url.searchParams.get("n"));
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk)).on("end", () => {
      seen.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers, body: Buffer.concat(chunks).toString() });
      if (url.pathname === "/to") response.writeHead(Number(url.searchParams.get("status") ?? 302), url.searchParams.has("u") ? { location: url.searchParams.get("u") ?? "" } : {}).end();
      else if (url.pathname === "/loop") response.writeHead(302, { location: `/loop?n=${n + 1}` }).end();
      else if (url.pathname === "/bytes") response.writeHead(200, { "content-length": n }).end(Buffer.alloc(n));
      else if (url.pathname === "/chunks") { response.writeHead(200); response.write(Buffer.alloc(n - 1)); response.end(Buffer.alloc(1)); }
      else if (url.pathname === "/gzip") response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(Buffer.alloc(n)));
      else if (url.pathname === "/half") { response.writeHead(200); response.write("half"); }
      else if (url.pathname === "/cut") { response.writeHead(200, { "content-length": 100 }); response.write("cut", () => response.destroy()); }
      else if (url.pathname === "/forge") response.writeHead(403, { "everstep-egress-refused": "egress-denied", "everstep-final-url": "http://x/", "x-kept": "yes", "set-cookie": ["a=1", "b=2"] }).end("{}");
      else if (url.pathname !== "/never") response.end("hello");
    });
  });
  servers.push(server);
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    resolve(typeof address === "object" && address ? `http://127.0.0.1:${address.port}` : "");
  }));
}

beforeAll(async () => {
  here = await serve();
  elsewhere = await serve();
});
beforeEach(() => {
  seen = [];
  log = [];
  connections = [];
});
afterAll(() => {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
});

function send(url: string, init: RequestInit = {}, limits: Partial<EgressLimits> = {}): Promise<Response> {
  const operatorAllow = parseHostList([here, elsewhere].map((origin) => new URL(origin).host), "EGRESS_ALLOW", false);
  return egress(new Request(url, init), {
    policy: { operatorAllow, tenantAllow: [], tenantDeny: [] },
    fetch: (request, network) => {
      connections.push(`${network} ${request.url}`);
      return fetch(request);
    },
    limits: { ...defaultEgressLimits, ...limits },
    log: (record) => log.push(record),
  });
}
const refusal = async (response: Response) => {
  const { code, detail } = (await response.json()) as { code: string; detail: string };
  return { status: response.status, header: response.headers.get("everstep-egress-refused"), code, detail };
};
const refusedAs = (code: string, detail: string) => ({ status: 403, header: code, code, detail: expect.stringContaining(detail) });

describe("a request on its way out", () => {
  it("reaches an allowed host with method, headers and body, and without internal or connection headers", async () => {
    const response = await send(`${here}/x?y=1`, { method: "PUT", body: "data", headers: { "everstep-execution": "e1", "everstep-step": "s-1", "cf-connecting-ip": "1.2.3.4", "CF-Ray": "r", "idempotency-key": "k", "x-own": "o", te: "trailers", "proxy-authorization": "p" } });
    expect(await response.text()).toBe("hello");
    expect(seen).toMatchObject([{ method: "PUT", url: "/x?y=1", body: "data", headers: { "idempotency-key": "k", "x-own": "o", "content-length": "4", host: new URL(here).host } }]);
    expect(Object.keys(seen[0]?.headers ?? {}).filter((name) => /^(everstep|cf-|te$|proxy-)/.test(name))).toEqual([]);
    expect(log).toMatchObject([{ execution: "e1", step: "s-1", method: "PUT", status: 200, refused: null }]);
  });

  it.each(["http://127.0.0.1:1/", "http://169.254.169.254/latest/meta-data", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://2130706433/", "http://017700000001/", "http://0x7f000001/", "http://127.1/", "http://localhost/"])("to %s is refused before any connection, alone or redirected to", async (url) => {
    expect(await refusal(await send(url))).toEqual(refusedAs("egress-denied", "unless the operator lists it in EVERSTEP_EGRESS_ALLOW"));
    expect(connections).toEqual([]);
    expect(await refusal(await send(`${here}/to?u=${encodeURIComponent(url)}`))).toEqual(refusedAs("egress-denied", "redirected: "));
    expect(connections).toHaveLength(1);
    expect(log.map((record) => record.refused)).toEqual(["egress-denied", "egress-denied"]);
  });

  it.each(["file:///etc/passwd", "ftp://example.com/", "data:text/plain,x", "http://user:pw@example.com/"])("redirected to %s is refused", async (url) => {
    expect(await refusal(await send(`${here}/to?u=${encodeURIComponent(url)}`))).toEqual(refusedAs("egress-denied", "redirected: "));
  });

  it("is refused when it wants to become a WebSocket", async () => {
    expect(await refusal(await send(here, { headers: { upgrade: "websocket" } }))).toEqual(refusedAs("egress-denied", "WebSockets"));
  });

  it("with a body over the limit is refused by its announced or counted size", async () => {
    expect(await refusal(await send(here, { method: "POST", body: "12345", headers: { "content-length": "5" } }, { requestBytes: 4 }))).toEqual(refusedAs("egress-too-large", "4 bytes"));
    const body = new Blob(["123", "45"]).stream();
    expect(await refusal(await send(here, { method: "POST", body, duplex: "half" } as RequestInit, { requestBytes: 4 }))).toEqual(refusedAs("egress-too-large", "4 bytes"));
    expect(connections).toEqual([]);
    expect((await send(here, { method: "POST", body: "1234" }, { requestBytes: 4 })).status).toBe(200);
  });

  it("to a port nobody listens on is refused as unreachable", async () => {
    const dead = await serve();
    await new Promise((resolve) => servers.pop()?.close(resolve));
    const response = await egress(new Request(dead), { policy: { operatorAllow: parseHostList("127.0.0.1", "x", false), tenantAllow: [], tenantDeny: [] }, fetch: (request) => fetch(request), limits: defaultEgressLimits, log: () => undefined });
    expect(await refusal(response)).toEqual(refusedAs("egress-unreachable", `${new URL(dead).host} could not be reached`));
  });
});

describe("redirects", () => {
  it.each([
    [301, "POST", "GET"], [302, "POST", "GET"], [303, "POST", "GET"], [303, "PUT", "GET"],
    [301, "PUT", "PUT"], [307, "POST", "POST"], [308, "PATCH", "PATCH"], [303, "HEAD", "HEAD"],
  ])("%i after %s asks again with %s", async (status, method, next) => {
    const init = method === "HEAD" ? { method } : { method, body: "data", headers: { "content-type": "text/x" } };
    await send(`${here}/to?status=${status}&u=/done`, init);
    const kept = next === method && method !== "HEAD";
    expect(seen[1]).toMatchObject({ method: next, url: "/done", body: kept ? "data" : "" });
    expect(seen[1]?.headers["content-type"]).toBe(kept ? "text/x" : undefined);
  });

  it("within an origin keep credentials, to another origin lose them", async () => {
    const headers = { authorization: "Bearer t", cookie: "c=1", "x-own": "o" };
    await send(`${here}/to?u=/done`, { headers });
    expect(seen[1]?.headers).toMatchObject(headers);
    await send(`${here}/to?u=${elsewhere}/done`, { headers });
    expect(seen[3]?.headers).toMatchObject({ "x-own": "o" });
    expect(seen[3]?.headers).not.toHaveProperty("authorization");
    expect(seen[3]?.headers).not.toHaveProperty("cookie");
  });

  it("that are followed tell the final URL", async () => {
    expect((await send(`${here}/to?u=${elsewhere}/done`)).headers.get("everstep-final-url")).toBe(`${elsewhere}/done`);
  });

  it("are handed back when the request says manual, and refused when it says error", async () => {
    const response = await send(`${here}/to?u=http://10.0.0.1/`, { redirect: "manual" });
    expect([response.status, response.headers.get("location")]).toEqual([302, "http://10.0.0.1/"]);
    expect(await refusal(await send(`${here}/to?u=/done`, { redirect: "error" }))).toEqual(refusedAs("egress-too-many-redirects", 'redirect: "error"'));
    expect((await send(`${here}/to?u=/done`, { headers: { "everstep-redirect": "manual" } })).status).toBe(302);
  });

  it("end after ten", async () => {
    expect(await refusal(await send(`${here}/loop?n=0`))).toEqual(refusedAs("egress-too-many-redirects", "more than 10 redirects"));
    expect(connections).toHaveLength(11);
  });

  it("to something that is no URL are refused, and a 3xx without Location is an answer", async () => {
    expect(await refusal(await send(`${here}/to?u=${encodeURIComponent("http://[")}`))).toEqual(refusedAs("egress-unreachable", "not a URL"));
    expect((await send(`${here}/to?status=302`)).status).toBe(302);
  });
});

describe("an answer on its way in", () => {
  it("cannot forge a refusal or a final URL", async () => {
    const response = await send(`${here}/forge`);
    expect(response.headers.get("everstep-egress-refused")).toBeNull();
    expect(response.headers.get("everstep-final-url")).toBeNull();
    expect(response.headers.get("x-kept")).toBe("yes");
    expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
  });

  it("that announces more than the limit is refused; one of exactly the limit is not", async () => {
    expect(await refusal(await send(`${here}/bytes?n=1048577`, {}, { responseBytes: 1_048_576 }))).toEqual(refusedAs("egress-too-large", "1 MiB"));
    expect((await (await send(`${here}/bytes?n=1048576`, {}, { responseBytes: 1_048_576 })).arrayBuffer()).byteLength).toBe(1_048_576);
  });

  it.each(["chunks", "gzip"])("that turns out larger (%s) fails while it is read, naming the limit", async (path) => {
    const response = await send(`${here}/${path}?n=1001`, {}, { responseBytes: 1000 });
    await expect(response.arrayBuffer()).rejects.toThrow("egress-too-large: " + new URL(here).host + " answered with more than 1000 bytes");
    expect(log).toMatchObject([{ status: 200, refused: null }, { status: 200, refused: "egress-too-large" }]);
    expect((await (await send(`${here}/${path}?n=1000`, {}, { responseBytes: 1000 })).arrayBuffer()).byteLength).toBe(1000);
  });

  it("that does not come in time is refused", async () => {
    expect(await refusal(await send(`${here}/never`, {}, { ms: 50 }))).toEqual(refusedAs("egress-timeout", "did not finish within 0.05 s"));
  });

  it("that stops midway fails at the time limit, or when the connection breaks", async () => {
    await expect((await send(`${here}/half`, {}, { ms: 100 })).text()).rejects.toThrow("egress-timeout: ");
    await expect((await send(`${here}/cut`)).text()).rejects.toThrow("egress-unreachable: the connection to");
  });

  it("to HEAD keeps its Content-Length whatever it says", async () => {
    const response = await send(`${here}/bytes?n=5000`, { method: "HEAD" }, { responseBytes: 10 });
    expect([response.status, response.headers.get("content-length")]).toEqual([200, "5000"]);
  });
});
