/**
 * What a turn of tenant code has used, and what it may use.
 * @module
 */
import type { LimitExceeded } from "./limit-exceeded.ts";

/** Changes and reads accounts; not on the class, where who holds an account would find it. */
export interface Ledger {
  used(account: Account): Used;
  use(account: Account, ticks: number, ms: number): void;
  /** Counts as many ticks as used, if it were fewer. */
  close(account: Account, ticks: number): void;
  /** The event loop has turned. */
  yielded(account: Account): void;
  /** False when a timer is under way already that will call `yielded`. */
  beat(account: Account): boolean;
  end(account: Account, error: LimitExceeded): void;
}

// Given by the class's static block.
export let ledger: Ledger;

/**
 * What one turn of one execution has used. The figures are private: code that gets hold of an
 * account can read how it ended, and change nothing.
 */
export class Account {
  #ticks = 0;
  #sliceTicks = 0;
  #ms = 0;
  #sliceMs = 0;
  #beating = false;
  #exceeded: LimitExceeded | null = null;
  readonly #onExceeded: ((error: LimitExceeded) => void) | null;

  /** @param onExceeded called once, at the moment the account exceeds: the turn can end though code hangs */
  constructor(onExceeded: ((error: LimitExceeded) => void) | null = null) {
    this.#onExceeded = onExceeded;
  }

  get exceeded(): LimitExceeded | null {
    return this.#exceeded;
  }

  static {
    ledger = {
      used: (account) => ({ ticks: account.#ticks, sliceTicks: account.#sliceTicks, ms: account.#ms, sliceMs: account.#sliceMs, exceeded: account.#exceeded }),
      use(account, ticks, ms) {
        account.#ticks += ticks;
        account.#sliceTicks += ticks;
        account.#ms += ms;
        account.#sliceMs += ms;
      },
      close(account, ticks) {
        if (account.#ticks < ticks) account.#ticks = ticks;
      },
      yielded(account) {
        account.#sliceTicks = 0;
        account.#sliceMs = 0;
        account.#beating = false;
      },
      beat: (account) => !account.#beating && (account.#beating = true),
      end(account, error) {
        account.#exceeded = error;
        account.#onExceeded?.(error);
      },
    };
    // A new account is a new budget.
    Reflect.deleteProperty(this.prototype, "constructor");
  }
}

export interface Used {
  /** Calls and loop iterations so far. */
  ticks: number;
  /** Of these, since the event loop last turned. */
  sliceTicks: number;
  /** Busy ms so far; stays 0 where the clock stands still. */
  ms: number;
  /** Of these, since the event loop last turned. */
  sliceMs: number;
  exceeded: LimitExceeded | null;
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
