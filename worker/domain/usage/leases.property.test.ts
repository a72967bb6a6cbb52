/**
 * Several isolates and one limiter, with every message late by some random time, against the
 * bucket that a single process would keep. Time is a queue of events: nothing is slept.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import { leaseMs, type Report } from "../../../durable-objects/limiter/contract.ts";
import { Ledger, lent } from "../../../durable-objects/limiter/ledger.ts";
import { type Meter, type Quota, usedAt } from "../../../durable-objects/limiter/meter.ts";
import { Leases } from "./leases.ts";

const begin = Date.UTC(2026, 10, 21, 12);

class World {
  now = begin;
  readonly #events: { at: number; run: () => void }[] = [];

  later(ms: number, run: () => void): () => void {
    const event = { at: this.now + ms, run };
    this.#events.push(event);
    return () => void this.#events.splice(this.#events.indexOf(event), this.#events.includes(event) ? 1 : 0);
  }

  async run(): Promise<void> {
    while (this.#events.length > 0) {
      const next = this.#events.reduce((first, event) => (event.at < first.at ? event : first));
      this.#events.splice(this.#events.indexOf(next), 1);
      this.now = next.at;
      next.run();
      // What follows from an event happens at its time.
      for (let tick = 0; tick < 20; tick++) await Promise.resolve();
    }
  }
}

interface Arrival {
  /** ms after the one before. */
  gap: number;
  isolate: number;
  /** So many at the same moment. */
  burst: number;
}

const longestWayMs = 100;

/** Plays arrivals through; every decision is held against the one bucket. */
async function play(quota: Quota & { limit: number; per: number }, isolates: number, arrivals: Arrival[], ways: number[]) {
  const world = new World();
  const ledger = new Ledger();
  let reference: Meter = { used: 0, at: begin };
  const level = () => quota.limit - usedAt(reference, quota, world.now);
  const seen = { lowest: quota.limit, highestRefused: -Infinity, admitted: 0, refused: 0, asked: 0, reports: 0 };
  const admit = () => {
    reference = { used: quota.limit - level() + 1, at: world.now };
    seen.lowest = Math.min(seen.lowest, level());
    seen.admitted++;
  };
  const refuse = () => {
    seen.highestRefused = Math.max(seen.highestRefused, level());
    seen.refused++;
  };
  let way = 0;
  const travel = () => ways[way++ % ways.length] ?? 0;
  const ask = (report: Report) =>
    new Promise<ReturnType<Ledger["settle"]> & { concurrent: null }>((resolve) => {
      seen.reports++;
      seen.asked += report.take.length;
      world.later(travel(), () => {
        const settled = ledger.settle(report, () => quota, world.now);
        if (report.take.length > 0) (settled.taken ? admit : refuse)();
        world.later(travel(), () => resolve({ ...settled, concurrent: null }));
      });
    });
  const leases = Array.from({ length: isolates }, () => new Leases({ ask, now: () => world.now, timer: (ms, callback) => world.later(ms, callback), warn: (_, error) => expect.unreachable(String(error)) }));
  let at = 0;
  for (const { gap, isolate, burst } of arrivals) {
    at += gap;
    for (let index = 0; index < burst; index++) {
      world.later(at, () => {
        const before = seen.asked;
        const admission = leases[isolate % isolates]?.admit("t", ["tenant"], () => {});
        // Whoever asks is decided on by the limiter; the others here, at once.
        if (seen.asked === before) void admission?.then(({ admitted }) => (admitted ? admit : refuse)());
      });
    }
  }
  await world.run();
  return seen;
}

const quotas = fc.record({ limit: fc.integer({ min: 1, max: 200 }), per: fc.constantFrom(1_000, 10_000, 60_000) });
const arrivals = fc.array(fc.record({ gap: fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 5_000 })), isolate: fc.nat(4), burst: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 60 })) }), { maxLength: 120 });
const ways = fc.array(fc.integer({ min: 0, max: longestWayMs }), { minLength: 1, maxLength: 7 });

it("no quota is passed by more than a tenth and two for each isolate, whatever comes when and however late messages are", async () => {
  await fc.assert(
    fc.asyncProperty(quotas, fc.integer({ min: 1, max: 5 }), arrivals, ways, async (quota, isolates, all, late) => {
      const { lowest } = await play(quota, isolates, all, late);
      expect(lowest).toBeGreaterThanOrEqual(-lent(quota) - 2 * isolates - 1e-6);
    }),
    { numRuns: 300 },
  );
});

it("nobody is refused who has more left than comes back while a report is late", async () => {
  await fc.assert(
    fc.asyncProperty(quotas, fc.integer({ min: 1, max: 5 }), arrivals, ways, async (quota, isolates, all, late) => {
      const { highestRefused } = await play(quota, isolates, all, late);
      expect(highestRefused).toBeLessThan(1 + ((leaseMs + 2 * longestWayMs) * quota.limit) / quota.per + 1e-6);
    }),
    { numRuns: 300 },
  );
});

it("most requests ask nobody", async () => {
  const steady = Array.from({ length: 2_000 }, (_, index) => ({ gap: 10, isolate: index % 3, burst: 1 }));
  const { admitted, refused, asked, reports } = await play({ limit: 60_000, per: 60_000 }, 3, steady, [5, 20]);
  expect([admitted, refused]).toEqual([2_000, 0]);
  // Each isolate waits for its first answer; after that it reports about once in a lease.
  expect(asked).toBeLessThan(15);
  expect(reports).toBeLessThan(150);
});
