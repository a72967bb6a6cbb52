/**
 * What a run over records is going to do: everything random of it, drawn from the seed beforehand.
 * @module
 */
import { Random } from "../random.ts";

/** What one workflow does, in this order; `lead` is the place of a lead that all share. */
export type Op =
  | { op: "lead"; word: string; source: "website" | "referral"; tags: string[]; assign: boolean; convert: "no" | "contact" | "deal"; fail: number }
  | { op: "score"; lead: number; by: number }
  | { op: "tags"; lead: number; tags: string[] }
  | { op: "tickets"; words: string[]; fail: number }
  | { op: "deal"; word: string; moves: string[]; fail: number }
  | { op: "papers"; lead: number; notes: number; tasks: number; activities: number; fail: number }
  | { op: "parallel"; lead: number; value: string; tag: string }
  | { op: "variable"; name: string; value: string }
  | { op: "gone"; word: string }
  | { op: "event" }
  | { op: "child"; ops: Op[] };

/** What a client of the interface does beside the workflows. */
export type Call = { kind: "lead"; word: string; source: "website" | "referral" } | { kind: "ticket" | "deal"; word: string } | { kind: "note"; lead: number } | { kind: "score"; lead: number; by: number };

interface Timed {
  n: number;
  /** Between which kills it begins, from 0. */
  round: number;
  /** ms after the server's first answer in that round. */
  afterMs: number;
}
export type Start = Timed & { by: "api" | "event"; ops: Op[] };
export type Calling = Timed & { call: Call };

export interface CrmOptions {
  seed: number;
  kills: number;
  /** Workflows that are started, and as many calls of clients. */
  items: number;
  patienceMs: number;
  /** Has the platform forget what was done, to see whether the run would notice. */
  fault?: "forget" | undefined;
}

export interface CrmPlan {
  starts: Start[];
  calls: Calling[];
  /** For each kill: ms after the server's first answer. */
  killAfterMs: number[];
}

export const sharedLeads = 5;
/** Those that a tenant's first deal makes: the deal begins in the first. */
export const stages = ["Qualification", "Proposal", "Negotiation", "Won", "Lost"] as const;
const tagNames = ["amber", "blue", "coral", "denim", "ebony", "flax", "green"];

export function makeCrmPlan({ seed, kills, items }: Omit<CrmOptions, "patienceMs">): CrmPlan {
  const draw = new Drawing(seed);
  const killAfterMs = Array.from({ length: kills }, () => draw.between(600, 4_500));
  const timed = (n: number): Timed => {
    const round = draw.between(0, kills - 1);
    // A little beyond the kill too: those meet a closed door, or one that closes on them.
    return { n, round, afterMs: draw.between(0, Math.round((killAfterMs[round] ?? 0) * 1.02)) };
  };
  const starts = Array.from({ length: items }, (_, n): Start => ({ ...timed(n), by: n % 3 === 0 ? "event" : "api", ops: draw.ops(n, 2) }));
  return { starts, calls: Array.from({ length: items }, (_, n): Calling => ({ ...timed(n), call: draw.call(n) })), killAfterMs };
}

class Drawing extends Random {
  #words = 0;

  ops(n: number, depth: number): Op[] {
    // Evenly spread, so that even a short run meets every kind.
    const kinds = depth > 1 ? 11 : 9;
    return Array.from({ length: this.between(2, 4) }, (_, at) => this.#op((n * 3 + at * 4) % kinds, depth));
  }

  call(n: number): Call {
    const lead = this.#lead();
    const kinds: Call[] = [{ kind: "lead", word: this.#word(), source: this.#source() }, { kind: "score", lead, by: this.between(1, 3) }, { kind: "ticket", word: this.#word() }, { kind: "note", lead }, { kind: "deal", word: this.#word() }, { kind: "score", lead, by: 1 }];
    return kinds[n % kinds.length] as Call;
  }

  #op(kind: number, depth: number): Op {
    const [lead, fail] = [this.#lead(), this.between(0, 2)];
    if (kind === 0) return { op: "lead", word: this.#word(), ...this.#owned(), tags: this.#tags(), convert: (["no", "contact", "deal"] as const)[this.between(0, 2)] ?? "no", fail };
    if (kind === 1) return { op: "tickets", words: Array.from({ length: this.between(1, 3) }, () => this.#word()), fail };
    if (kind === 2) return { op: "score", lead, by: this.between(1, 3) };
    if (kind === 3) return { op: "deal", word: this.#word(), moves: this.#moves(), fail };
    if (kind === 4) return { op: "papers", lead, notes: this.between(1, 3), tasks: this.between(0, 2), activities: this.between(0, 2), fail: fail + 1 };
    if (kind === 5) return { op: "parallel", lead, value: this.#word(), tag: this.#tags()[0] ?? "green" };
    if (kind === 6) return { op: "tags", lead, tags: this.#tags() };
    if (kind === 7) return { op: "variable", name: `chaos_${this.between(0, 3)}`, value: this.#word() };
    if (kind === 8) return depth % 2 === 0 ? { op: "gone", word: this.#word() } : { op: "event" };
    return kind === 9 ? { op: "event" } : { op: "child", ops: this.ops(this.between(0, 40), depth - 1) };
  }

  /** Referrals are given to somebody by the workflow that hears of them. */
  #owned(): { source: "website" | "referral"; assign: boolean } {
    const source = this.#source();
    return { source, assign: source === "website" };
  }

  #source = (): "website" | "referral" => (this.between(0, 1) === 0 ? "website" : "referral");
  #lead = (): number => this.between(0, sharedLeads - 1);
  /** No word begins with another. */
  #word = (): string => `qx${String(this.#words++).padStart(6, "0")}`;

  #tags(): string[] {
    const from = this.between(0, tagNames.length - 1);
    return tagNames.slice(from, from + this.between(1, 3));
  }

  #moves(): string[] {
    const moves: string[] = [];
    for (let left = this.between(0, 4); left > 0; left--) {
      const next = stages.filter((name) => name !== (moves.at(-1) ?? stages[0]));
      moves.push(next[this.between(0, next.length - 1)] ?? "Won");
    }
    return moves;
  }
}
