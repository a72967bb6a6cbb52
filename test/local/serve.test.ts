/** `npm run serve`: the platform on one machine in production. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Api } from "../support/api.ts";
import { bundle } from "../support/bundle.ts";
import { cleanEnvironment, cleanUp, type Finished, finish, repository, spawnServer, temporaryFolder } from "./server.ts";

type Line = Record<string, unknown>;
interface Production {
  child: ChildProcess;
  url: string;
  lines: Line[];
  end: Promise<Finished>;
}

// Each starts a server, some two.
vi.setConfig({ testTimeout: 120_000 });

const started = new Set<ChildProcess>();

/** Starts it and waits until it is ready; every line it prints has to be JSON. */
async function serve(data: string, env: Record<string, string> = {}): Promise<Production> {
  const child = spawn(process.execPath, [join(repository, "tools/serve.mjs"), "--production"], { cwd: repository, stdio: ["ignore", "pipe", "pipe"], env: cleanEnvironment({ EVERSTEP_DATA: data, PORT: "0", ...env }) });
  started.add(child);
  const end = finish(child);
  const lines: Line[] = [];
  const ready = await new Promise<Line>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      let rest = "";
      stream?.on("data", (part: Buffer) => {
        const [last = "", ...whole] = (rest + part.toString()).split("\n").reverse();
        rest = last;
        for (const text of whole.reverse()) {
          const line = JSON.parse(text) as Line;
          lines.push(line);
          if (line["event"] === "ready") resolve(line);
        }
      });
    }
    void end.then(({ code, stderr }) => reject(new Error(`it ended with ${code}: ${stderr}`)));
  });
  return { child, url: String(ready["url"]), lines, end };
}

const initTenant = (args: string[], env: Record<string, string>): Promise<Finished> => finish(spawn(process.execPath, [join(repository, "tools/init-tenant.mjs"), ...args], { cwd: repository, env: cleanEnvironment({ NO_COLOR: "1", ...env }) }));
const refused = async (data: string, env: Record<string, string>): Promise<Line> => {
  const child = spawn(process.execPath, [join(repository, "tools/serve.mjs"), "--production"], { cwd: repository, env: cleanEnvironment({ EVERSTEP_DATA: data, PORT: "0", ...env }) });
  const { code, stderr } = await finish(child);
  expect(code).toBe(1);
  return JSON.parse(stderr) as Line;
};

afterAll(async () => {
  for (const child of started) child.kill("SIGKILL");
  await cleanUp();
});

