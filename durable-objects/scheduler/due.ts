/**
 * Which runs of a schedule are to start now, and when it is due next. Pure.
 * @module
 */
import type { MissedPolicy } from "../../sdk/schema/schedule.ts";
import { nextTime, timesAfter, timesBetween, type Timing } from "./times.ts";

/** A run that is later than this was missed: nothing could run at its time, ms. */
export const missedAfterMs = 60_000;
/** Missed runs are counted up to this. */
export const mostCounted = 1_000;

export interface Due {
  /** Times to run now, in order. */
  runs: number[];
  /** How many were left out. */
  missed: number;
  next: number | null;
}

/** @param nextAt when it is, or was, due next */
export function dueRuns(timing: Timing, missed: MissedPolicy, nextAt: number, now: number): Due {
  const late = now - missedAfterMs;
  const recent = timesBetween(timing, Math.max(nextAt, late), now, mostCounted);
  const next = nextTime(timing, now);
  if (nextAt >= late) return { runs: recent, missed: 0, next };
  const count = timesBetween(timing, nextAt, late - 1, mostCounted).length;
  // A run that is on time makes good for the one that was missed last.
  const wanted = missed === "skip" || (missed === "last" && recent.length > 0) ? 0 : missed === "last" ? 1 : missed.all;
  const made = lastTimes(timing, nextAt, late - 1, Math.min(wanted, count));
  return { runs: [...made, ...recent], missed: count - made.length, next };
}

/** The last times of a range: looked for in a part of it that grows until it holds enough. */
function lastTimes(timing: Timing, from: number, to: number, wanted: number): number[] {
  if (wanted === 0) return [];
  for (let length = 60_000; ; length *= 8) {
    const start = Math.max(from, to - length);
    const times: number[] = [];
    for (const time of timesAfter(timing, start - 1)) {
      if (time > to) break;
      if (times.push(time) > wanted) times.shift();
    }
    if (times.length === wanted || start === from) return times;
  }
}

const soonestMs = 5_000;
const latestMs = 600_000;

/** How long to wait before a run that could not start is tried again. */
export function retryAfter(attempts: number): number {
  return Math.min(latestMs, soonestMs * 2 ** Math.min(attempts, 20));
}

/** How long to wait before it is asked whether the run before has ended. */
export function pollAfter(attempts: number): number {
  return Math.min(30_000, 1_000 * 2 ** Math.min(attempts, 20));
}
