/**
 * When something recurs: the days by the calendar, the time by the clock on the wall of its
 * zone, so that nine o'clock stays nine o'clock when the clocks change.
 *
 * Of our own, because rules come from tenants: the libraries look for the next day of a rule
 * that never comes true (the 30th of February) for seconds or for ever. This one looks at the
 * days of as many years as are asked for, and at none twice; a test holds it to `rrule`.
 * @module
 */
import { type Rule, untilMs } from "./rule-text.ts";
import { dayMs, instantOf, type Wall, wallOf } from "./wall-clock.ts";

/** A rule that gives nothing in as long never does, for us. */
export const horizonDays = 30 * 366;

interface Day {
  number: number;
  year: number;
  /** 1 to 12. */
  month: number;
  day: number;
  weekday: number;
}

function dayOf(number: number): Day {
  const date = new Date(number * dayMs);
  return { number, year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate(), weekday: (((number + 4) % 7) + 7) % 7 };
}

const numberOf = (year: number, month: number, day: number): number => Date.UTC(year, month - 1, day) / dayMs;

/** First and last day of the period that is `steps` after that of the start. */
function periodOf({ freq, weekStart }: Rule, start: Day, steps: number): [first: number, last: number] {
  switch (freq) {
    case "DAILY":
      return [start.number + steps, start.number + steps];
    case "WEEKLY": {
      const first = start.number - ((start.weekday - weekStart + 7) % 7) + steps * 7;
      return [first, first + 6];
    }
    case "MONTHLY":
      return [numberOf(start.year, start.month + steps, 1), numberOf(start.year, start.month + steps + 1, 1) - 1];
    case "YEARLY":
      return [numberOf(start.year + steps, 1, 1), numberOf(start.year + steps + 1, 1, 1) - 1];
  }
}

/** Its place among the same weekdays of the month or year, from the front and from behind. */
function isNth({ number, year, month, weekday }: Day, nth: number, ofYear: boolean): boolean {
  const [first, next] = ofYear ? [numberOf(year, 1, 1), numberOf(year + 1, 1, 1)] : [numberOf(year, month, 1), numberOf(year, month + 1, 1)];
  return dayOf(number).weekday === weekday && (nth > 0 ? Math.floor((number - first) / 7) + 1 === nth : -Math.floor((next - 1 - number) / 7) - 1 === nth);
}

function fits(rule: Rule, start: Day, day: Day): boolean {
  const { freq, byDay, byMonth, byMonthDay } = rule;
  if (byMonth.length > 0 ? !byMonth.includes(day.month) : freq === "YEARLY" && byDay.length + byMonthDay.length === 0 && day.month !== start.month) return false;
  const fromEnd = day.day - 1 - (numberOf(day.year, day.month + 1, 1) - numberOf(day.year, day.month, 1));
  if (byMonthDay.length > 0 && !byMonthDay.includes(day.day) && !byMonthDay.includes(fromEnd)) return false;
  if (byDay.length > 0) return byDay.some(({ weekday, nth }) => weekday === day.weekday && (nth === null || isNth(day, nth, freq === "YEARLY" && byMonth.length === 0)));
  if (freq === "WEEKLY") return day.weekday === start.weekday;
  return byMonthDay.length > 0 || freq === "DAILY" || day.day === start.day;
}

/** The days of one period, in order. */
function daysIn(rule: Rule, start: Day, [first, last]: [number, number]): number[] {
  const days: number[] = [];
  for (let number = first; number <= last; number++) if (fits(rule, start, dayOf(number))) days.push(number);
  if (rule.bySetPos.length === 0) return days;
  const chosen = rule.bySetPos.flatMap((position) => days.at(position > 0 ? position - 1 : position) ?? []);
  return [...new Set(chosen)].sort((a, b) => a - b);
}

const lengthOf = { DAILY: 1, WEEKLY: 7, MONTHLY: 28, YEARLY: 365 } as const;
const longest = { DAILY: 1, WEEKLY: 7, MONTHLY: 31, YEARLY: 366 } as const;

/** Days after the first, from `from` up to `to`; those in between are skipped without a look. */
function* daysAfter(rule: Rule, first: number, from: number, to: number): Generator<number> {
  const start = dayOf(first);
  const skipped = rule.count === null ? Math.max(0, Math.floor((from - first) / longest[rule.freq] / rule.interval) - 2) : 0;
  for (let round = skipped; first + (round * rule.interval - 1) * lengthOf[rule.freq] <= to; round++) {
    const period = periodOf(rule, start, round * rule.interval);
    if (period[0] > to) return;
    for (const day of daysIn(rule, start, period)) if (day > first && day <= to) yield day;
  }
}

export interface Series {
  rule: Rule;
  /** When the first of them is, ms. */
  anchor: number;
  timezone: string;
}

/**
 * When it recurs after the first, from `from` up to `to` (ms, both included), and how many of
 * the rule's COUNT are over by then.
 * @param most no more than these
 */
export function recurrences({ rule, anchor, timezone }: Series, from: number, to: number, most: number): { at: number; nth: number }[] {
  const wall = wallOf(anchor, timezone);
  const end = Math.min(to, endOf(rule, timezone));
  const dayAt = (ms: number): number => Math.floor(ms / dayMs);
  const found: { at: number; nth: number }[] = [];
  let nth = 0;
  for (const day of daysAfter(rule, wall.day, dayAt(from) - 1, Math.min(dayAt(end) + 1, wall.day + horizonDays + Math.max(0, dayAt(from) - wall.day)))) {
    if (rule.count !== null && ++nth >= rule.count) break;
    const at = instantOf({ day, time: wall.time }, timezone);
    if (at > end || found.length >= most) break;
    if (at >= from) found.push({ at, nth });
  }
  return found;
}

function endOf({ until }: Rule, timezone: string): number {
  const ms = until === null ? null : untilMs(until);
  if (ms === null || until === null) return Number.MAX_SAFE_INTEGER;
  return until.endsWith("Z") ? ms : instantOf({ day: Math.floor(ms / dayMs), time: ms % dayMs }, timezone) + (until.includes("T") ? 0 : 999);
}

/** The same wall time as many days later. */
export function daysLater(ms: number, days: number, timezone: string): number {
  const { day, time }: Wall = wallOf(ms, timezone);
  return instantOf({ day: day + days, time }, timezone);
}

export const daysBetween = (from: number, to: number, timezone: string): number => wallOf(to, timezone).day - wallOf(from, timezone).day;
