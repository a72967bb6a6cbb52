/**
 * What becomes of a delivery after an attempt: a pure function of what was, what the receiver
 * answered, and the time.
 *
 * Invariants
 * 1. An attempt counts: after the last of the schedule a delivery is delivered or failed.
 * 2. The next attempt is never before the schedule's time, nor before what the receiver asked
 *    for, nor later than a day (and its jitter).
 * 3. A subscription is switched off only by 410, or when nothing has gone well for five days.
 * @module
 */
const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** Before each attempt, after the one before it: three days in all, as Standard Webhooks suggests. */
export const schedule: readonly number[] = [0, 5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour];
/** So that what failed together does not come back together. */
const jitter = 0.2;
export const longestPause = 24 * hour;
export const disabledAfter = 5 * 24 * hour;
/** How long a subscription rests that asks for it without saying how long; doubled while it goes on. */
const [firstRest, longestRest] = [30 * second, hour];
const busy: readonly number[] = [429, 502, 504];

export interface Health {
  consecutive_failures: number;
  /** ms since the epoch; null: the last attempt went well. */
  failing_since: number | null;
  throttled_until: number | null;
}

/** What an attempt came to. `status` is null when there was no answer; then `error` says why. */
export interface Answer {
  status: number | null;
  /** The header, as it came. */
  retryAfter: string | null;
  error: string | null;
}

export interface Settled {
  status: "pending" | "delivered" | "failed";
  tries: number;
  /** When it is tried again; the time of the attempt when it is not. */
  nextAttemptAt: number;
  /** Why it is not delivered (yet). */
  error: string | null;
  health: Health;
  /** Why the subscription is to be switched off. */
  disable: string | null;
}

/** @param random from 0 to 1 */
export function settle(tries: number, health: Health, answer: Answer, now: number, random: number): Settled {
  const { status } = answer;
  const done = { tries: tries + 1, nextAttemptAt: now };
  if (status !== null && status >= 200 && status < 300) {
    return { ...done, status: "delivered", error: null, disable: null, health: { consecutive_failures: 0, failing_since: null, throttled_until: null } };
  }
  const error = answer.error ?? `the receiver answered ${status ?? "nothing"}${status !== null && status >= 300 && status < 400 ? ": redirects are not followed" : ""}`;
  const since = health.failing_since ?? now;
  const asked = pauseAsked(answer.retryAfter, now);
  const failures = health.consecutive_failures + 1;
  const next: Health = { consecutive_failures: failures, failing_since: since, throttled_until: restUntil(status, asked, failures, health, now) };
  if (status === 410) return { ...done, status: "failed", error, health: next, disable: "the receiver answered 410 Gone: it wants no more" };
  const disable = now - since >= disabledAfter ? `nothing was delivered for five days: ${error}` : null;
  const pause = schedule[tries + 1];
  if (pause === undefined || disable !== null) return { ...done, status: "failed", error, health: next, disable };
  return { ...done, status: "pending", nextAttemptAt: now + Math.max(Math.ceil(pause * (1 + jitter * random)), asked ?? 0), error, health: next, disable };
}

/** The whole subscription rests, not only this delivery. */
function restUntil(status: number | null, asked: number | null, failures: number, health: Health, now: number): number | null {
  if (status === null || !(busy.includes(status) || (status === 503 && asked !== null))) return health.throttled_until;
  const rest = asked ?? Math.min(longestRest, firstRest * 2 ** Math.min(failures - 1, 10));
  return Math.max(now + rest, health.throttled_until ?? 0);
}

/** `Retry-After` in seconds or as a date, in ms from now; null when it says nothing, a day at most. */
export function pauseAsked(header: string | null, now: number): number | null {
  const text = header?.trim() ?? "";
  if (text === "") return null;
  const pause = /^\d{1,9}$/.test(text) ? Number(text) * second : Date.parse(text) - now;
  return Number.isNaN(pause) ? null : Math.min(Math.max(pause, 0), longestPause);
}
