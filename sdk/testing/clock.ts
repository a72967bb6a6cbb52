/**
 * Time that stands still until a test moves it.
 *
 * Invariants
 * 1. Timers fire in order of their due time, then in the order they were set.
 * 2. A timer that again and again does nothing but set itself (a periodic flush) no longer
 *    decides where time stops: it fires along with the others, so that a year passes in few
 *    steps.
 * 3. Callbacks run in the async context they were set in, as with real timers.
 * @module
 */
import { AsyncResource } from "node:async_hooks";
import type { Clock } from "../runtime/ports.ts";

interface Timer {
  due: number;
  ms: number;
  order: number;
  callback: () => void;
  /** How often in a row it has done nothing but set itself with the same delay. */
  chain: number;
}

/** Length of a chain that shows a timer to be idle. */
const idleChain = 10;

const immediate = setImmediate;
const later = setTimeout;

/** All that was ready to run has run: promises, then what the event loop had waiting. */
export const macrotask = (): Promise<void> => new Promise((resolve) => void immediate(resolve));

/** Real time; for steps that do real input or output. */
export const realDelay = (ms: number): Promise<void> => new Promise((resolve) => void later(resolve, ms));

/** Polls without anything happening in between, before they slow down. */
const quickPolls = 200;

export class VirtualClock {
  #now: number;
  #order = 0;
  readonly #timers = new Set<Timer>();
  #firing: Timer | null = null;
  /** Set again by the timer that fired last. */
  #chained: Timer[] = [];
  /** Called when a timer is set, unless another one does so as it fires: it may be idle. */
  onActivity: () => void = () => {};

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  /** Calls back once time has moved on by `ms`; returns a cancel. */
  timer(ms: number, callback: () => void): () => void {
    const again = this.#firing?.ms === ms;
    const timer: Timer = { due: this.#now + Math.max(0, ms), ms, order: this.#order++, callback: AsyncResource.bind(callback), chain: again ? (this.#firing?.chain ?? 0) + 1 : 0 };
    this.#timers.add(timer);
    if (again) this.#chained.push(timer);
    if (this.#firing === null) this.onActivity();
    return () => void this.#timers.delete(timer);
  }

  /** When the next timer is due that is worth stopping for. */
  nextDue(): number | null {
    let due: number | null = null;
    for (const timer of this.#timers) if (timer.chain < idleChain && (due === null || timer.due < due)) due = timer.due;
    return due;
  }

  /** Moves forward, never back. Fires nothing. */
  moveTo(at: number): void {
    this.#now = Math.max(this.#now, at);
  }

  /** Fires the earliest timer that is due and says whether it may be an idle one; null when there is none. */
  fireNext(): { idle: boolean } | null {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.due <= this.#now && (!next || timer.due < next.due || (timer.due === next.due && timer.order < next.order))) next = timer;
    }
    if (!next) return null;
    this.#timers.delete(next);
    this.#chained = [];
    this.#firing = next;
    try {
      next.callback();
    } finally {
      this.#firing = null;
    }
    return { idle: next.chain > 0 };
  }

  /** The timer that fired last has done something: it is no idle one. */
  fruitful(): void {
    for (const timer of this.#chained) timer.chain = 0;
  }
}

/** One turn's share of a clock: once disposed, nothing of it fires or goes on any more. */
export class TurnClock implements Clock {
  readonly #clock: VirtualClock;
  readonly #cancels = new Set<() => void>();
  #disposed = false;
  #polls = 0;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  timer(ms: number, callback: () => void): () => void {
    if (this.#disposed) return () => {};
    this.#polls = 0;
    const stop = this.#clock.timer(ms, () => {
      this.#cancels.delete(cancel);
      callback();
    });
    const cancel = (): void => {
      this.#cancels.delete(cancel);
      stop();
    };
    this.#cancels.add(cancel);
    return cancel;
  }

  /** Something has happened: polls are quick again. */
  stir(): void {
    this.#polls = 0;
  }

  async settle(): Promise<void> {
    // A workflow that awaits what never comes polls for ever: not at full speed.
    await (++this.#polls > quickPolls ? realDelay(5) : macrotask());
    if (this.#disposed) await new Promise<never>(() => {});
  }

  dispose(): void {
    this.#disposed = true;
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }
}
