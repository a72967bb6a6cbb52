/**
 * Those who wait for the next end of an execution's turns, each no longer than it said. One
 * timer serves them all, and is left to ring when nobody waits any more: to set and clear one
 * for each costs a tenth of a short execution.
 *
 * Invariant: while somebody waits, a timer is set that rings no later than their time.
 * @module
 */
interface Watcher {
  /** ms since the epoch. */
  until: number;
  resolve(): void;
}

/** A timer keeps the object in memory: one that nobody needs is gone after so long. */
const longestMs = 1_000;

export class Watchers {
  /** By execution. */
  readonly #waiting = new Map<string, Set<Watcher>>();
  #timer: { at: number; id: ReturnType<typeof setTimeout> } | null = null;

  /** Resolves at the next {@link wake} of this execution, or after `ms`. */
  wait(id: string, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const now = Date.now();
      const watcher: Watcher = { until: now + ms, resolve };
      const there = this.#waiting.get(id);
      if (there) there.add(watcher);
      else this.#waiting.set(id, new Set([watcher]));
      this.#arm(watcher.until, now);
    });
  }

  wake(id: string): void {
    const woken = this.#waiting.get(id);
    if (!woken) return;
    this.#waiting.delete(id);
    for (const { resolve } of woken) resolve();
  }

  #arm(until: number, now: number): void {
    const at = Math.min(until, now + longestMs);
    if (this.#timer !== null) {
      if (this.#timer.at <= at) return;
      clearTimeout(this.#timer.id);
    }
    this.#timer = { at, id: setTimeout(() => this.#ring(), Math.max(0, at - now)) };
  }

  #ring(): void {
    this.#timer = null;
    const now = Date.now();
    let next = Number.POSITIVE_INFINITY;
    for (const [id, watchers] of this.#waiting) {
      for (const watcher of watchers) {
        if (watcher.until > now) next = Math.min(next, watcher.until);
        else if (watchers.delete(watcher)) watcher.resolve();
      }
      if (watchers.size === 0) this.#waiting.delete(id);
    }
    if (Number.isFinite(next)) this.#arm(next, now);
  }
}
