import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Answer, disabledAfter, type Health, longestPause, pauseAsked, schedule, settle } from "./settle.ts";

const fresh: Health = { consecutive_failures: 0, failing_since: null, throttled_until: null };
const answered = (status: number | null, retryAfter: string | null = null): Answer => ({ status, retryAfter, error: status === null ? "no answer" : null });
const now = Date.UTC(2026, 10, 21);
const [second, minute, hour] = [1_000, 60_000, 3_600_000];

describe("an attempt that is answered with 2xx", () => {
  it("delivers, and the subscription is well again", () => {
    const ill: Health = { consecutive_failures: 7, failing_since: now - hour, throttled_until: now - 1 };
    expect(settle(3, ill, answered(204), now, 0.5)).toEqual({ status: "delivered", tries: 4, nextAttemptAt: now, error: null, health: fresh, disable: null });
  });
});

describe("an attempt that fails", () => {
  it("is made again by the schedule of Standard Webhooks, and given up after three days", () => {
    const pauses: number[] = [];
    let [tries, health, at] = [0, fresh, now];
    for (;;) {
      const next = settle(tries, health, answered(500), at, 0);
      if (next.status !== "pending") {
        expect([next.status, next.tries, next.disable]).toEqual(["failed", schedule.length, null]);
        break;
      }
      pauses.push(next.nextAttemptAt - at);
      [tries, health, at] = [next.tries, next.health, next.nextAttemptAt];
    }
    expect(pauses).toEqual([5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour]);
    expect(health).toMatchObject({ consecutive_failures: 9, failing_since: now });
  });

  it("is every other answer, redirects included, and none at all", () => {
    for (const status of [100, 199, 300, 301, 304, 400, 401, 404, 500, 599, null]) expect(settle(0, fresh, answered(status), now, 0), String(status)).toMatchObject({ status: "pending", disable: null });
    expect(settle(0, fresh, answered(302), now, 0).error).toContain("redirects are not followed");
  });

  it("waits as long as the receiver asks for, in seconds or as a date, a day at most, and never less than the schedule", () => {
    const next = (header: string) => settle(0, fresh, answered(503, header), now, 0).nextAttemptAt - now;
    expect([next("120"), next(new Date(now + 90_000).toUTCString()), next("1"), next("99999999"), next("soon"), next(new Date(now - hour).toUTCString())]).toEqual([120_000, 90_000, 5_000, longestPause, 5_000, 5_000]);
  });

  it("with 429, 502, 504 or a time to wait has the whole subscription rest, longer while it goes on", () => {
    const rest = (status: number, failures: number, header: string | null = null) => (settle(0, { ...fresh, consecutive_failures: failures }, answered(status, header), now, 0).health.throttled_until ?? now) - now;
    expect([rest(429, 0), rest(502, 1), rest(504, 3), rest(429, 40)]).toEqual([30 * second, minute, 4 * minute, hour]);
    expect([rest(429, 0, "7"), rest(503, 0, "7"), rest(503, 0), rest(500, 0, "7")]).toEqual([7 * second, 7 * second, 0, 0]);
  });

  it("with 410 switches the subscription off", () => {
    expect(settle(0, fresh, answered(410), now, 0)).toMatchObject({ status: "failed", disable: expect.stringContaining("410") });
  });

  it("switches it off after five days without a success, and not before", () => {
    const since = (ms: number) => settle(2, { consecutive_failures: 30, failing_since: now - ms, throttled_until: null }, answered(500), now, 0);
    expect(since(disabledAfter - 1)).toMatchObject({ status: "pending", disable: null });
    expect(since(disabledAfter)).toMatchObject({ status: "failed", disable: expect.stringContaining("five days") });
  });
});

const anyAnswer = fc.record({ status: fc.option(fc.integer({ min: 100, max: 599 })), retryAfter: fc.option(fc.oneof(fc.string(), fc.nat().map(String), fc.integer({ min: -1e9, max: 1e12 }).map((ms) => new Date(ms).toUTCString()))), error: fc.option(fc.string()) });
const anyHealth = fc.record({ consecutive_failures: fc.nat(1000), failing_since: fc.option(fc.integer({ min: now - 10 * 24 * hour, max: now })), throttled_until: fc.option(fc.integer({ min: now - hour, max: now + 24 * hour })) });
const anyRandom = fc.double({ min: 0, max: 1, noNaN: true });

describe("whatever comes", () => {
  it("an attempt counts, and what is pending has a time within a day and its jitter, not before the schedule's", () => {
    fc.assert(
      fc.property(fc.nat(9), anyHealth, anyAnswer, anyRandom, (tries, health, answer, random) => {
        const next = settle(tries, health, answer, now, random);
        expect(next.tries).toBe(tries + 1);
        if (next.status === "pending") {
          const least = Math.max(schedule[tries + 1] ?? Infinity, pauseAsked(answer.retryAfter, now) ?? 0);
          expect(next.nextAttemptAt - now).toBeGreaterThanOrEqual(least);
          expect(next.nextAttemptAt - now).toBeLessThanOrEqual(longestPause * 1.2);
          expect(next.tries).toBeLessThan(schedule.length);
        }
        expect(next.status === "delivered").toBe(answer.status !== null && answer.status >= 200 && answer.status < 300);
        expect((next.error === null) === (next.status === "delivered")).toBe(true);
      }),
    );
  });

  it("a delivery ends after ten attempts at most", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyAnswer, anyRandom), { minLength: 10, maxLength: 10 }), (answers) => {
        let [tries, health, at] = [0, fresh, now];
        for (const [answer, random] of answers) {
          const next = settle(tries, health, answer, at, random);
          if (next.status !== "pending") {
            expect(at - now).toBeLessThanOrEqual(9 * longestPause * 1.2);
            return;
          }
          [tries, health, at] = [next.tries, next.health, next.nextAttemptAt];
        }
        expect.fail("still pending after ten attempts");
      }),
    );
  });

  it("a rest is no longer than a day, and never cut short by another failure", () => {
    fc.assert(
      fc.property(anyHealth, anyAnswer, anyRandom, (health, answer, random) => {
        const { throttled_until: until } = settle(0, health, answer, now, random).health;
        if (answer.status !== null && answer.status < 300 && answer.status >= 200) expect(until).toBeNull();
        else expect(until ?? 0).toBeGreaterThanOrEqual(health.throttled_until ?? 0);
        expect((until ?? now) - now).toBeLessThanOrEqual(longestPause);
      }),
    );
  });
});
