/** How a period is cut up: against clocks as the runtime shows them, and sums over single quarters of an hour. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { intervalsOf, startOf } from "./calendar.ts";
import { dayMs, quarterMs, type Segment, segmentsOf } from "./segments.ts";

const zones = ["UTC", "America/Sao_Paulo", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "America/Havana", "Asia/Tokyo", "Pacific/Chatham"];
const shown = (zone: string, at: number): string => new Intl.DateTimeFormat("sv-SE", { timeZone: zone }).format(at);
const quarter = fc.integer({ min: Date.UTC(2009, 0, 1) / quarterMs, max: Date.UTC(2030, 0, 1) / quarterMs }).map((index) => index * quarterMs);

describe("a day of a time zone", () => {
  it("begins at the first instant that clocks show it, also where they skip midnight, or the day", () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.integer({ min: Date.UTC(2009, 0, 1) / dayMs, max: Date.UTC(2030, 0, 1) / dayMs }), (zone, index) => {
        const begin = startOf(zone, index * dayMs);
        const name = new Date(index * dayMs).toISOString().slice(0, 10);
        // A day that was skipped begins, and ends, with the one after it.
        expect(shown(zone, begin) >= name).toBe(true);
        expect(shown(zone, begin - 1) < name).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it("has 23, 24 or 25 hours, and half an hour more or less on Lord Howe", () => {
    const hours = (zone: string, day: number) => (startOf(zone, day + dayMs) - startOf(zone, day)) / 3_600_000;
    expect(hours("Europe/Berlin", Date.UTC(2026, 2, 29))).toBe(23);
    expect(hours("Europe/Berlin", Date.UTC(2026, 9, 25))).toBe(25);
    expect(hours("Australia/Lord_Howe", Date.UTC(2026, 3, 5))).toBe(24.5);
    expect(hours("Australia/Lord_Howe", Date.UTC(2026, 9, 4))).toBe(23.5);
    expect(hours("Pacific/Apia", Date.UTC(2011, 11, 30))).toBe(0);
    expect(startOf("Asia/Kathmandu", Date.UTC(2026, 0, 2))).toBe(Date.UTC(2026, 0, 1, 18, 15));
  });
});

describe("the intervals of a period", () => {
  it("cover it without a gap, and each shows one day, week or month", () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), quarter, fc.integer({ min: 1, max: 96 * 90 }), fc.constantFrom("day" as const, "week" as const, "month" as const), (zone, from, length, interval) => {
        const to = from + length * quarterMs;
        const all = intervalsOf(zone, { from, to }, interval);
        expect(all[0]?.from).toBe(from);
        expect(all.at(-1)?.to).toBe(to);
        for (const [index, one] of all.entries()) {
          if (index > 0) expect(one.from).toBe(all[index - 1]?.to);
          if (interval === "day") expect(shown(zone, one.to - 1)).toBe(shown(zone, one.from));
          if (interval === "month") expect(shown(zone, one.to - 1).slice(0, 7)).toBe(shown(zone, one.from).slice(0, 7));
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe("the segments of a period", () => {
  /** Quarters of an hour, each as often as the segments count it. */
  const counted = (segments: Segment[]): Map<number, number> => {
    const times = new Map<number, number>();
    for (const [, size, from, to, sign] of segments) {
      if (size === "day") expect([from % dayMs, to % dayMs]).toEqual([0, 0]);
      if (size === "month") for (const at of [from, to]) expect(new Date(at).toISOString()).toMatch(/-01T00:00:00.000Z$/);
      for (let at = from; at < to; at += quarterMs) times.set(at, (times.get(at) ?? 0) + sign);
    }
    return times;
  };

  it("count each quarter of an hour in it once, and none outside", () => {
    fc.assert(
      fc.property(quarter, fc.integer({ min: 1, max: 96 * 120 }), fc.boolean(), (from, length, months) => {
        const to = from + length * quarterMs;
        const times = [...counted(segmentsOf([{ from, to }], { months }))].filter(([, count]) => count !== 0);
        expect(times.length).toBe(length);
        expect(times.every(([at, count]) => count === 1 && at >= from && at < to)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it("are few, however long the period", () => {
    const [from, to] = [startOf("Asia/Kathmandu", Date.UTC(2021, 4, 7)), startOf("Asia/Kathmandu", Date.UTC(2026, 8, 20))];
    const segments = segmentsOf([{ from, to }]);
    expect(segments.length).toBeLessThanOrEqual(5);
    const buckets = segments.reduce((sum, [, size, begin, end]) => sum + (end - begin) / { quarter: quarterMs, day: dayMs, month: 30 * dayMs }[size], 0);
    expect(buckets).toBeLessThan(170);
  });
});
