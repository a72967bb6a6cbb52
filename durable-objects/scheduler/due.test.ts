import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MissedPolicy } from "../../sdk/schema/schedule.ts";
import { dueRuns, mostCounted, pollAfter, retryAfter } from "./due.ts";
import { timesBetween } from "./times.ts";

const start = Date.UTC(2026, 0, 1);
const [second, minute, hour] = [1_000, 60_000, 3_600_000];
const hourly = { cron: "0 * * * *", timezone: "UTC" };
const due = (missed: MissedPolicy, nextAt: number, now: number, timing = hourly) => dueRuns(timing, missed, nextAt, now);

describe("a schedule whose time has come", () => {
  it("runs, and is due at its next time", () => {
    expect(due("skip", start, start + 20)).toEqual({ runs: [start], missed: 0, next: start + hour });
  });
  it("runs up to a minute late, whatever it does with missed runs", () => {
    expect(due("skip", start, start + minute)).toMatchObject({ runs: [start], missed: 0 });
    expect(due("skip", start, start + minute + 1)).toMatchObject({ runs: [], missed: 1 });
  });
  it("runs each of its seconds when the tick comes a little late", () => {
    expect(due("skip", start, start + 3 * second, { cron: "* * * * * *", timezone: "UTC" }).runs).toEqual([0, 1, 2, 3].map((n) => start + n * second));
  });
});

describe("after five hours in which nothing could run", () => {
  const now = start + 5 * hour + 30 * minute;
  it("none of the missed runs is made good when it says `skip`", () => expect(due("skip", start, now)).toEqual({ runs: [], missed: 6, next: start + 6 * hour }));
  it("the last one is when it says `last`", () => expect(due("last", start, now)).toEqual({ runs: [start + 5 * hour], missed: 5, next: start + 6 * hour }));
  it("the run that is on time stands for the last missed one", () => expect(due("last", start, start + 5 * hour + 10)).toEqual({ runs: [start + 5 * hour], missed: 5, next: start + 6 * hour }));
  it("the last N are when it says so", () => expect(due({ all: 3 }, start, now)).toEqual({ runs: [3, 4, 5].map((n) => start + n * hour), missed: 3, next: start + 6 * hour }));
  it("all are when N is more", () => expect(due({ all: 100 }, start, now)).toMatchObject({ runs: Array.from({ length: 6 }, (_, n) => start + n * hour), missed: 0 }));
});

it("a year of missed seconds takes no longer than a minute of them", () => {
  const now = start + 365 * 24 * hour;
  const began = performance.now();
  expect(due({ all: 5 }, start, now, { cron: "* * * * * *", timezone: "Europe/Madrid" }).missed).toBe(mostCounted - 5);
  expect(performance.now() - began).toBeLessThan(2_000);
});

it("whatever the policy, every time is run or counted, once and in order", () => {
  const policy: fc.Arbitrary<MissedPolicy> = fc.oneof(fc.constantFrom("skip" as const, "last" as const), fc.integer({ min: 1, max: 100 }).map((all) => ({ all })));
  fc.assert(
    fc.property(policy, fc.constantFrom("*/5 * * * *", "30 2 * * *", "0 9 * * MON", "*/20 * * * * *"), fc.integer({ min: 0, max: 3 * 24 * hour }), (missed, cron, later) => {
      const timing = { cron, timezone: "Europe/Madrid" };
      const from = Date.UTC(2026, 2, 27);
      const all = timesBetween(timing, from, from + later, 100_000);
      fc.pre(all.length > 0);
      const { runs, missed: left, next } = dueRuns(timing, missed, all[0] ?? 0, from + later);
      expect(runs).toEqual([...runs].sort((a, b) => a - b));
      expect(all.filter((at) => runs.includes(at))).toEqual(runs);
      if (all.length < mostCounted) expect(left + runs.length).toBe(all.length);
      expect(next).toBeGreaterThan(from + later);
      if (missed !== "skip") expect(runs.at(-1)).toBe(all.at(-1));
    }),
    { numRuns: 200 },
  );
});

it("what cannot start is tried again after five seconds, and after ten minutes at most", () => {
  expect([0, 1, 2, 20].map(retryAfter)).toEqual([5_000, 10_000, 20_000, 600_000]);
  expect([0, 1, 9].map(pollAfter)).toEqual([1_000, 2_000, 30_000]);
});