describe("a fresh installation", () => {
  const data = temporaryFolder();
  let server: Production;
  let apiKey: string;
  beforeAll(async () => {
    server = await serve(data, { EVERSTEP_PUBLIC_URL: "https://flows.example.com" });
  }, 120_000);

  test("keeps its keys for the owner's eyes, and holds nothing of a demo", async () => {
    expect(readdirSync(data).filter((name) => name.endsWith(".json"))).toEqual(["keys.json"]);
    expect(statSync(join(data, "keys.json")).mode & 0o777).toBe(0o600);
    const keys = JSON.parse(readFileSync(join(data, "keys.json"), "utf8")) as Record<string, string>;
    expect(Object.keys(keys).sort()).toEqual(["masterKey", "operatorKey"]);
    const tenants = await new Api(() => server.url, keys["operatorKey"] ?? "").get("/operator/tenants");
    expect(tenants).toMatchObject({ status: 200, body: { data: [] } });
  });

  test("logs one JSON object a line, and no key", () => {
    expect(server.lines.at(-1)).toMatchObject({ level: "info", event: "ready", public_url: "https://flows.example.com" });
    for (const line of server.lines) expect(new Date(String(line["time"])).toISOString()).toBe(line["time"]);
    const keys = JSON.parse(readFileSync(join(data, "keys.json"), "utf8")) as Record<string, string>;
    for (const key of Object.values(keys)) expect(JSON.stringify(server.lines)).not.toContain(key);
  });

  test("gets its first tenant and admin by one command, whose password opens it", async () => {
    const { code, stdout } = await initTenant(["acme", "--admin", "ann@example.com", "--person", "Ann"], { EVERSTEP_DATA: data });
    expect(stdout).toContain("Made the tenant acme");
    expect(code).toBe(0);
    apiKey = /API key, shown this once: +(\S+)/.exec(stdout)?.[1] ?? "";
    const password = /Password, shown this once: (\S+)/.exec(stdout)?.[1];
    const login = await new Api(() => server.url, "").post("/auth/login", { email: "ann@example.com", password });
    expect(login).toMatchObject({ status: 200, body: { access_token: expect.any(String) } });

    // Again: nothing is made anew, and no password is shown that opens nothing.
    const again = await initTenant(["acme", "--admin", "ann@example.com"], { EVERSTEP_DATA: data });
    expect(again.stdout).toContain("is there already");
    expect(again.stdout).toContain("its password stays");
    expect(again.stdout).not.toContain("shown this once");
    expect((await initTenant(["acme"], { EVERSTEP_DATA: data })).stderr).toContain("who is its admin");
    expect((await initTenant(["Not A Slug", "--admin", "x@example.com"], { EVERSTEP_DATA: data })).stderr).toContain("lower case letters");
  });

  test("is no place for npm start, which would seed it", async () => {
    const other = await finish(spawnServer(data));
    expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining("already running") });
  });

  test("starts its runtime again when that dies, on the same address", async () => {
    const pid = Number(readFileSync(join(data, "workerd.pid"), "utf8"));
    process.kill(pid, "SIGKILL");
    let status = 0;
    while (status !== 200) status = await fetch(`${server.url}/health`).then((reply) => reply.status);
    expect(Number(readFileSync(join(data, "workerd.pid"), "utf8"))).not.toBe(pid);
    expect(server.child.exitCode).toBe(null);
  });

  test("stops on SIGTERM once requests under way are answered, with exit code 0", async () => {
    const api = new Api(() => server.url, apiKey);
    await api.deploy(await bundle("./workflows/tally.ts", import.meta.url));
    const id = await api.start("told");
    await api.reach(id, ({ status }) => status === "waiting");
    const answer = api.get(`/executions/${id}?wait=3000`);
    // Seen by the runtime: it was asked on an earlier connection already.
    await api.get("/workflows");
    const asked = Date.now();
    server.child.kill("SIGTERM");
    expect(await answer).toMatchObject({ status: 200, body: { status: "waiting" } });
    expect(Date.now() - asked).toBeGreaterThan(1_000);
    const { code } = await server.end;
    expect(code).toBe(0);
    expect(server.lines.at(-1)).toMatchObject({ event: "stopped" });
    expect(existsSync(join(data, "server.lock"))).toBe(false);
    const again = await finish(spawnServer(data));
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining("is a production installation: npm run serve goes on with it") });

    // What waited goes on at the next start.
    const next = await serve(data, { HOST: "127.0.0.2" });
    expect(new URL(next.url).hostname).toBe("127.0.0.2");
    const after = new Api(() => next.url, apiKey);
    expect((await after.send(id, "word", { word: "hello" })).status).toBe(202);
    expect((await after.end(id)).output).toBe("hello");
    next.child.kill("SIGINT");
    expect((await next.end).code).toBe(0);
  });
});

describe("keys from the environment", () => {
  const data = temporaryFolder();
  const masterKey = Buffer.alloc(32, 7).toString("base64");
  const env = { MASTER_KEY: masterKey, OPERATOR_KEY: "operator-key-of-the-test" };

  test("are used and not written", async () => {
    const server = await serve(data, env);
    expect(existsSync(join(data, "keys.json"))).toBe(false);
    expect((await new Api(() => server.url, env.OPERATOR_KEY).get("/operator/tenants")).status).toBe(200);
    server.child.kill("SIGTERM");
    expect((await server.end).code).toBe(0);
    for (const name of readdirSync(data, { recursive: true, encoding: "utf8" }).filter((one) => statSync(join(data, one)).isFile())) expect(readFileSync(join(data, name)).includes(masterKey), name).toBe(false);
  });

  test("have to be those of the data, or the ones before them", async () => {
    expect(await refused(data, { OPERATOR_KEY: env.OPERATOR_KEY })).toMatchObject({ level: "error", message: expect.stringContaining("sealed under another master key") });
    const next = { ...env, MASTER_KEY: Buffer.alloc(32, 8).toString("base64") };
    expect(await refused(data, next)).toMatchObject({ message: expect.stringContaining("sealed under another master key") });
    const server = await serve(data, { ...next, MASTER_KEY_PREVIOUS: masterKey });
    server.child.kill("SIGTERM");
    expect((await server.end).code).toBe(0);
    expect(await refused(data, env)).toMatchObject({ message: expect.stringContaining("sealed under another master key") });
  });

  test("have to be keys", async () => {
    const folder = temporaryFolder();
    expect(await refused(folder, { MASTER_KEY: "secret" })).toMatchObject({ message: "MASTER_KEY must be 32 bytes in base64: openssl rand -base64 32" });
    expect(await refused(folder, { OPERATOR_KEY: "short" })).toMatchObject({ message: expect.stringContaining("OPERATOR_KEY must have 16 characters") });
    expect(await refused(folder, { HOST: "192.0.2.1" })).toMatchObject({ message: expect.stringContaining("HOST must be an address of this machine") });
  });
});
