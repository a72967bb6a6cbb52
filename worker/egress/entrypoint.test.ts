import { readdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { networkFor } from "../../tools/network.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** What a tenant could deploy: asks for whatever it is told to. */
const tenantCode = `
import { connect } from "cloudflare:sockets";
export default { async fetch(request) {
  const { url, init, socket } = await request.json();
  try {
    if (socket) { const { opened } = connect(socket); await opened; return Response.json({ text: "opened" }); }
    const response = await fetch(url, init);
    return Response.json({ status: response.status, headers: Object.fromEntries(response.headers), text: await response.text(), url: response.url });
  } catch (error) { return Response.json({ thrown: error.message }); }
} };`;

/** The main worker, cut down: loads a tenant's isolate, or asks a network binding directly. */
const mainWorker = `
export { Egress } from "./worker/egress/entrypoint.ts";
export default { async fetch(request, env, ctx) {
  const { tenant, binding, url } = await request.clone().json();
  if (binding) return env[binding].fetch(url).then((r) => r.text(), () => "refused").then((text) => Response.json({ text }));
  const isolate = env.LOADER.get(tenant, () => ({ compatibilityDate: "2026-10-01", compatibilityFlags: ["nodejs_compat"], mainModule: "t.js", modules: { "t.js": ${JSON.stringify(tenantCode)} }, globalOutbound: ctx.exports.Egress({ props: { tenant } }) }));
  return isolate.getEntrypoint().fetch(request);
} };`;

interface Answer {
  status?: number;
  headers?: Record<string, string>;
  text?: string;
  url?: string;
  thrown?: string;
}
let server: Server;
let port = 0;
let script = "";
const running: Miniflare[] = [];

async function start(allow: string, migrated = true): Promise<(body: object) => Promise<Answer>> {
  const options = {
    modules: [{ type: "ESModule" as const, path: "worker.js", contents: script }],
    compatibilityDate: "2026-10-01",
    compatibilityFlags: ["nodejs_compat"],
    workerLoaders: { LOADER: {} },
    d1Databases: { DB: "db" },
    bindings: { EGRESS_ALLOW: allow },
    handleStructuredLogs: () => undefined,
    ...(await networkFor(allow)),
  };
  const runtime = new Miniflare(convertV4MiniflareOptions(options));
  running.push(runtime);
  if (migrated) {
    const db = await runtime.getD1Database("DB");
    for (const file of readdirSync(`${root}migrations`).filter((name) => name.endsWith(".sql")).sort()) {
      for (const statement of readFileSync(`${root}migrations/${file}`, "utf8").split("--> statement-breakpoint")) await db.prepare(statement).run();
    }
    const add = db.prepare("insert into tenants (id, slug, name, egress, created_at) values (?1, ?1, ?1, ?2, 0)");
    const lists = { free: null, narrow: { allow: ["*.example.com"], deny: [] }, barred: { deny: ["127.0.0.1"] }, broken: { allow: ["http://x"] } };
    for (const [id, egress] of Object.entries(lists)) await add.bind(id, egress && JSON.stringify(egress)).run();
  }
  return async (body) => (await (await runtime.dispatchFetch("http://main/", { method: "POST", body: JSON.stringify(body) })).json()) as Answer;
}

let ask: (body: object) => Promise<Answer>;
beforeAll(async () => {
  const { outputFiles } = await build({ stdin: { contents: mainWorker, resolveDir: root, loader: "ts" }, bundle: true, write: false, format: "esm", target: "esnext", external: ["cloudflare:*", "node:*"] });
  script = outputFiles[0]?.text ?? "";
  server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://x");
    if (url.pathname === "/to") return void response.writeHead(302, { location: url.searchParams.get("u") ?? "" }).end();
    if (url.pathname === "/forge") return void response.writeHead(403, { "everstep-egress-refused": "egress-denied", "x-kept": "1" }).end();
    if (url.pathname === "/much") {
      response.writeHead(200);
      for (let part = 0; part < 26; part++) response.write(Buffer.alloc(1_048_576));
      return void response.end();
    }
    response.end(JSON.stringify(request.headers));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  port = typeof address === "object" && address ? address.port : 0;
  ask = await start(`127.0.0.1:${port}`);
});
afterAll(async () => {
  await Promise.all(running.map((runtime) => runtime.dispose()));
  server.close();
  server.closeAllConnections();
});

const local = () => `http://localhost:${port}/`;
const refusedWith = (text: string) => ({ status: 403, headers: expect.objectContaining({ "everstep-egress-refused": "egress-denied" }), text: expect.stringContaining(text) });

describe("tenant code in its isolate", () => {
  it("reaches what the operator lists, and no internal, Cloudflare or false host header goes out", async () => {
    const headers = { "everstep-execution": "e", "everstep-step": "s", "cf-worker": "w", host: "evil.example", "x-own": "o", authorization: "Bearer t" };
    const answer = await ask({ tenant: "free", url: `http://127.0.0.1:${port}/x`, init: { method: "POST", body: "data", headers } });
    expect(answer.status).toBe(200);
    const sent = JSON.parse(answer.text ?? "") as Record<string, string>;
    expect(sent).toMatchObject({ host: `127.0.0.1:${port}`, "x-own": "o", authorization: "Bearer t", "content-length": "4" });
    expect(Object.keys(sent).filter((name) => /^(everstep|cf)-/.test(name))).toEqual([]);
  });

  it.each(["http://127.0.0.1:1/", "http://169.254.169.254/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://2130706433/", "http://0x7f000001/", "http://017700000001/", "http://localhost/"])("is refused %s, alone and redirected to", async (url) => {
    const denied = refusedWith("unless the operator lists it");
    expect(await ask({ tenant: "free", url })).toMatchObject(denied);
    const redirecting = `http://127.0.0.1:${port}/to?u=${encodeURIComponent(url)}`;
    expect(await ask({ tenant: "free", url: redirecting })).toMatchObject(denied);
    expect(await ask({ tenant: "free", url: redirecting, init: { redirect: "manual", headers: { "everstep-redirect": "follow" } } })).toMatchObject(denied);
  });

  it("follows redirects itself or has them followed", async () => {
    const url = `http://127.0.0.1:${port}/to?u=/done`;
    expect(await ask({ tenant: "free", url })).toMatchObject({ status: 200, url: `http://127.0.0.1:${port}/done` });
    expect(await ask({ tenant: "free", url, init: { redirect: "manual" } })).toMatchObject({ status: 302, headers: { location: "/done" } });
    const followed = await ask({ tenant: "free", url, init: { redirect: "manual", headers: { "everstep-redirect": "follow" } } });
    expect(followed).toMatchObject({ status: 200, headers: { "everstep-final-url": `http://127.0.0.1:${port}/done` } });
  });

  it("is told of a body over the limit while it reads", async () => {
    expect(await ask({ tenant: "free", url: `http://127.0.0.1:${port}/much` })).toEqual({ thrown: expect.stringContaining("egress-too-large: 127.0.0.1:") });
  });

  it("gets no forged refusal from a server", async () => {
    const { headers, status } = await ask({ tenant: "free", url: `http://127.0.0.1:${port}/forge` });
    expect(status).toBe(403);
    expect(headers).toMatchObject({ "x-kept": "1" });
    expect(headers).not.toHaveProperty("everstep-egress-refused");
  });

  it("opens no raw TCP connection, not even to what the operator lists", async () => {
    expect(await ask({ tenant: "free", socket: `127.0.0.1:${port}` })).toEqual({ thrown: expect.stringContaining("cannot connect to the specified address") });
  });

  it("is held to its own tenant's lists", async () => {
    expect(await ask({ tenant: "narrow", url: `http://127.0.0.1:${port}/` })).toMatchObject(refusedWith("not on this tenant's allow list"));
    expect(await ask({ tenant: "barred", url: `http://127.0.0.1:${port}/` })).toMatchObject(refusedWith("deny list (127.0.0.1)"));
  });

  it.each(["broken", "unknown"])("reaches nothing when the tenant's lists cannot be had (%s)", async (tenant) => {
    expect(await ask({ tenant, url: `http://127.0.0.1:${port}/` })).toMatchObject(refusedWith("could not be read, so nothing is let out"));
  });

  it("reaches nothing when the database fails or the operator's list is unreadable", async () => {
    const withoutTables = await start(`127.0.0.1:${port}`, false);
    expect(await withoutTables({ tenant: "free", url: `http://127.0.0.1:${port}/` })).toMatchObject(refusedWith("could not be read, so nothing is let out"));
  });
});

describe("the networks of the runtime", () => {
  it("refuse a name that resolves to a private address when nothing is listed", async () => {
    const closed = await start("");
    for (const binding of ["EGRESS_PUBLIC", "EGRESS_PRIVATE"]) expect(await closed({ binding, url: local() })).toEqual({ text: "refused" });
  });

  it("reach it when the address is listed, and only on the operator's network when it is listed with a port", async () => {
    const byAddress = await start("127.0.0.1");
    for (const binding of ["EGRESS_PUBLIC", "EGRESS_PRIVATE"]) expect((await byAddress({ binding, url: local() })).text).toContain("localhost");
    expect(await ask({ binding: "EGRESS_PUBLIC", url: local() })).toEqual({ text: "refused" });
    expect((await ask({ binding: "EGRESS_PRIVATE", url: local() })).text).toContain("localhost");
  });

  it("reach a listed name through the isolate", async () => {
    const byName = await start(`localhost:${port}`);
    expect(await byName({ tenant: "free", url: local() })).toMatchObject({ status: 200 });
    expect(await byName({ tenant: "free", url: `http://127.0.0.1:${port}/` })).toMatchObject(refusedWith("loopback"));
    expect(await byName({ binding: "EGRESS_PUBLIC", url: local() })).toEqual({ text: "refused" });
  });
});

describe("networkFor", () => {
  it("stops on an entry it cannot read and warns of a name that does not resolve", async () => {
    await expect(networkFor("http://x/")).rejects.toThrow('EVERSTEP_EGRESS_ALLOW: cannot read "http://x/"');
    const warnings: string[] = [];
    await networkFor("nosuch.invalid", (message) => warnings.push(message));
    expect(warnings).toEqual([expect.stringContaining("nosuch.invalid does not resolve")]);
  });

  it("keeps metadata addresses closed within an opened range, and opens one named by itself", async () => {
    const within = await networkFor("169.254.0.0/16");
    expect(within.serviceBindings.EGRESS_PUBLIC.network.deny).toContain("169.254.169.254/32");
    expect(within.serviceBindings.EGRESS_PUBLIC.network.deny).not.toContain("169.254.0.0/16");
    expect((await networkFor("169.254.169.254")).serviceBindings.EGRESS_PUBLIC.network.deny).not.toContain("169.254.169.254/32");
  });
});
