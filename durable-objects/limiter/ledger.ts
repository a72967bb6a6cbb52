/**
 * Who has used how much, and who may go on with how much.
 *
 * Isolates report after the fact, so that requests wait for nobody. Invariants:
 * 1. What all isolates may let through unreported is at most a part of the quota (`lent`), and
 *    one each; what is wanted beyond is asked for, and given while there is any left. With one
 *    more that an isolate lets through while it asks, a quota is passed by at most `lent` and
 *    two for each isolate; that is owed, and made up for by waiting.
 * 2. Nothing counts twice, and what a report is late costs at most what would have come back
 *    meanwhile: who stays so much below the limit is never refused.
 * 3. What is taken (`take`) is counted before it is let through.
 * @module
 */
import { leaseMs, type Report, type Settled, type Share } from "./contract.ts";
import { hasRoom, type Meter, type Quota, resetIn, usedAt, waitFor } from "./meter.ts";

/** An isolate that does not report for so long is gone: its shares are free for others, ms. */
const patienceMs = 4 * leaseMs;
/** Part of a quota that isolates may let through before they report. */
export const lent = ({ limit, per }: Quota): number => (limit ?? 0) / (per === "month" ? 100 : 10);
/** As good as no limit, for one isolate within one lease. */
const unlimited = 1_000_000;

interface Holder {
  /** Of its latest report that has arrived. */
  number: number;
  until: number;
  /** What of it counts, by meter. */
  totals: Map<string, number>;
  /** What it may let through, by meter. */
  shares: Map<string, number>;
}

export interface Outcome extends Pick<Settled, "taken" | "shares"> {
  /** By how much meters went up, or down. */
  changes: Record<string, number>;
}

export class Ledger {
  readonly #meters = new Map<string, Meter>();
  readonly #holders = new Map<string, Holder>();

  meter(name: string): Meter | undefined {
    return this.#meters.get(name);
  }

  set(name: string, meter: Meter): void {
    this.#meters.set(name, meter);
  }

  settle({ holder: id, number, spent, take, watch }: Report, quotaOf: (name: string) => Quota, now: number): Outcome {
    const holder = this.#holder(id, now);
    const changes: Record<string, number> = {};
    const count = (name: string, amount: number) => {
      changes[name] = (changes[name] ?? 0) + amount;
      this.#meters.set(name, { used: Math.max(0, this.#used(name, quotaOf(name), now) + amount), at: now });
    };
    // An earlier report that comes late says nothing that a later one has not said.
    if (number > holder.number) {
      holder.number = number;
      for (const [name, [known, total]] of Object.entries(spent)) {
        count(name, total - (holder.totals.get(name) ?? known));
        holder.totals.set(name, total);
      }
    }
    const taken = take.length > 0 && take.every((name) => hasRoom(this.#used(name, quotaOf(name), now), quotaOf(name)));
    if (taken) for (const name of take) count(name, 1);
    const names = new Set([...Object.keys(spent), ...take, ...watch]);
    return { taken, changes, shares: Object.fromEntries([...names].map((name) => [name, this.#share(name, holder, quotaOf(name), now)])) };
  }

  #used(name: string, quota: Quota, now: number): number {
    const meter = this.#meters.get(name);
    return meter ? usedAt(meter, quota, now) : 0;
  }

  #share(name: string, holder: Holder, quota: Quota, now: number): Share {
    const used = this.#used(name, quota, now);
    const waitMs = waitFor(used, quota, now);
    const free = quota.limit === null ? unlimited : Math.min(quota.limit - used, lent(quota)) - this.#others(name, holder);
    const share = waitMs > 0 ? 0 : Math.max(1, Math.floor(free / 2));
    holder.shares.set(name, share);
    return { ...quota, used, share, waitMs, resetMs: resetIn(used, quota, now) };
  }

  /** What the other isolates may still let through. */
  #others(name: string, holder: Holder): number {
    let sum = 0;
    for (const other of this.#holders.values()) if (other !== holder) sum += other.shares.get(name) ?? 0;
    return sum;
  }

  #holder(id: string, now: number): Holder {
    for (const [other, { until }] of this.#holders) if (until <= now) this.#holders.delete(other);
    const holder = this.#holders.get(id) ?? { number: 0, until: 0, totals: new Map<string, number>(), shares: new Map<string, number>() };
    holder.until = now + patienceMs;
    this.#holders.set(id, holder);
    return holder;
  }
}
