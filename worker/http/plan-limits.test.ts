/** What a plan has no room for is refused, with which limit, how much of it is used and what to do. */
import { describe, expect, it } from "vitest";
import { problem } from "../../sdk/schema/problem.ts";
import { limitTitles, plans } from "../auth/plans.ts";
import { env, harness, operatorKey, type Tenant } from "./testing/harness.ts";

const h = harness();
const limited = (limits: object) => h.newTenant({ plan: "free", limits });
const execute = (tenant: Tenant, key?: string) => tenant.call("POST", "/workflows/hello/execute", { input: {} }, key === undefined ? {} : { "idempotency-key": key });
const usedOf = async (tenant: Tenant, name: string) => ((await tenant.call("GET", "/usage")).body.data as { limit_name: string; used: number }[]).find(({ limit_name }) => limit_name === name)?.used;
const begins = /^\d{4}-\d{2}-01T00:00:00\.000Z$/;

describe("executions of a month", () => {
  it("beyond the plan's are refused: which limit, what of it is used, when it begins anew, how it is raised", async () => {
    const tenant = await limited({ executions_per_month: 3 });
    await tenant.deploy({});
    expect([(await execute(tenant)).status, (await execute(tenant)).status, (await execute(tenant)).status]).toEqual([202, 202, 202]);
    const { status, body } = await execute(tenant);
    expect(status).toBe(402);
    expect(problem.parse(body)).toMatchObject({ code: "plan-limit", limit_name: "executions_per_month", limit: 3, used: 3, resets_at: expect.stringMatching(begins), detail: expect.stringContaining("/api/v1/plans") });
    expect(h.objects.started.filter((one) => one.tenant === tenant.id)).toHaveLength(3);
  });

  it("count however they begin: waited for, with samples, anew, by a webhook", async () => {
    const tenant = await limited({ executions_per_month: 50 });
    await tenant.deploy({ on: [{ kind: "webhook", path: "open", scheme: "none" }] });
    const { body } = await execute(tenant);
    await tenant.call("POST", "/workflows/hello/execute", { wait: true });
    await tenant.call("POST", "/workflows/hello/run-test", {});
    await tenant.call("POST", `/executions/${body["execution_id"]}/retry`, { mode: "new" });
    await h.call(null, "POST", `/hooks/${tenant.slug}/open`, "{}");
    expect(await usedOf(tenant, "executions_per_month")).toBe(5);
  });

  it("count once however often they are asked for, and what was begun is given back over the limit too", async () => {
    const tenant = await limited({ executions_per_month: 2 });
    await tenant.deploy({});
    const first = await execute(tenant, "k");
    expect((await execute(tenant, "k")).body).toMatchObject({ created: false });
    expect(await usedOf(tenant, "executions_per_month")).toBe(1);
    await execute(tenant);
    expect((await execute(tenant, "new")).status).toBe(402);
    expect(await execute(tenant, "k")).toMatchObject({ status: 202, body: { execution_id: first.body["execution_id"], created: false } });
    expect(await usedOf(tenant, "executions_per_month")).toBe(2);
  });

  it("that could not be begun do not count", async () => {
    const tenant = await limited({ executions_per_month: 1 });
    await tenant.deploy({});
    await execute(tenant, "k");
    expect((await tenant.call("POST", "/workflows/hello/execute", { input: { other: true } }, { "idempotency-key": "k" })).body).toMatchObject({ code: "idempotency-key-reused" });
    expect(await usedOf(tenant, "executions_per_month")).toBe(1);
  });

  it("of a webhook are refused without figures, and the tenant reads why", async () => {
    const tenant = await limited({ executions_per_month: 1 });
    await tenant.deploy({ on: [{ kind: "webhook", path: "open", scheme: "none" }] });
    const deliver = (body: string) => h.call(null, "POST", `/hooks/${tenant.slug}/open`, body);
    expect((await deliver('{"n":1}')).status).toBe(202);
    const refused = await deliver('{"n":2}');
    expect(refused).toMatchObject({ status: 402, body: { code: "plan-limit" } });
    expect(JSON.stringify(refused.body)).not.toContain("limit_name");
    const log = (await tenant.call("GET", "/hooks/open/deliveries")).body.data;
    expect(log).toMatchObject([{ status: 402, reason: expect.stringContaining("the plan allows 1, and 1 are in use") }, { status: 202 }]);
    // Sent again, the delivery that was taken is still given back.
    expect((await deliver('{"n":1}')).body).toMatchObject({ executions: [{ created: false }] });
  });

  it("of one tenant leave other tenants theirs", async () => {
    const [mine, theirs] = [await limited({ executions_per_month: 0 }), await limited({ executions_per_month: 1 })];
    for (const tenant of [mine, theirs]) await tenant.deploy({});
    expect([(await execute(mine)).status, (await execute(theirs)).status]).toEqual([402, 202]);
  });
});

