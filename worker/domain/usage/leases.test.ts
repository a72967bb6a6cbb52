import { beforeEach, describe, expect, it } from "vitest";
import { leaseMs, type Report, type Settled } from "../../../durable-objects/limiter/contract.ts";
import { Ledger } from "../../../durable-objects/limiter/ledger.ts";
import type { Quota } from "../../../durable-objects/limiter/meter.ts";
import { Leases } from "./leases.ts";

const quotas: Record<string, Quota> = { tenant: { limit: 100, per: 60_000 }, key: { limit: 10, per: 60_000 }, executions: { limit: 1_000, per: "month" } };

let now = 0;
let reports: Report[] = [];
let warnings: string[] = [];
let timers: { at: number; callback: () => void }[] = [];
/** What becomes of a report; the ledger's answer unless a test says otherwise. */
let answer: (report: Report, settle: () => Settled) => Promise<Settled>;
const settledWork = () => new Promise((resolve) => setTimeout(resolve, 0));

function isolate(): Leases {
  const ledger = new Ledger();
  const settle = (report: Report): Settled => ({ ...ledger.settle(report, (name) => quotas[name] ?? expect.unreachable(name), now), concurrent: 4 });
  return new Leases({
    ask: (report) => {
      reports.push(report);
      return answer(report, () => settle(report));
    },
    now: () => now,
    timer: (ms, callback) => {
      const timer = { at: now + ms, callback };
      timers.push(timer);
      return () => void (timers = timers.filter((one) => one !== timer));
    },
    warn: (tenant, error) => void warnings.push(`${tenant}: ${String(error)}`),
  });
}

async function pass(ms: number): Promise<void> {
  now += ms;
  for (const timer of timers.filter(({ at }) => at <= now)) {
    timers = timers.filter((one) => one !== timer);
    timer.callback();
  }
  await settledWork();
}

const work: Promise<unknown>[] = [];
const admit = (leases: Leases, ...meters: string[]) => leases.admit("t", meters.length > 0 ? meters : ["tenant"], (one) => void work.push(one));

beforeEach(() => {
  now = Date.UTC(2026, 10, 21);
  [reports, warnings, timers] = [[], [], []];
  answer = async (_, settle) => settle();
});

describe("a lease", () => {
  it("is asked for by the first request, and lets the next through without asking", async () => {
    const leases = isolate();
    for (let index = 0; index < 3; index++) expect(await admit(leases)).toMatchObject({ admitted: true });
    expect(reports).toHaveLength(1);
    expect(reports[0]).toMatchObject({ take: ["tenant"], spent: {} });
  });

  it("is reported before it is over, so that steady requests never wait", async () => {
    const leases = isolate();
    await admit(leases);
    await admit(leases);
    await pass(0.7 * leaseMs);
    expect(reports.at(-1)).toMatchObject({ spent: { tenant: [0, 1] }, take: [] });
    await pass(0.7 * leaseMs);
    await admit(leases);
    expect(reports).toHaveLength(2);
  });

  it("is renewed in the background by the first request after a pause", async () => {
    const leases = isolate();
    await admit(leases);
    await pass(10 * leaseMs);
    expect(await admit(leases)).toMatchObject({ admitted: true });
    expect(reports.at(-1)).toMatchObject({ take: [], spent: { tenant: [0, 1] } });
  });

  it("asks for one more where a meter's share is used up, and for all of a request's meters or none", async () => {
    const leases = isolate();
    const answers = [];
    for (let index = 0; index < 12; index++) answers.push(await admit(leases, "tenant", "key"));
    expect(answers.map(({ admitted }) => admitted)).toEqual([...Array.from({ length: 10 }, () => true), false, false]);
    expect(answers.at(-1)).toMatchObject({ refusedBy: "key", retryMs: 6_000, first: false });
    expect(answers.at(-2)).toMatchObject({ first: true });
    await pass(0.7 * leaseMs);
    // The refused ones were taken off no meter.
    expect((await leases.look("t", ["tenant"]))?.["tenant"]?.used).toBeCloseTo(10 - (0.7 * 100) / 60, 1);
  });

  it("that refuses does so without asking, for as long as the limiter said and no longer", async () => {
    const leases = isolate();
    for (let index = 0; index < 11; index++) await admit(leases, "key");
    const asked = reports.length;
    await pass(5_999);
    expect(await admit(leases, "key")).toMatchObject({ admitted: false, retryMs: 1 });
    expect(reports.slice(asked).filter(({ take }) => take.length > 0)).toEqual([]);
    await pass(1);
    expect(await admit(leases, "key")).toMatchObject({ admitted: true });
  });

  it("is of one tenant", async () => {
    const leases = isolate();
    await admit(leases);
    await leases.admit("another", ["tenant"], () => {});
    expect(reports.map(({ tenant }) => tenant)).toEqual(["t", "another"]);
  });
});

describe("what is counted without being asked for", () => {
  it("is reported soon, and may be given back", async () => {
    const leases = isolate();
    const after = () => {};
    leases.count("t", "executions", 1, after);
    leases.count("t", "executions", 1, after);
    leases.count("t", "executions", -1, after);
    await pass(0.7 * leaseMs);
    expect(reports.map(({ spent }) => spent)).toEqual([{ executions: [0, 1] }]);
  });
});

describe("a limiter that does not answer", () => {
  it("lets requests through, and says so once in a while", async () => {
    const leases = isolate();
    answer = () => Promise.reject(new Error("overloaded"));
    for (let index = 0; index < 50; index++) expect(await admit(leases)).toMatchObject({ admitted: true, states: [] });
    expect(warnings).toEqual(["t: Error: overloaded"]);
    expect(reports).toHaveLength(1);
    await pass(5_000);
    await admit(leases);
    expect(warnings).toHaveLength(2);
  });

  it("is waited for no longer than a second", async () => {
    const leases = isolate();
    answer = () => new Promise(() => {});
    const admitted = admit(leases);
    await pass(1_000);
    expect(await admitted).toMatchObject({ admitted: true });
    expect(warnings).toEqual(["t: Error: no answer within 1000 ms"]);
  });

  it("still gets to know of the executions that began meanwhile", async () => {
    const leases = isolate();
    answer = () => Promise.reject(new Error("overloaded"));
    for (let index = 0; index < 3; index++) await admit(leases, "executions");
    answer = async (_, settle) => settle();
    await pass(5_000);
    expect((await leases.look("t", ["executions"]))?.["executions"]?.used).toBe(3);
  });

  it("does not refuse what it said nothing of", async () => {
    const leases = isolate();
    for (let index = 0; index < 10; index++) await admit(leases, "key");
    answer = () => Promise.reject(new Error("overloaded"));
    expect(await admit(leases, "key")).toMatchObject({ admitted: true });
  });
});

it("says how many starts the plan carries out at once, once it was told", async () => {
  const leases = isolate();
  expect(leases.concurrent("t")).toBeUndefined();
  await admit(leases);
  expect(leases.concurrent("t")).toBe(4);
});
