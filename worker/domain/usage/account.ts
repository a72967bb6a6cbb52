/**
 * What an isolate holds of one tenant's quotas: the shares it was told, what it has let
 * through of them, and the reports on their way. Figures alone: it asks nobody.
 * @module
 */
import { leaseMs, type Settled, type Share } from "../../../durable-objects/limiter/contract.ts";
import { resetIn, usedAt as usedBy } from "../../../durable-objects/limiter/meter.ts";

/** How a meter stands. */
export interface State {
  meter: string;
  /** Null: no limit. */
  limit: number | null;
  /** Window in ms, or a calendar month. */
  per: number | "month";
  used: number;
  /** ms until nothing counts as used any more. */
  resetMs: number;
}

interface Held {
  /** As last told; null: nothing was. */
  share: Share | null;
  /** When it was asked for. */
  at: number;
  /** Of the share, still to be let through. */
  left: number;
  refusedUntil: number;
  /** The `refusedUntil` that somebody was told. */
  toldUntil: number;
  /** Let through in all, and as far as the limiter is known to know. */
  total: number;
  known: number;
}

/** A report on its way. */
export interface Sent {
  number: number;
  at: number;
  spent: Record<string, readonly [known: number, total: number]>;
  take: readonly string[];
}

export class Account {
  /** Starts carried out at once, null: no limit; undefined: nobody has said. */
  concurrent: number | null | undefined = undefined;
  /** The limiter does not answer: it is not asked until then. */
  deafUntil = 0;
  /** A report that somebody sends beside their request is on its way until then, or lost. */
  askingUntil = 0;
  /** When the next report is due that waits for more to come along; 0: none. */
  dueAt = 0;
  usedAt = 0;
  readonly #held = new Map<string, Held>();
  readonly #flying = new Set<Sent>();
  #sent = 0;
  #applied = 0;

  refusal(meters: readonly string[], now: number): { refusedBy: string; retryMs: number; first: boolean } | null {
    for (const name of meters) {
      const until = this.#held.get(name)?.refusedUntil ?? 0;
      if (until > now) return { refusedBy: name, retryMs: until - now, first: this.refuses(name) };
    }
    return null;
  }

  /** True for the first that is refused since there was room. */
  refuses(name: string): boolean {
    const held = this.#held.get(name);
    if (!held || held.toldUntil === held.refusedUntil) return false;
    held.toldUntil = held.refusedUntil;
    return true;
  }

  /** Whether there is one left of each share; or one more on shares that are over, while nobody renews them. */
  within(meters: readonly string[], now: number): boolean {
    let over = false;
    for (const name of meters) {
      const held = this.#held.get(name);
      if (!held?.share || held.share.share < 1) return false;
      if (held.at + leaseMs <= now) over = true;
      else if (held.left < 1) return false;
    }
    return !over || this.askingUntil <= now;
  }

  spend(name: string, amount: number): void {
    const held = this.#held.get(name) ?? { share: null, at: 0, left: 0, refusedUntil: 0, toldUntil: 0, total: 0, known: 0 };
    held.total += amount;
    held.left -= amount;
    this.#held.set(name, held);
  }

  hasSpent(): boolean {
    for (const { total, known } of this.#held.values()) if (total !== known) return true;
    return false;
  }

  /** Whether a share is over, or nearly used up. */
  isLow(meters: readonly string[], now: number): boolean {
    return meters.some((name) => {
      const held = this.#held.get(name);
      return held?.share !== null && held?.share !== undefined && (held.at + leaseMs <= now || held.left < held.share.share / 4);
    });
  }

  /** @param at shares count from then on: the limiter sees the report no earlier */
  send(take: readonly string[], at: number): Sent {
    const spent: Sent["spent"] = {};
    for (const [name, { total, known }] of this.#held) if (total !== known) spent[name] = [known, total];
    const sent = { number: ++this.#sent, at, spent, take };
    this.#flying.add(sent);
    return sent;
  }

  /** With or without an answer. */
  landed(sent: Sent): void {
    this.#flying.delete(sent);
  }

  apply({ shares, concurrent }: Settled, sent: Sent): void {
    this.landed(sent);
    // The answers of earlier reports know less.
    if (sent.number < this.#applied) return;
    this.#applied = sent.number;
    this.concurrent = concurrent;
    for (const [name, share] of Object.entries(shares)) {
      const { total = 0, known = 0, toldUntil = 0 } = this.#held.get(name) ?? {};
      const reported = sent.spent[name]?.[1] ?? known;
      const taking = [...this.#flying].filter(({ take }) => take.includes(name)).length;
      this.#held.set(name, { share, at: sent.at, left: share.share - (total - reported) - taking, refusedUntil: share.waitMs > 0 ? sent.at + share.waitMs : 0, toldUntil, total, known: reported });
    }
  }

  /** How a meter stands, what was let through since included; null when nobody has said. */
  state(meter: string, now: number): State | null {
    const held = this.#held.get(meter);
    if (!held?.share) return null;
    const { limit, per, used, resetMs } = held.share;
    const sofar = Math.max(0, usedBy({ used, at: held.at }, { limit, per }, now) + held.total - held.known);
    return { meter, limit, per, used: sofar, resetMs: per === "month" ? Math.max(0, resetMs - (now - held.at)) : resetIn(sofar, { limit, per }, now) };
  }
}

export function statesOf(account: Account, meters: readonly string[], now: number): State[] {
  return meters.flatMap((name) => account.state(name, now) ?? []);
}
