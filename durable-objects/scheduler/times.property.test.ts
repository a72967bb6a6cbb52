/** Every change of every clock from 2024 to 2027, against a stepper that knows nothing of spans. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextTimes, timesBetween } from "./times.ts";
import { transitionsBetween } from "./zone.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const [from, to] = [Date.UTC(2024, 0, 1), Date.UTC(2028, 0, 1)];

/** One zone for each way in which clocks are changed in these years. */
const zones = [...new Map(Intl.supportedValuesOf("timeZone").map((zone) => [JSON.stringify(transitionsBetween(zone, from, to)), zone])).values()];
const changes = zones.flatMap((zone) => transitionsBetween(zone, from, to).map(({ at }) => ({ zone, at })));

interface Clock {
  /** What it shows at every minute around an instant, asked of the platform minute by minute. */
  steps: { instant: number; minute: number; hour: number }[];
  /** Every wall minute once, with the first instant at which the clock shows it, or is past it. */
  walls: { instant: number; minute: number; hour: number }[];
  hourAt: number;
}

const clocks = new Map<string, Clock>();
function clockAround(zone: string, at: number): Clock {
  const known = clocks.get(`${zone}:${at}`);
  if (known) return known;
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });
  const shownAs = (wall: number) => ({ minute: new Date(wall).getUTCMinutes(), hour: new Date(wall).getUTCHours() });
  const made: Clock = { steps: [], walls: [], hourAt: 0 };
  let latest: number | null = null;
  for (let instant = at - 30 * hour; instant < at + 30 * hour; instant += minute) {
    const wall = Date.parse(`${format.format(instant).replace(" ", "T")}Z`);
    made.steps.push({ instant, ...shownAs(wall) });
    latest ??= wall - minute;
    // Forward by more than a minute: the walls between are past at this instant. Back: nothing new.
    for (; latest < wall; latest += minute) made.walls.push({ instant, ...shownAs(latest + minute) });
    if (instant === at) made.hourAt = shownAs(wall).hour;
  }
  clocks.set(`${zone}:${at}`, made);
  return made;
}

interface Daily {
  minutes: number[];
  hours: number[];
}

/** The stepper. */
function naive(zone: string, at: number, { minutes, hours }: Daily): number[] {
  const { steps, walls } = clockAround(zone, at);
  const meant = (hours.length === 24 ? steps : walls).filter(({ minute, hour }) => minutes.includes(minute) && hours.includes(hour));
  return [...new Set(meant.map(({ instant }) => instant))];
}

const inside = (at: number, times: number[]) => times.filter((time) => time >= at - 24 * hour && time < at + 24 * hour);
const cronOf = ({ minutes, hours }: Daily) => `${minutes.join(",")} ${hours.length === 24 ? "*" : hours.join(",")} * * *`;
const ours = (timezone: string, at: number, daily: Daily) => timesBetween({ cron: cronOf(daily), timezone }, at - 24 * hour, at + 24 * hour - 1, 5_000);

describe("around every change of a clock from 2024 to 2027", () => {
  it("there are such changes", () => {
    expect(zones.length).toBeGreaterThan(30);
    expect(changes.length).toBeGreaterThan(200);
  });

  it("each time of the day runs as the stepper says", { timeout: 120_000 }, () => {
    for (const { zone, at } of changes) {
      // The hours around the change; every half hour of them.
      for (let near = -3; near <= 2; near++) {
        const hours = [(clockAround(zone, at).hourAt + near + 24) % 24];
        for (const minutes of [[0], [30], [59]]) expect(ours(zone, at, { minutes, hours }), `${cronOf({ minutes, hours })} in ${zone} around ${new Date(at).toISOString()}`).toEqual(inside(at, naive(zone, at, { minutes, hours })));
      }
    }
  });

  it("lists, steps and every hour run as the stepper says", { timeout: 120_000 }, () => {
    const some = (count: number) => fc.uniqueArray(fc.integer({ min: 0, max: count - 1 }), { minLength: 1, maxLength: 6 }).map((list) => list.sort((a, b) => a - b));
    const hours = fc.oneof(some(24), fc.integer({ min: 1, max: 12 }).map((step) => Array.from({ length: Math.ceil(24 / step) }, (_, index) => index * step)));
    fc.assert(
      fc.property(fc.constantFrom(...changes), some(60), hours, ({ zone, at }, minutes, hours) => {
        expect(ours(zone, at, { minutes, hours })).toEqual(inside(at, naive(zone, at, { minutes, hours })));
      }),
      { numRuns: 1_500 },
    );
  });
});

describe("once a day", () => {
  it("is exactly once a day in every zone, whatever the time", { timeout: 120_000 }, () => {
    for (const [index, timezone] of zones.entries()) {
      for (const cron of [`0 0 * * *`, `30 ${index % 4} * * *`, `15 23 * * *`]) {
        const times = timesBetween({ cron, timezone }, from + day, to - day, 5_000);
        const apart = times.slice(1).map((time, at) => time - (times[at] ?? 0));
        expect(Math.min(...apart), `${cron} in ${timezone}`).toBeGreaterThanOrEqual(21 * hour);
        expect(Math.max(...apart), `${cron} in ${timezone}`).toBeLessThanOrEqual(27 * hour);
        expect(Math.abs(times.length - (to - from - 2 * day) / day), `${cron} in ${timezone}`).toBeLessThanOrEqual(1);
      }
    }
  });
});

describe("the times after an instant", () => {
  it("go on where others stop: each is the first after the one before", () => {
    fc.assert(
      fc.property(fc.constantFrom(...changes), fc.constantFrom("30 1,2 * * *", "*/7 * * * *", "0 */3 * * *", "*/20 30 2 * * *", "0 0 * * MON"), fc.integer({ min: -day, max: day }), ({ zone, at }, cron, shift) => {
        const timing = { cron, timezone: zone };
        const all = nextTimes(timing, at + shift, 12);
        expect(all.every((time, index) => time > (all[index - 1] ?? at + shift))).toBe(true);
        expect(all.map((_, index) => nextTimes(timing, all[index - 1] ?? at + shift, 1)[0])).toEqual(all);
      }),
      { numRuns: 500 },
    );
  });
});
