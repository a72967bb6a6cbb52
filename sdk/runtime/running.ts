/**
 * Attempts under way, and the beat that goes with them: progress shows, and little is
 * repeated after a crash.
 * @module
 */
import type { Clock } from "./core.ts";

const beatMs = 100;

export class Running {
  readonly #clock: Clock;
  readonly #on: { onBeat(): void; onQuiet(): void };
  #quiet: Array<() => void> = [];
  #cancel: (() => void) | null = null;
  count = 0;

  constructor(clock: Clock, on: { onBeat(): void; onQuiet(): void }) {
    this.#clock = clock;
    this.#on = on;
  }

  /** An attempt runs; undone by {@link leave}. */
  enter(): void {
    this.count++;
    this.#cancel ??= this.#clock.timer(beatMs, () => this.#beat());
  }

  leave(): void {
    if (--this.count > 0) return;
    this.stop();
    for (const resolve of this.#quiet.splice(0)) resolve();
    this.#on.onQuiet();
  }

  /** Resolves when no attempt is under way. */
  quiet(): Promise<void> {
    return this.count === 0 ? Promise.resolve() : new Promise((resolve) => this.#quiet.push(resolve));
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #beat(): void {
    this.#cancel = this.count > 0 ? this.#clock.timer(beatMs, () => this.#beat()) : null;
    if (this.count > 0) this.#on.onBeat();
  }
}
