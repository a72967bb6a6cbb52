/** When tasks recur, held to a library that knows the whole of RFC 5545. */
import fc from "fast-check";
import { RRule } from "rrule";
import { describe, expect, it } from "vitest";
import { daysBetween, daysLater, recurrences } from "./recurrence.ts";
import { fewer, parseRule, type Rule } from "./rule-text.ts";
import { dayMs, instantOf, wallOf } from "./wall-clock.ts";

const ruleOf = (text: string): Rule => {
  const rule = parseRule(text);
  if ("fault" in rule) throw new Error(rule.fault);
  return rule;
};
const at = (text: string): number => Date.parse(text);
const next = (text: string, anchor: string, timezone: string, most: number) => recurrences({ rule: ruleOf(text), anchor: at(anchor), timezone }, at(anchor) + 1, at(anchor) + 4000 * dayMs, most).map(({ at: ms }) => new Date(ms).toISOString());

const weekdays = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
const list = <T>(one: fc.Arbitrary<T>, most = 3) => fc.uniqueArray(one, { minLength: 0, maxLength: most });
const part = (name: string, values: readonly unknown[]) => (values.length === 0 ? [] : [`${name}=${values.join(",")}`]);
const nth = (least: number, most: number) => fc.integer({ min: least, max: most }).filter((value) => value !== 0);

/** Rules as people and programs write them. */
const ruleText = fc
  .record({
    freq: fc.constantFrom("DAILY", "WEEKLY", "MONTHLY", "YEARLY"),
    interval: fc.integer({ min: 1, max: 5 }),
    days: list(fc.constantFrom(...weekdays)),
    nths: list(fc.tuple(nth(-5, 5), fc.constantFrom(...weekdays)).map(([n, day]) => `${n}${day}`), 2),
    monthDays: list(nth(-31, 31)),
    months: list(fc.integer({ min: 1, max: 12 })),
    // Further from behind, the library counts beyond the beginning.
    positions: list(fc.constantFrom(1, 2, 3, -1), 2),
    count: fc.option(fc.integer({ min: 1, max: 8 }), { nil: null }),
    week: fc.constantFrom("MO", "SU"),
  })
  .map(({ freq, interval, days, nths, monthDays, months, positions, count, week }) => {
    const numbered = freq === "MONTHLY" || freq === "YEARLY";
    const byMonthDay = freq === "WEEKLY" ? [] : monthDays;
    // Numbered days beside others, or with days of the month, the library reads otherwise.
    const byDay = numbered && byMonthDay.length === 0 && days.length === 0 ? nths : days;
    // Of the first week it sees what is left.
    const chosen = freq !== "WEEKLY" && byDay.length + byMonthDay.length > 0 ? positions : [];
    return [`FREQ=${freq}`, `INTERVAL=${interval}`, ...part("BYDAY", byDay), ...part("BYMONTHDAY", byMonthDay), ...part("BYMONTH", months), ...part("BYSETPOS", chosen), ...(count === null ? [] : [`COUNT=${count}`]), `WKST=${week}`].join(";");
  });

