import { describe, expect, it } from "vitest";
import type { DstPolicy } from "../../sdk/schema/schedule.ts";
import { faultIn, localTime, nextTimes } from "./times.ts";

const madrid = "Europe/Madrid";
const spring = Date.UTC(2026, 2, 28, 12);
const autumn = Date.UTC(2026, 9, 24, 12);
const times = (cron: string, after: number, count: number, dst?: DstPolicy, timezone = madrid) => nextTimes({ cron, timezone, dst }, after, count).map((time) => localTime(timezone, time));

describe("a time in the hour that the clock leaves out", () => {
  it("runs right after the gap, once", () => {
    expect(times("30 2 * * *", spring, 2)).toEqual(["2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"]);
    expect(times("*/10 2 * * *", spring, 2)).toEqual(["2026-03-29T03:00:00+02:00", "2026-03-30T02:00:00+02:00"]);
    expect(times("0 2,3 * * *", spring, 2)).toEqual(["2026-03-29T03:00:00+02:00", "2026-03-30T02:00:00+02:00"]);
  });
  it("runs not at all where the schedule says so", () => {
    expect(times("30 2 * * *", spring, 1, { skipped: "skip", repeated: "first" })).toEqual(["2026-03-30T02:30:00+02:00"]);
  });
});

describe("a time in the hour that comes twice", () => {
  it("runs the first time, or the second, or both, as the schedule says", () => {
    const on = (repeated: DstPolicy["repeated"]) => times("30 2 * * *", autumn, 2, { skipped: "after", repeated });
    expect(times("30 2 * * *", autumn, 2)).toEqual(on("first"));
    expect(on("first")).toEqual(["2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"]);
    expect(on("second")).toEqual(["2026-10-25T02:30:00+01:00", "2026-10-26T02:30:00+01:00"]);
    expect(on("both")).toEqual(["2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"]);
  });
  it("is past for who asks between the two", () => {
    expect(times("30 2 * * *", Date.UTC(2026, 9, 25, 0, 45), 1)).toEqual(["2026-10-26T02:30:00+01:00"]);
  });
});

it("what runs within every hour follows the time that passes", () => {
  expect(times("*/30 * * * *", Date.UTC(2026, 2, 29, 0, 10), 3)).toEqual(["2026-03-29T01:30:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-29T03:30:00+02:00"]);
  expect(times("*/30 * * * *", Date.UTC(2026, 9, 25, 0, 10), 4)).toEqual(["2026-10-25T02:30:00+02:00", "2026-10-25T02:00:00+01:00", "2026-10-25T02:30:00+01:00", "2026-10-25T03:00:00+01:00"]);
});

it("seconds, nicknames, names, last days and leap days are read", () => {
  const after = Date.UTC(2026, 0, 1);
  expect(times("*/20 * * * * *", after, 2, undefined, "UTC")).toEqual(["2026-01-01T00:00:20+00:00", "2026-01-01T00:00:40+00:00"]);
  expect(times("@weekly", after, 1, undefined, "UTC")).toEqual(["2026-01-04T00:00:00+00:00"]);
  expect(times("0 9 * * MON-FRI", after, 2, undefined, "UTC")).toEqual(["2026-01-01T09:00:00+00:00", "2026-01-02T09:00:00+00:00"]);
  expect(times("0 9 L * *", after, 1, undefined, "UTC")).toEqual(["2026-01-31T09:00:00+00:00"]);
  expect(times("0 0 29 2 *", after, 1)).toEqual(["2028-02-29T00:00:00+01:00"]);
});

describe("what is wrong with a schedule is said", () => {
  const fault = (cron: string, timezone = "UTC") => faultIn({ cron, timezone }, 0);
  it.each([
    ["* * * *", "4 fields"],
    ["", "no fields"],
    ["0 0 1 1 * 2027 x", "7 fields"],
    ["61 * * * *", "Invalid value for minute: 61"],
    ["0 9 * * FUNDAY", "FUNDAY"],
    ["0 0 31 2 *", "never comes"],
    ["@reboot", "not supported"],
    ["2026-01-01T00:00:00", "1 field:"],
  ])("%s", (cron, reason) => expect(fault(cron)).toContain(reason));
  it("and of a timezone", () => {
    expect(fault("@daily", "Europe/Atlantis")).toContain('no timezone "Europe/Atlantis"');
    expect(fault("@daily", "+02:00")).toContain("no timezone");
    expect(fault("@daily", "America/Argentina/Buenos_Aires")).toBeNull();
  });
});
