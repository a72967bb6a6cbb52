/**
 * Attempts under way, and the beat that goes with them: progress shows, and little is
 * repeated after a crash.
 * @module
 */
import type { Clock } from "./core.ts";

const beatMs = 100;

/** What a platform's timer can hold. */
const longestTimerMs = 0x7fffffff;

interface RunningPort {
  onBeat(): void;
  onQuiet(): void;
  /** See ./soon.ts. */
  soon(): Promise<void>;
}

interface Deadline {
  /** ms since the epoch. */
  at: number;
  onLate(): void;
}

export class Running {
  readonly #clock: Clock;
  readonly #on: RunningPort;
  readonly #deadlines = new Set<Deadline>();
  #quiet: Array<() => void> = [];
  #cancelBeat: (() => void) | null = null;
  #timer: { at: number; cancel: () => void } | null = null;
  #starting = false;
  #stopped = false;
  count = 0;

  constructor(clock: Clock, on: RunningPort) {
    this.#clock = clock;
    this.#on = on;
  }

  /** An attempt runs; undone by {@link leave}. */
  enter(): void {
    this.count++;
    if (this.#cancelBeat || this.#starting) return;
    this.#starting = true;
    void this.#startLater();
  }

  /** Timers are dear, and most attempts are over before any could ring. */
  async #startLater(): Promise<void> {
    await this.#on.soon();
    if (!this.#stopped) await this.#clock.settle();
    this.#start();
  }

  #start(): void {
    this.#starting = false;
    if (this.#stopped || this.count === 0) return;
    this.#cancelBeat = this.#clock.timer(beatMs, () => this.#beat());
    this.#late();
  }

  leave(): void {
    if (--this.count > 0) return;
    for (const resolve of this.#quiet.splice(0)) resolve();
    this.#on.onQuiet();
  }

  /** Calls back in `ms` unless taken back before. One timer serves them all: the earliest's. */
  deadline(ms: number, onLate: () => void): () => void {
    const deadline: Deadline = { at: this.#clock.now() + ms, onLate };
    this.#deadlines.add(deadline);
    // Before the beat has begun there is no timer at all.
    if (this.#cancelBeat && (this.#timer === null || deadline.at < this.#timer.at)) this.#arm(deadline.at);
    return () => this.#deadlines.delete(deadline);
  }

  #arm(at: number): void {
    this.#timer?.cancel();
    this.#timer = { at, cancel: this.#clock.timer(Math.min(at - this.#clock.now(), longestTimerMs), () => this.#late()) };
  }

  #late(): void {
    this.#timer?.cancel();
    this.#timer = null;
    const now = this.#clock.now();
    let next = Number.POSITIVE_INFINITY;
    for (const deadline of this.#deadlines) {
      if (deadline.at > now) next = Math.min(next, deadline.at);
      else if (this.#deadlines.delete(deadline)) deadline.onLate();
    }
    if (Number.isFinite(next)) this.#arm(next);
  }

  /** Resolves when no attempt is under way. */
  quiet(): Promise<void> {
    return this.count === 0 ? Promise.resolve() : new Promise((resolve) => this.#quiet.push(resolve));
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelBeat?.();
    this.#cancelBeat = null;
    this.#timer?.cancel();
    this.#timer = null;
  }

  #beat(): void {
    this.#cancelBeat = this.count > 0 ? this.#clock.timer(beatMs, () => this.#beat()) : null;
    if (this.count > 0) this.#on.onBeat();
  }
}
