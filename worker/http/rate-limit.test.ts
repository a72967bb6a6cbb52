/** Requests a minute: who is over their limit is told so, and until when. */
import { describe, expect, it } from "vitest";
import { problem } from "../../sdk/schema/problem.ts";
import { perAddress } from "./rate-limit.ts";
import { env, harness, operatorKey } from "./testing/harness.ts";

const h = harness();
const limited = (limits: object) => h.newTenant({ plan: "free", limits });
const list = (key: string) => h.call(key, "GET", "/api/v1/workflows");

describe("an authorised answer", () => {
  it("says what is allowed and what is left, of the tenant and of the key", async () => {
    const tenant = await limited({ requests_per_minute: 60, requests_per_minute_per_key: 30 });
    const first = await tenant.call("GET", "/workflows");
    expect(first.headers.get("ratelimit-policy")).toBe('"tenant";q=60;w=60, "key";q=30;w=60');
    expect(first.headers.get("ratelimit")).toBe('"tenant";r=59;t=1, "key";r=29;t=2');
  });

  it("says so too when it refuses for another reason", async () => {
    const tenant = await limited({ requests_per_minute: 60 });
    for (const answer of [await tenant.call("GET", "/executions/nothing"), await tenant.call("POST", "/api-keys", { name: "" })]) {
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.headers.get("ratelimit")).toMatch(/^"tenant";r=\d+;t=\d+, "key";r=\d+;t=\d+$/);
    }
  });

  it("names no policy for what is not limited", async () => {
    const tenant = await limited({ requests_per_minute: null, requests_per_minute_per_key: 7 });
    const { headers } = await tenant.call("GET", "/workflows");
    expect(headers.get("ratelimit-policy")).toBe('"key";q=7;w=60');
  });
});

describe("requests over the limit", () => {
  it("are refused with 429, and told when to come back", async () => {
    const tenant = await limited({ requests_per_minute_per_key: 3 });
    const answers = [];
    for (let index = 0; index < 5; index++) answers.push(await tenant.call("GET", "/workflows"));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429, 429]);
    for (const { body, headers } of answers.slice(3)) {
      const wait = Number(headers.get("retry-after"));
      expect(wait).toBeGreaterThan(15);
      expect(wait).toBeLessThanOrEqual(20);
      // The draft: both name the same moment.
      expect(headers.get("ratelimit")).toContain(`"key";r=0;t=${wait}`);
      expect(problem.parse(body)).toMatchObject({ code: "rate-limited", status: 429, detail: expect.stringContaining("3 requests a minute of this API key") });
    }
  });

  it("of one key leave the tenant's other keys alone", async () => {
    const tenant = await limited({ requests_per_minute_per_key: 2 });
    const { body } = await tenant.call("POST", "/api-keys", { name: "other" });
    await tenant.call("GET", "/workflows");
    expect((await tenant.call("GET", "/workflows")).status).toBe(429);
    expect((await list(String(body["api_key"]))).status).toBe(200);
  });

  it("of all keys together are refused by the tenant's limit", async () => {
    const tenant = await limited({ requests_per_minute: 4, requests_per_minute_per_key: 100 });
    const { body } = await tenant.call("POST", "/api-keys", { name: "other" });
    const keys = [tenant.key, String(body["api_key"])];
    const statuses = [];
    for (let index = 0; index < 5; index++) statuses.push((await list(keys[index % 2] ?? "")).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
  });

  it("of one tenant leave other tenants alone", async () => {
    const [mine, theirs] = [await limited({ requests_per_minute: 1 }), await limited({ requests_per_minute: 1 })];
    await mine.call("GET", "/workflows");
    expect((await mine.call("GET", "/workflows")).status).toBe(429);
    expect((await theirs.call("GET", "/workflows")).status).toBe(200);
  });

  it("are refused before their credential is looked up again", async () => {
    const tenant = await limited({ requests_per_minute_per_key: 1 });
    await tenant.call("GET", "/workflows");
    expect((await tenant.call("GET", "/workflows")).status).toBe(429);
    // Were it looked up, it would not be found any more.
    await env.DB.prepare("delete from api_keys where tenant_id = ?").bind(tenant.id).run();
    expect((await tenant.call("GET", "/workflows")).status).toBe(429);
  });

  it("do not hit the operator", async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => h.call(operatorKey, "GET", "/api/v1/operator/tenants?limit=1")));
    expect(answers.map(({ status, headers }) => [status, headers.get("ratelimit")])).toEqual(Array.from({ length: 20 }, () => [200, null]));
  });
});

describe("a route that needs no sign-in", () => {
  const plans = (ip: string) => h.call(null, "GET", "/api/v1/plans", undefined, { "cf-connecting-ip": ip });

  it("answers an address so often in a minute, and other addresses as well", async () => {
    const statuses = [];
    for (let index = 0; index < perAddress.limit + 1; index++) statuses.push((await plans("203.0.113.7")).status);
    expect(new Set(statuses.slice(0, perAddress.limit))).toEqual(new Set([200]));
    expect(statuses.at(-1)).toBe(429);
    expect((await plans("203.0.113.8")).status).toBe(200);
  });

  it("takes the addresses of one IPv6 network for one", async () => {
    for (let index = 0; index < perAddress.limit; index++) await plans(`2001:db8:0:1::${index.toString(16)}`);
    const refused = await plans("2001:db8:0:1:ffff::1");
    expect(refused).toMatchObject({ status: 429, body: { code: "rate-limited" } });
    expect(Number(refused.headers.get("retry-after"))).toBe(1);
    expect((await plans("2001:db8:0:2::1")).status).toBe(200);
  });
});