describe("webhook deliveries beyond the plan's in a minute", () => {
  it("are refused with 429, and a flood of them is one entry in the log", async () => {
    const tenant = await limited({ webhook_deliveries_per_minute: 2 });
    await tenant.deploy({ on: [{ kind: "webhook", path: "open", scheme: "none" }] });
    const answers = [];
    for (let index = 0; index < 8; index++) answers.push(await h.call(null, "POST", `/hooks/${tenant.slug}/open`, `{"n":${index}}`));
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 429, 429, 429, 429, 429, 429]);
    expect(Number(answers.at(-1)?.headers.get("retry-after"))).toBeGreaterThan(20);
    const log = (await tenant.call("GET", "/hooks/open/deliveries")).body.data as { status: number }[];
    expect(log.map(({ status }) => status)).toEqual([429, 202, 202]);
  });

  it("are not used up by calls that are not signed", async () => {
    const tenant = await limited({ webhook_deliveries_per_minute: 1 });
    await tenant.deploy({ on: [{ kind: "webhook", path: "github", scheme: "github" }] });
    await tenant.call("PUT", "/hooks/github", { scheme: "github", secret: "s3cret" });
    const statuses = [];
    for (let index = 0; index < 3; index++) statuses.push((await h.call(null, "POST", `/hooks/${tenant.slug}/github`, "{}")).status);
    expect(statuses).toEqual([401, 401, 401]);
    expect(await usedOf(tenant, "webhook_deliveries_per_minute")).toBe(0);
  });
});

describe("workflows", () => {
  it("beyond the plan's are not deployed, and nothing of the deployment is", async () => {
    const tenant = await limited({ workflows: 2 });
    await tenant.deploy({ id: "one" });
    const { status, body } = await tenant.deploy({ id: "two" }, { id: "three" });
    expect(status).toBe(402);
    expect(problem.parse(body)).toMatchObject({ code: "plan-limit", limit_name: "workflows", limit: 2, used: 1, resets_at: null });
    expect((await tenant.call("GET", "/workflows")).body.data).toHaveLength(1);
    expect((await tenant.call("GET", "/deployments")).body.data).toHaveLength(1);
  });

  it("that are there can be deployed again over the limit, as after a change of plan", async () => {
    const tenant = await limited({ workflows: 2 });
    await tenant.deploy({ id: "one" }, { id: "two" });
    await h.call(operatorKey, "PATCH", `/api/v1/operator/tenants/${tenant.id}`, { limits: { workflows: 1 } });
    expect((await tenant.deploy({ id: "one", title: "Changed" }, { id: "two" })).status).toBe(201);
    expect((await tenant.deploy({ id: "three" })).status).toBe(402);
  });

  it("that are switched off leave their place to others, and need one to be switched on", async () => {
    const tenant = await limited({ workflows: 1 });
    await tenant.deploy({ id: "one" });
    await tenant.call("PATCH", "/workflows/one", { is_active: false });
    expect((await tenant.deploy({ id: "two" })).status).toBe(201);
    expect((await tenant.call("PATCH", "/workflows/one", { is_active: true })).body).toMatchObject({ code: "plan-limit", limit_name: "workflows" });
    expect((await tenant.call("PATCH", "/workflows/two", { is_active: true })).status).toBe(200);
  });
});

describe("API keys", () => {
  it("beyond the plan's are not made, even when many are asked for at once", async () => {
    const tenant = await limited({ api_keys: 4 });
    const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => tenant.call("POST", "/api-keys", { name: `key ${index}` })));
    // One there was.
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
    expect(answers.find(({ status }) => status !== 201)?.body).toMatchObject({ status: 402, code: "plan-limit", limit_name: "api_keys", limit: 4, used: 4, resets_at: null });
  });

  it("that are revoked leave their place to others", async () => {
    const tenant = await limited({ api_keys: 2 });
    const { body } = await tenant.call("POST", "/api-keys", { name: "one" });
    expect((await tenant.call("POST", "/api-keys", { name: "two" })).status).toBe(402);
    await tenant.call("DELETE", `/api-keys/${body["id"]}`);
    expect((await tenant.call("POST", "/api-keys", { name: "two" })).status).toBe(201);
  });
});

describe("people", () => {
  const invite = (tenant: Tenant, email: string) => tenant.call("POST", "/invitations", { email, role: "member" });

  it("beyond the plan's are not invited; invitations that are open have a place", async () => {
    const tenant = await limited({ users: 2 });
    const emails = [1, 2, 3].map((index) => `person-${index}-${tenant.slug}@example.com`);
    const statuses = [];
    for (const email of emails) statuses.push((await invite(tenant, email)).status);
    expect(statuses).toEqual([201, 201, 402]);
    expect((await invite(tenant, emails[2] ?? "")).body).toMatchObject({ code: "plan-limit", limit_name: "users", limit: 2, used: 2 });
  });

  it("whose invitation is replaced keep their place", async () => {
    const tenant = await limited({ users: 1 });
    const email = `person-${tenant.slug}@example.com`;
    await invite(tenant, email);
    // As if the first had been mailed some time ago: the next may be mailed.
    await env.DB.prepare("update invitations set expires_at = expires_at - 120000 where tenant_id = ?").bind(tenant.id).run();
    expect((await invite(tenant, email)).status).toBe(201);
    expect(await usedOf(tenant, "users")).toBe(1);
  });
});

