import { describe, expect, it } from "vitest";
import { hasRoom, monthOf, nextMonth, type Quota, resetIn, usedAt, waitFor } from "./meter.ts";

const now = Date.UTC(2026, 10, 21, 12);
const minute = 60_000;
const perMinute = (limit: number | null): Quota => ({ limit, per: minute });

describe("a quota over a window", () => {
  it("may be used all at once, and comes back evenly", () => {
    const full = { used: 60, at: now };
    expect(hasRoom(59, perMinute(60))).toBe(true);
    expect(hasRoom(60, perMinute(60))).toBe(false);
    expect([0, 1_000, 30_000, minute, 2 * minute].map((ms) => usedAt(full, perMinute(60), now + ms))).toEqual([60, 59, 30, 0, 0]);
  });

  it("says when there is one again, and when all of it is", () => {
    expect(waitFor(60, perMinute(60), now)).toBe(1_000);
    expect(waitFor(62.5, perMinute(60), now)).toBe(3_500);
    expect(waitFor(59, perMinute(60), now)).toBe(0);
    expect(resetIn(30, perMinute(60), now)).toBe(30_000);
  });

  it("has room again as soon as it said", () => {
    for (const limit of [1, 3, 7, 600, 1_234]) {
      const meter = { used: limit + 0.123, at: now };
      const wait = waitFor(meter.used, perMinute(limit), now);
      expect(hasRoom(usedAt(meter, perMinute(limit), now + wait), perMinute(limit))).toBe(true);
    }
  });

  it("of nothing is never had, of no limit always", () => {
    expect([hasRoom(0, perMinute(0)), waitFor(0, perMinute(0), now)]).toEqual([false, minute]);
    expect([hasRoom(1e9, perMinute(null)), waitFor(1e9, perMinute(null), now), usedAt({ used: 5, at: now }, perMinute(null), now)]).toEqual([true, 0, 0]);
  });

  it("does not shrink when a clock goes back", () => {
    expect(usedAt({ used: 5, at: now }, perMinute(60), now - 10_000)).toBe(5);
  });
});

describe("a quota of a month", () => {
  const monthly: Quota = { limit: 100, per: "month" };

  it("comes back at the beginning of the next month, UTC, and not before", () => {
    const meter = { used: 100, at: now };
    const next = Date.UTC(2026, 11, 1);
    expect([usedAt(meter, monthly, next - 1), usedAt(meter, monthly, next)]).toEqual([100, 0]);
    expect([waitFor(100, monthly, now), resetIn(1, monthly, now)]).toEqual([next - now, next - now]);
  });

  it("is counted where it has no limit", () => {
    expect(usedAt({ used: 41, at: now }, { limit: null, per: "month" }, now + minute)).toBe(41);
  });

  it("knows the turn of the year and leap years", () => {
    expect([monthOf(Date.UTC(2026, 11, 31, 23, 59, 59, 999)), nextMonth(Date.UTC(2026, 11, 31))]).toEqual(["2026-12", Date.UTC(2027, 0, 1)]);
    expect(nextMonth(Date.UTC(2028, 1, 29, 12))).toBe(Date.UTC(2028, 2, 1));
  });
});
