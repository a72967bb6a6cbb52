/**
 * Durations as people write them.
 * @module
 */
type Unit = "millisecond" | "second" | "minute" | "hour" | "day" | "week" | "month" | "year";

/** `"10 seconds"`, `"1 day"`, … or milliseconds. Months are 30 days, years 365. */
export type Duration = number | `${number} ${Unit | `${Unit}s`}`;

const unitMs: Record<Unit, number> = {
  millisecond: 1,
  second: 1_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
  month: 2_592_000_000,
  year: 31_536_000_000,
};

/**
 * Milliseconds of a duration.
 * @throws TypeError on anything else, saying what is accepted.
 * @example
 * ```ts
 * import { durationMs } from "everstep";
 * durationMs("2 days"); // 172800000
 * ```
 */
export function durationMs(duration: Duration | string): number {
  if (typeof duration === "number") {
    if (Number.isFinite(duration) && duration >= 0) return duration;
  } else {
    const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]+?)s?\s*$/i.exec(String(duration));
    const unit = match?.[2]?.toLowerCase();
    if (match && unit && unit in unitMs) return Math.round(Number(match[1]) * unitMs[unit as Unit]);
  }
  throw new TypeError(`${JSON.stringify(duration)} is not a duration: write milliseconds or a text such as "30 seconds", "2 hours", "1 day"`);
}
