/** The object as isolates meet it: its quotas, its disk, its month. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Limiter } from "../../worker/index.ts";
import type { Env } from "../../worker/env.ts";
import type { LimiterObject, Report } from "./contract.ts";

const { DB, LIMITER } = env as unknown as Env;
const start = Date.UTC(2026, 10, 30, 23, 59, 0);

let tenant = "";
let number = 0;
const stub = () => LIMITER.getByName(tenant);
const settle = (rest: Partial<Report>, object: LimiterObject = stub() as unknown as LimiterObject) => object.settle({ tenant, holder: "isolate", number: ++number, spent: {}, take: [], watch: [], ...rest });
const started = (total: number, known = 0) => settle({ spent: { executions: [known, total] } });
const saved = () => DB.prepare("select period, value from usage where tenant_id = ? order by period").bind(tenant).all().then(({ results }) => results);
const setLimits = (limits: object | null, plan = "free") => DB.prepare("update tenants set plan = ?, limits = ? where id = ?").bind(plan, JSON.stringify(limits), tenant).run();

/** Another object on the same disk, as after it was put out of memory. */
async function again<T>(use: (object: LimiterObject) => Promise<T>): Promise<T> {
  return runInDurableObject(stub(), (_, state) => use(new Limiter(state, env as unknown as Env)));
}

beforeEach(async () => {
  vi.useFakeTimers({ now: start, toFake: ["Date"] });
  tenant = crypto.randomUUID();
  await DB.prepare("insert into tenants (id, slug, name, created_at) values (?, ?, 'T', 0)").bind(tenant, tenant).run();
});
afterEach(() => vi.useRealTimers());

describe("quotas", () => {
  it("are those of the tenant's plan and its deviations", async () => {
    await setLimits({ requests_per_minute: 77 }, "pro");
    const { shares, concurrent } = await settle({ watch: ["tenant", "key:k", "user:u", "hooks", "executions"] });
    expect(Object.values(shares).map(({ limit, per }) => [limit, per])).toEqual([[77, 60_000], [3_000, 60_000], [3_000, 60_000], [1_200, 60_000], [100_000, "month"]]);
    expect(concurrent).toBe(4);
  });

  it("are those of another plan ten seconds after the tenant has got it", async () => {
    await settle({ watch: ["tenant"] });
    await setLimits({ requests_per_minute: 5 });
    expect((await settle({ watch: ["tenant"] })).shares["tenant"]?.limit).toBe(1_200);
    vi.setSystemTime(start + 10_000);
    expect((await settle({ watch: ["tenant"] })).shares["tenant"]?.limit).toBe(5);
  });
});

describe("put out of memory and back", () => {
  it("knows what of a window was used, but for a twentieth of the quota", async () => {
    await setLimits({ requests_per_minute: 100 });
    await settle({ spent: { tenant: [0, 80] } });
    await settle({ spent: { tenant: [80, 84] } });
    const { shares } = await again((object) => settle({ watch: ["tenant"], holder: "another" }, object));
    expect(shares["tenant"]?.used).toBe(80);
  });

  it("knows the month's count to the last", async () => {
    await started(41);
    await started(42, 41);
    expect((await again((object) => settle({ watch: ["executions"], holder: "another" }, object))).shares["executions"]?.used).toBe(42);
  });

  it("costs no disk while nobody comes near a limit", async () => {
    await settle({ spent: { tenant: [0, 3] } });
    expect(await runInDurableObject(stub(), (_, state) => state.storage.sql.exec("select name from sqlite_master").toArray().filter(({ name }) => name === "windows"))).toEqual([]);
  });
});

describe("the month's count", () => {
  it("is in the database after the alarm, and there again after the next", async () => {
    await started(3);
    expect(await saved()).toEqual([]);
    expect(await runDurableObjectAlarm(stub())).toBe(true);
    expect(await saved()).toEqual([{ period: "2026-11", value: 3 }]);
    await started(5, 3);
    await runDurableObjectAlarm(stub());
    expect(await saved()).toEqual([{ period: "2026-11", value: 5 }]);
    expect(await runDurableObjectAlarm(stub())).toBe(false);
  });

  it("begins anew with the month; the old one is saved although the new one has begun", async () => {
    await started(7);
    vi.setSystemTime(start + 60_000);
    expect((await settle({ watch: ["executions"] })).shares["executions"]?.used).toBe(0);
    await started(8, 7);
    await runDurableObjectAlarm(stub());
    expect(await saved()).toEqual([
      { period: "2026-11", value: 7 },
      { period: "2026-12", value: 1 },
    ]);
  });

  it("goes on with what was saved where the object itself has none, as after a move", async () => {
    await DB.prepare("insert into usage values (?, '2026-11', 'executions', 500, 0)").bind(tenant).run();
    expect((await started(1)).shares["executions"]?.used).toBe(501);
  });

  it("is refused when it is full, until the month is over", async () => {
    await setLimits({ executions_per_month: 2 });
    const take = () => settle({ take: ["executions"] });
    expect([await take(), await take(), await take()].map(({ taken }) => taken)).toEqual([true, true, false]);
    expect((await take()).shares["executions"]?.waitMs).toBe(60_000);
    vi.setSystemTime(start + 60_000);
    expect((await take()).taken).toBe(true);
  });

  it("that cannot be saved is tried again", async () => {
    await started(3);
    await DB.prepare("alter table usage rename to gone").run();
    const logged = vi.spyOn(console, "error").mockImplementation(() => {});
    await runDurableObjectAlarm(stub());
    expect(JSON.parse(String(logged.mock.calls[0]?.[0]))).toMatchObject({ event: "usage.unsaved", tenant });
    logged.mockRestore();
    await DB.prepare("alter table gone rename to usage").run();
    expect(await runDurableObjectAlarm(stub())).toBe(true);
    expect(await saved()).toEqual([{ period: "2026-11", value: 3 }]);
  });
});