describe("GET /usage", () => {
  it("shows every limit of the plan, the tenant's deviations included, and what of it is used", async () => {
    const tenant = await limited({ workflows: 7, executions_per_month: 9, requests_per_minute: 30 });
    await tenant.deploy({});
    await execute(tenant);
    const { status, body } = await tenant.call("GET", "/usage");
    expect(status).toBe(200);
    expect(body["plan"]).toBe("free");
    const rows = body.data as { limit_name: string; limit: number | null; used: number | null; resets_at: string | null }[];
    expect(rows.map(({ limit_name }) => limit_name).sort()).toEqual(Object.keys(limitTitles).sort());
    const row = (name: string) => rows.find(({ limit_name }) => limit_name === name);
    expect(row("workflows")).toMatchObject({ limit: 7, used: 1, resets_at: null });
    expect(row("executions_per_month")).toMatchObject({ limit: 9, used: 1, resets_at: expect.stringMatching(begins) });
    expect(row("api_keys")).toMatchObject({ limit: plans.free.api_keys, used: 1 });
    expect(row("concurrent_executions")).toMatchObject({ limit: plans.free.concurrent_executions, used: 1 });
    expect(row("requests_per_minute")).toMatchObject({ limit: 30, used: 3, resets_at: expect.any(String) });
    expect(row("payload_retention_months")).toMatchObject({ limit: plans.free.payload_retention_months, used: null });
  });

  it("counts the payloads that are kept", async () => {
    const tenant = await limited({});
    await tenant.deploy({ on: [{ kind: "webhook", path: "open", scheme: "none" }] });
    await h.call(null, "POST", `/hooks/${tenant.slug}/open`, '{"eleven":1}');
    expect(await usedOf(tenant, "storage_bytes")).toBe('{"eleven":1}'.length);
  });

  it("shows the months before", async () => {
    const tenant = await limited({});
    await env.DB.prepare("insert into usage values (?, '2020-01', 'executions', 41, 0), (?, '2020-02', 'executions', 42, 0)").bind(tenant.id, tenant.id).run();
    expect((await tenant.call("GET", "/usage")).body["history"]).toEqual([
      { period: "2020-02", metric: "executions", value: 42 },
      { period: "2020-01", metric: "executions", value: 41 },
    ]);
  });

  it("is for who may read the tenant, and of their own tenant alone", async () => {
    const [mine, theirs] = [await limited({ workflows: 3 }), await limited({ workflows: 4 })];
    await theirs.deploy({});
    expect(await usedOf(mine, "workflows")).toBe(0);
    const { body } = await mine.call("POST", "/api-keys", { name: "narrow", scopes: ["workflows.read"] });
    expect(await h.call(String(body["api_key"]), "GET", "/api/v1/usage")).toMatchObject({ status: 403, body: { code: "forbidden" } });
  });
});

describe("plans", () => {
  it("are for everybody to see", async () => {
    const { status, body } = await h.call(null, "GET", "/api/v1/plans");
    expect(status).toBe(200);
    expect(body.data).toEqual(Object.entries(plans).map(([id, limits]) => ({ id, limits })));
  });

  it("have no other limits than these: the operator is told of a name that is none", async () => {
    const { id } = await limited({});
    expect((await h.call(operatorKey, "PATCH", `/api/v1/operator/tenants/${id}`, { limits: { workflow: 3 } })).status).toBe(400);
    expect((await h.call(operatorKey, "PATCH", `/api/v1/operator/tenants/${id}`, { limits: { workflows: -1 } })).status).toBe(400);
    expect((await h.call(operatorKey, "PATCH", `/api/v1/operator/tenants/${id}`, { limits: { workflows: null } })).status).toBe(200);
  });

  it("change for a tenant in both directions", async () => {
    const tenant = await h.newTenant({ plan: "free" });
    await h.call(operatorKey, "PATCH", `/api/v1/operator/tenants/${tenant.id}`, { plan: "pro" });
    expect((await tenant.call("GET", "/usage")).body["plan"]).toBe("pro");
    expect((await h.call(operatorKey, "POST", "/api/v1/operator/tenants", { slug: tenant.slug, name: "same", plan: "free" })).status).toBe(200);
    expect((await tenant.call("GET", "/usage")).body["plan"]).toBe("free");
  });
});
