/**
 * Days, weeks and months as somebody's clocks show them.
 * @module
 */
import { offsetAt, transitionsBetween } from "../../../durable-objects/scheduler/zone.ts";
import { dayMs, type Period, quarterMs } from "./segments.ts";

export type Interval = "day" | "week" | "month" | "none";

/** A day as if it were UTC, ms. */
export type Day = number;

export const dayOf = (text: string): Day => Date.parse(`${text}T00:00:00Z`);
export const dayAt = (zone: string, instant: number): Day => Math.floor((instant + offsetAt(zone, instant)) / dayMs) * dayMs;

/** A day begins when clocks first show it: not at midnight where they skip that. To a quarter of an hour, which all zones keep to since 1972. */
export function startOf(zone: string, day: Day): number {
  const shown = [...new Set([day - dayMs, day + dayMs].map((near) => day - offsetAt(zone, near)))].filter((at) => at + offsetAt(zone, at) === day);
  const skipped = transitionsBetween(zone, day - 2 * dayMs, day + 2 * dayMs).find(({ at, before, after }) => at + before <= day && day < at + after);
  return Math.round((shown.length > 0 ? Math.min(...shown) : (skipped?.at ?? day - offsetAt(zone, day))) / quarterMs) * quarterMs;
}

/** The day on which the interval after this day's begins; weeks begin on Mondays. */
export function nextOf(day: Day, interval: Exclude<Interval, "none">): Day {
  const date = new Date(day);
  if (interval === "day") return day + dayMs;
  if (interval === "week") return day + (7 - ((date.getUTCDay() + 6) % 7)) * dayMs;
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}

/** The days, weeks or months of a period, the first and the last as far as they are in it. */
export function intervalsOf(zone: string, { from, to }: Period, interval: Interval): Period[] {
  if (interval === "none") return [{ from, to }];
  const found: Period[] = [];
  let day = dayAt(zone, from);
  for (let begin = from; begin < to; ) {
    day = nextOf(day, interval);
    const end = Math.min(startOf(zone, day), to);
    if (end > begin) found.push({ from: begin, to: end });
    begin = Math.max(begin, end);
  }
  return found;
}
