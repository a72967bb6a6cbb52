import { afterEach, describe, expect, it, vi } from "vitest";
import { env, harness, operatorKey } from "./testing/harness.ts";
import { signUp } from "./testing/accounts.ts";

const h = harness();

const scrape = async (): Promise<Sample[]> => {
  const answer = await h.call(operatorKey, "GET", "/metrics");
  expect(answer).toMatchObject({ status: 200 });
  expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  return parse(answer.text);
};

interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** Reads the format as its specification has it, and refuses anything else. */
function parse(text: string): Sample[] {
  expect(text.endsWith("\n")).toBe(true);
  const types = new Map<string, string>();
  const samples: Sample[] = [];
  for (const line of text.slice(0, -1).split("\n")) {
    const comment = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line);
    if (comment?.[1] === "TYPE") {
      expect(types.has(comment[2] ?? ""), `${line} comes once`).toBe(false);
      types.set(comment[2] ?? "", comment[3] ?? "");
    }
    if (comment) continue;
    const [, name = "", labels = "", value = ""] = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (-?[0-9.e+-]+|NaN|[+-]Inf)$/.exec(line) ?? expect.fail(`no line of the format: ${line}`);
    const pairs = [...labels.matchAll(/([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\["\\n])*)"(?:,|$)/g)];
    expect(pairs.map(([all]) => all).join(""), line).toBe(labels);
    expect(types.has(name) || types.get(name.replace(/_(bucket|sum|count)$/, "")) === "histogram", `${name} has a type`).toBe(true);
    samples.push({ name, labels: Object.fromEntries(pairs.map(([, key, text]) => [key, text])), value: Number(value) });
  }
  return samples;
}

const valueOf = (samples: Sample[], name: string, labels: Record<string, string> = {}): number =>
  samples.filter((sample) => sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value)).reduce((sum, { value }) => sum + value, 0);

describe("GET /metrics", () => {
  it("is for the operator's key and METRICS_TOKEN alone", async () => {
    const tenant = await h.newTenant();
    for (const credential of [null, tenant.key, "wrong"]) expect((await h.call(credential, "GET", "/metrics")).status).toBe(401);
    const bound = { ...env, METRICS_TOKEN: "metrics-token-of-this-test" };
    const { createApp } = await import("./app.ts");
    const app = createApp({ sandbox: { prepare: async () => ({ ok: false, problems: [] }) } });
    const asked = new Request("http://everstep.test/metrics", { headers: { authorization: "Bearer metrics-token-of-this-test" } });
    expect((await app.fetch(asked, bound, { waitUntil: () => {}, passThroughOnException: () => {}, props: {} })).status).toBe(200);
  });

  it("counts requests by declared route, method and class of status, with their times", async () => {
    const tenant = await h.newTenant();
    const before = await scrape();
    await tenant.call("GET", `/executions/${crypto.randomUUID()}`);
    await tenant.call("GET", `/executions/${crypto.randomUUID()}`);
    await h.call(null, "GET", "/nothing/here");
    await h.send(new Request("http://everstep.test/health", { method: "PROPFIND" }));
    const after = await scrape();
    const grown = (name: string, labels: Record<string, string>) => valueOf(after, name, labels) - valueOf(before, name, labels);
    const route = "/api/v1/executions/:id";
    expect(grown("everstep_http_requests_total", { route, method: "GET", status: "4xx" })).toBe(2);
    expect(grown("everstep_http_request_duration_seconds_count", { route, method: "GET" })).toBe(2);
    expect(grown("everstep_http_request_duration_seconds_bucket", { route, method: "GET", le: "+Inf" })).toBe(2);
    expect(grown("everstep_http_requests_total", { route: "unmatched", method: "GET" })).toBe(1);
    expect(grown("everstep_http_requests_total", { method: "OTHER" })).toBe(1);
  });

  it("has buckets that only grow", async () => {
    const buckets = (await scrape()).filter(({ name, labels }) => name === "everstep_http_request_duration_seconds_bucket" && labels["route"] === "/metrics");
    const counts = buckets.map(({ value }) => value);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(buckets.at(-1)?.labels["le"]).toBe("+Inf");
  });

  it("shows what waits, and names no tenant, nobody and nothing that callers chose", async () => {
    const person = await signUp(h);
    await person.call("GET", "/executions?cursor=chosen-by-the-caller");
    const { text } = await h.call(operatorKey, "GET", "/metrics");
    for (const secret of [person.tenant.id, person.tenant.slug, person.id, person.email, "chosen-by-the-caller"]) expect(text).not.toContain(secret);
    expect(valueOf(parse(text), "everstep_queue_length", { queue: "mails" })).toBeGreaterThan(0);
  });
});

describe("GET /health", () => {
  it("is cheap and for everybody; with deep=1, and at /health/ready, it asks all parts, for operators", async () => {
    expect(await h.call(null, "GET", "/health")).toMatchObject({ status: 200, body: { status: "ok" } });
    for (const path of ["/health?deep=1", "/health/ready"]) {
      expect((await h.call(null, "GET", path)).status).toBe(401);
      expect(await h.call(operatorKey, "GET", path)).toMatchObject({ status: 200, body: { status: "ok", checks: { database: { status: "ok" }, objects: { status: "ok" }, blobs: { status: "ok" } } } });
    }
  });

  it("says which part does not answer", async () => {
    vi.spyOn(env.BLOBS, "head").mockRejectedValueOnce(new Error("down"));
    vi.spyOn(console, "error").mockImplementation(() => {});
    expect(await h.call(operatorKey, "GET", "/health/ready")).toMatchObject({ status: 503, body: { status: "unavailable", checks: { database: { status: "ok" }, blobs: { status: "failed" } } } });
  });
});

describe("log lines", () => {
  const levels = ["debug", "info", "log", "warn", "error"] as const;
  afterEach(() => void vi.restoreAllMocks());

  /** Everything that was logged meanwhile. */
  async function logged(run: (app: (request: Request) => Promise<Response>) => Promise<unknown>): Promise<string[]> {
    const lines: string[] = [];
    for (const level of levels) vi.spyOn(console, level).mockImplementation((...args: unknown[]) => void lines.push(args.map(String).join(" ")));
    const { createApp } = await import("./app.ts");
    const app = createApp({ sandbox: { prepare: async () => ({ ok: false, problems: [] }) } });
    const after: Promise<unknown>[] = [];
    await run(async (request) => app.fetch(request, { ...env, ACCESS_LOG: "on" }, { waitUntil: (work: Promise<unknown>) => void after.push(work), passThroughOnException: () => {}, props: {} }));
    await Promise.allSettled(after);
    vi.restoreAllMocks();
    return lines;
  }

  const marks = { name: "Wilhelmina Featherstonehaugh", email: "wilhelmina@private.example.com", password: "correct horse battery staple", ip: "203.0.113.77", agent: "SecretBrowser/1.0", body: "my-medical-history" };

  it("hold nothing of people, of what they sent, or of what opens anything", async () => {
    const tenant = await h.newTenant();
    const headers = { "content-type": "application/json", "cf-connecting-ip": marks.ip, "user-agent": marks.agent };
    const lines = await logged(async (send) => {
      const ask = (method: string, path: string, body?: unknown, key: string | null = tenant.key) =>
        send(new Request(`http://everstep.test${path}`, { method, headers: { ...headers, ...(key === null ? {} : { authorization: `Bearer ${key}` }) }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }));
      await ask("POST", "/api/v1/auth/register", { email: marks.email, password: marks.password, name: marks.name, tenant_name: marks.name }, null);
      await ask("POST", "/api/v1/auth/login", { email: marks.email, password: marks.password }, null);
      await ask("POST", "/api/v1/users", { email: marks.email, name: marks.name, role: "member" });
      await ask("GET", `/api/v1/users?q=${encodeURIComponent(marks.email)}`);
      await ask("GET", `/api/v1/workflows/${encodeURIComponent(marks.body)}`);
      await ask("POST", `/hooks/${tenant.slug}/unknown`, { note: marks.body });
      await ask("GET", `/updates?ticket=${marks.body}`, undefined, null);
      await ask("POST", "/api/v1/variables", { name: "TOKEN", type: "secret", value: marks.body, hosts: ["api.example.com"] });
    });
    expect(lines.filter((line) => line.includes('"request.answered"')).length).toBe(8);
    const all = lines.join("\n");
    for (const secret of [...Object.values(marks), tenant.key, "Wilhelmina", "private.example.com"]) expect(all).not.toContain(secret);
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ level: expect.any(String), event: expect.any(String) });
    expect(all).toContain(`"tenant":"${tenant.id}"`);
  });

  it("hold nothing of what a failed statement was given", async () => {
    const tenant = await h.newTenant();
    await env.DB.prepare("alter table invitations rename to invitations_away").run();
    try {
      const lines = await logged((send) => send(new Request("http://everstep.test/api/v1/users", { method: "POST", headers: { "content-type": "application/json", authorization: `Bearer ${tenant.key}` }, body: JSON.stringify({ email: marks.email, name: marks.name, role: "member" }) })));
      const all = lines.join("\n");
      expect(all).toContain('"request.failed"');
      expect(all).toContain("no such table");
      for (const secret of [marks.email, marks.name]) expect(all).not.toContain(secret);
    } finally {
      await env.DB.prepare("alter table invitations_away rename to invitations").run();
    }
  });
});
