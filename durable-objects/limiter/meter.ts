/**
 * How much of something has been used, and when more of it may be.
 *
 * A quota over a window is a token bucket: all of it may be used at once, and what was used
 * comes back evenly over the window. A quota over a month begins anew with each month (UTC).
 * @module
 */
export interface Quota {
  /** Null: no limit; it is counted all the same. */
  limit: number | null;
  /** Window in ms, or a calendar month. */
  per: number | "month";
}

export interface Meter {
  used: number;
  /** When that was so, ms since the epoch. */
  at: number;
}

/** `2026-11` */
export const monthOf = (now: number): string => new Date(now).toISOString().slice(0, 7);

export function nextMonth(now: number): number {
  const date = new Date(now);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
}

/** What of a meter still counts. */
export function usedAt({ used, at }: Meter, { limit, per }: Quota, now: number): number {
  if (per === "month") return monthOf(at) === monthOf(now) ? used : 0;
  if (limit === null) return 0;
  return Math.max(0, used - (Math.max(0, now - at) * limit) / per);
}

/** Rounding of fractions must not cost anybody the last one. */
const epsilon = 1e-6;

export function hasRoom(used: number, { limit }: Quota): boolean {
  return limit === null || limit - used >= 1 - epsilon;
}

/** How long until one more may be used, ms; 0: at once. */
export function waitFor(used: number, quota: Quota, now: number): number {
  if (hasRoom(used, quota)) return 0;
  if (quota.per === "month") return nextMonth(now) - now;
  const { limit, per } = quota;
  // Of nothing there is never one: asked again after a whole window.
  return limit === null || limit < 1 ? per : Math.ceil(((used - limit + 1) * per) / limit);
}

/** How long until all of it may be used again, ms. */
export function resetIn(used: number, { limit, per }: Quota, now: number): number {
  if (per === "month") return nextMonth(now) - now;
  return limit === null || limit === 0 ? 0 : Math.ceil((used * per) / limit);
}