describe("a rule", () => {
  it("gives the days that the library gives", () => {
    fc.assert(
      fc.property(ruleText, fc.integer({ min: at("2020-01-01T00:00:00Z") / dayMs, max: at("2032-12-31T00:00:00Z") / dayMs }), (text, day) => {
        const anchor = day * dayMs + 9 * 3_600_000;
        const until = anchor + 1500 * dayMs;
        const rule = ruleOf(text);
        const found = recurrences({ rule, anchor, timezone: "UTC" }, anchor + 1, until, 10_000).map((one) => one.at);
        // What never comes true keeps the library busy until the year 9999.
        fc.pre(found.length > 0 || !/BYMONTHDAY|BYSETPOS/.test(text));
        const { count: _, ...options } = RRule.parseString(text);
        const whole = new RRule({ ...options, dtstart: new Date(anchor), until: new Date(until) });
        // The first is one whether the rule names its day or not, as COUNT has it here.
        const expected = [...new Set(whole.all().map((one) => one.getTime()))].filter((ms) => ms > anchor);
        expect(found).toEqual(rule.count === null ? expected : expected.slice(0, rule.count - 1));
      }),
      { numRuns: 150 },
    );
  });

  it("gives the same from the middle as from the beginning", () => {
    fc.assert(
      fc.property(ruleText, fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 1, max: 200 }), (text, skip, span) => {
        const series = { rule: ruleOf(text), anchor: at("2024-02-29T08:30:00Z"), timezone: "Europe/Berlin" };
        const [from, to] = [series.anchor + skip * dayMs, series.anchor + (skip + span) * dayMs];
        expect(recurrences(series, from, to, 10_000)).toEqual(recurrences(series, series.anchor + 1, to, 10_000).filter((one) => one.at >= from));
      }),
      { numRuns: 200 },
    );
  });

  it("that never comes true ends, and soon", () => {
    const began = performance.now();
    for (const text of ["FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=31", "FREQ=YEARLY;BYDAY=53MO;BYMONTH=1", "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=40"]) expect(next(text, "2026-01-31T09:00:00Z", "UTC", 1), text).toEqual([]);
    expect(performance.now() - began).toBeLessThan(2000);
  });

  it("keeps the time on the wall when the clocks change", () => {
    expect(next("FREQ=WEEKLY", "2026-03-01T14:00:00Z", "America/New_York", 3)).toEqual(["2026-03-08T13:00:00.000Z", "2026-03-15T13:00:00.000Z", "2026-03-22T13:00:00.000Z"]);
    // 02:30 is skipped in Berlin on the 29th of March: an hour later it is.
    expect(next("FREQ=DAILY", "2026-03-28T01:30:00Z", "Europe/Berlin", 3)).toEqual(["2026-03-29T01:30:00.000Z", "2026-03-30T00:30:00.000Z", "2026-03-31T00:30:00.000Z"]);
    // 02:30 comes twice on the 25th of October: the first counts.
    expect(next("FREQ=DAILY", "2026-10-24T00:30:00Z", "Europe/Berlin", 2)).toEqual(["2026-10-25T00:30:00.000Z", "2026-10-26T01:30:00.000Z"]);
  });

  it("ends with UNTIL, by the clock of its zone or of UTC", () => {
    expect(next("FREQ=DAILY;UNTIL=20260103", "2026-01-01T23:00:00Z", "America/Sao_Paulo", 9)).toHaveLength(2);
    expect(next("FREQ=DAILY;UNTIL=20260103T225959Z", "2026-01-01T23:00:00Z", "UTC", 9)).toEqual(["2026-01-02T23:00:00.000Z"]);
    expect(next("FREQ=DAILY;UNTIL=20260103T230000", "2026-01-01T23:00:00Z", "UTC", 9)).toHaveLength(2);
  });

  it("counts down as the series goes on", () => {
    const text = "FREQ=DAILY;COUNT=3";
    expect([fewer(text, ruleOf(text), 1), fewer(text, ruleOf(text), 3), fewer("FREQ=DAILY", ruleOf("FREQ=DAILY"), 9)]).toEqual(["FREQ=DAILY;COUNT=2", null, "FREQ=DAILY"]);
  });

  it("is refused with what is wrong about it", () => {
    const faults = ["", "FREQ=HOURLY", "FREQ=DAILY;BYHOUR=9", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;COUNT=2;UNTIL=20260101", "FREQ=WEEKLY;BYDAY=1MO", "FREQ=DAILY;FREQ=DAILY", "FREQ=DAILY;BYMONTHDAY=0", "FREQ=DAILY;UNTIL=20260230", "FREQ=DAILY;BYDAY=XX", "FREQ=DAILY;BYSETPOS=1", "FREQ=DAILY;COUNT=-1"];
    for (const text of faults) expect(parseRule(text), text).toHaveProperty("fault");
    fc.assert(fc.property(fc.string(), (text) => void parseRule(text)));
  });
});

describe("the clock on the wall", () => {
  it("leads back to the moment, but where it shows it twice", () => {
    fc.assert(
      fc.property(fc.integer({ min: at("1990-01-01T00:00:00Z"), max: at("2060-01-01T00:00:00Z") }), fc.constantFrom("UTC", "America/Sao_Paulo", "Europe/Berlin", "Asia/Kolkata", "Pacific/Apia", "America/St_Johns", "Australia/Lord_Howe"), (ms, zone) => {
        const wall = wallOf(ms, zone);
        const back = instantOf(wall, zone);
        expect(wallOf(back, zone)).toEqual(wall);
        expect(back).toBeLessThanOrEqual(ms);
        expect(daysBetween(ms, daysLater(ms, 40, zone), zone)).toBe(40);
      }),
      { numRuns: 300 },
    );
  });
});
