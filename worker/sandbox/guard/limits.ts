/**
 * What a turn of tenant code has used, and what it may use.
 * @module
 */
import type { LimitExceeded } from "./limit-exceeded.ts";

/**
 * What one turn of one execution has used. The figures are private to the guard: who gets
 * hold of an account can read how it ended, and change nothing.
 */
export class Account {
  /** Calls and loop iterations so far. */
  #ticks = 0;
  /** Of these, since the event loop last turned. */
  #sliceTicks = 0;
  /** Busy ms so far; stays 0 where the clock stands still. */
  #ms = 0;
  /** Of these, since the event loop last turned. */
  #sliceMs = 0;
  #exceeded: LimitExceeded | null = null;
  /** A timer is under way that will call `yielded`. */
  #beating = false;
  readonly #onExceeded: ((error: LimitExceeded) => void) | null;

  /** @param onExceeded called once, at the moment the account exceeds: the turn can end though code hangs */
  constructor(onExceeded: ((error: LimitExceeded) => void) | null = null) {
    this.#onExceeded = onExceeded;
  }

  get exceeded(): LimitExceeded | null {
    return this.#exceeded;
  }

  // Static, so that reading the figures takes the class and not only an account.
  static used(account: Account): Used {
    return { ticks: account.#ticks, sliceTicks: account.#sliceTicks, ms: account.#ms, sliceMs: account.#sliceMs };
  }

  static use(account: Account, ticks: number, ms: number): void {
    account.#ticks += ticks;
    account.#sliceTicks += ticks;
    account.#ms += ms;
    account.#sliceMs += ms;
  }

  /** The event loop has turned. */
  static yielded(account: Account): void {
    account.#sliceTicks = 0;
    account.#sliceMs = 0;
    account.#beating = false;
  }

  /** False when a beat is under way already. */
  static beat(account: Account): boolean {
    if (account.#beating) return false;
    return (account.#beating = true);
  }

  static ended(account: Account): LimitExceeded | null {
    return account.#exceeded;
  }

  static end(account: Account, error: LimitExceeded): void {
    account.#exceeded = error;
    account.#onExceeded?.(error);
  }
}

export interface Used {
  ticks: number;
  sliceTicks: number;
  ms: number;
  sliceMs: number;
}

export interface Limits {
  /** Ticks without giving way to the event loop. */
  sliceTicks: number;
  /** Ticks of a whole turn. */
  turnTicks: number;
  /** Busy ms without giving way to the event loop. */
  sliceMs: number;
  /** Busy ms of a whole turn. */
  turnMs: number;
  /** Bytes that the isolate may hold. */
  heapBytes: number;
  /** Bytes of one string or one buffer. */
  singleBytes: number;
  /** Bytes asked for between two looks at the heap. */
  burstBytes: number;
}

export const MiB: number = 1024 * 1024;

/**
 * Measured in workerd on a 2-core machine: a tick costs 1.5 to 3.5 ns, so an endless empty
 * loop ends after 2 to 4 s; loops that do something, and loops of awaits, end by the clock.
 * `turnMs` is what production grants a turn (`limits.cpuMs`).
 */
export const defaultLimits: Limits = {
  sliceTicks: 1_000_000_000,
  turnTicks: 10_000_000_000,
  sliceMs: 5_000,
  turnMs: 30_000,
  heapBytes: 256 * MiB,
  singleBytes: 64 * MiB,
  burstBytes: 128 * MiB,
};

/** For messages. */
export function mib(bytes: number): string {
  return `${(bytes / MiB) | 0} MiB`;
}
