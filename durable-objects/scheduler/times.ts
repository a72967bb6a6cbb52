/**
 * The times of a schedule. Pure: cron expression, timezone and policy in, instants out.
 *
 * Invariants, shown for every change of the clock in times.property.test.ts
 * 1. Times come in order, each once.
 * 2. An expression that names hours has each of its wall times exactly once: where the clock
 *    leaves it out, right after the gap; where it comes twice, the first time (or as `dst` says).
 * 3. One of every hour follows the time that passes: what the clock leaves out is not there,
 *    what comes twice comes twice.
 * @module
 */
import { defaultDst, type DstPolicy } from "../../sdk/schema/schedule.ts";
import { parseCron, type Pattern } from "./cron.ts";
import { isZone, offsetAt, type Span, spansFrom } from "./zone.ts";

export interface Timing {
  cron: string;
  timezone: string;
  dst?: DstPolicy | undefined;
}

/** What is wrong with a schedule; null: nothing. */
export function faultIn({ cron, timezone }: Timing, now: number): string | null {
  if (!isZone(timezone)) return `there is no timezone ${JSON.stringify(timezone)}: write one of the IANA database, such as "Europe/Madrid"`;
  try {
    return parseCron(cron).next(now) === null ? `${JSON.stringify(cron)} never comes` : null;
  } catch (error) {
    return `${JSON.stringify(cron)} is no cron expression: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/**
 * Every time after an instant, ms since the epoch; take as many as are wanted.
 * @throws Error for an expression or a timezone that {@link faultIn} has something against
 */
export function* timesAfter({ cron, timezone, dst = defaultDst }: Timing, after: number): Generator<number> {
  const pattern = parseCron(cron);
  let last = after;
  for (const span of spansFrom(timezone, after)) {
    // Nothing will ever come, or not in this span: the next match says which.
    const first = pattern.next(span.start + span.offset - 1_000);
    if (first === null && pattern.next((span.wallBefore ?? span.start + span.offset) - 1_000) === null) return;
    for (const time of timesIn(span, pattern, dst, last)) {
      if (time <= last) continue;
      yield time;
      last = time;
    }
  }
}

function* timesIn(span: Span, pattern: Pattern, { skipped, repeated }: DstPolicy, after: number): Generator<number> {
  const { start, end, offset, wallBefore, wallAfter } = span;
  let from = start + offset;
  let to = end + offset;
  if (pattern.fixed && wallBefore !== null) {
    // The clock went from `wallBefore` to `from`.
    if (wallBefore < from && skipped === "after" && (pattern.next(wallBefore - 1_000) ?? from) < from) yield start;
    if (wallBefore > from && repeated === "first") from = wallBefore;
  }
  if (pattern.fixed && wallAfter !== null && wallAfter < to && repeated === "second") to = wallAfter;
  let wall = Math.max(from - 1_000, Math.floor((after + offset) / 1_000) * 1_000);
  for (;;) {
    const next = pattern.next(wall);
    if (next === null || next >= to) return;
    yield next - offset;
    wall = next;
  }
}

/** The next `count` times after an instant. */
export function nextTimes(timing: Timing, after: number, count: number): number[] {
  const times: number[] = [];
  if (count > 0) for (const time of timesAfter(timing, after)) if (times.push(time) >= count) break;
  return times;
}

export function nextTime(timing: Timing, after: number): number | null {
  return nextTimes(timing, after, 1)[0] ?? null;
}

/** The times of a range, both ends included, the first `most` of them. */
export function timesBetween(timing: Timing, from: number, to: number, most: number): number[] {
  const times: number[] = [];
  for (const time of timesAfter(timing, from - 1)) {
    if (time > to || times.length >= most) break;
    times.push(time);
  }
  return times;
}

/** Wall date, time and offset of an instant, as ISO 8601 has it. */
export function localTime(timezone: string, instant: number): string {
  const offset = offsetAt(timezone, instant);
  const minutes = Math.round(Math.abs(offset) / 60_000);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${new Date(instant + offset).toISOString().slice(0, 19)}${offset < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
