/**
 * What a run is going to do: everything random of it, drawn from the seed beforehand.
 * @module
 */
import { type Kind, kinds } from "./kinds.ts";
import { Random } from "./random.ts";

export interface ChaosOptions {
  seed: number;
  kills: number;
  executions: number;
  /** Time that everything gets to end after the last restart, ms. */
  patienceMs: number;
}

export interface Planned {
  /** Idempotency-Key of its start. */
  key: string;
  kind: Kind;
  /** Between which kills it is started, from 0. */
  round: number;
  /** ms after the server's first answer in that round. */
  afterMs: number;
  pauseMs: number;
  /** What the harness sends, in this order. */
  events: readonly string[];
}

export interface Plan {
  executions: readonly Planned[];
  /** For each kill: ms after the server's first answer. */
  killAfterMs: readonly number[];
}

export function makePlan({ seed, kills, executions }: ChaosOptions): Plan {
  const random = new Random(seed);
  const total = kinds.reduce((sum, { share }) => sum + share, 0);
  const pick = (at: number): Kind => {
    let left = at * total;
    const found = kinds.find(({ share }) => (left -= share) < 0);
    if (!found) throw new Error("the kinds' shares do not add up");
    return found;
  };
  const killAfterMs = Array.from({ length: kills }, () => random.between(150, 2_200));
  const planned = Array.from({ length: executions }, (_, index): Planned => {
    // Evenly spread, so that even a short run meets every kind.
    const kind = pick((index + 0.5) / executions);
    const events = Array.from({ length: kind.events }, (_, event) => `event-${seed}-${index}-${event}-${random.between(0, 999_999)}`);
    const round = random.between(0, kills - 1);
    // A little beyond the kill too: those meet a closed door, or one that closes on them.
    const afterMs = random.between(0, Math.round((killAfterMs[round] ?? 0) * 1.02));
    return { key: `chaos-${seed}-${index}`, kind, round, afterMs, pauseMs: random.between(200, 3_000), events };
  });
  return { executions: planned, killAfterMs };
}
