/**
 * How a turn ends: once, with a result or with the loss of its host.
 * @module
 */
import type { TurnResult } from "../schema/journal.ts";

export class Ending {
  readonly result: Promise<TurnResult>;
  resolve!: (result: TurnResult) => void;
  reject!: (error: unknown) => void;
  readonly #listeners = new Set<() => void>();
  finished = false;

  constructor() {
    this.result = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  /** Called when the turn ends; the returned function takes that back. */
  onFinish(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** False when it had ended before. */
  begin(): boolean {
    if (this.finished) return false;
    this.finished = true;
    for (const listener of this.#listeners) listener();
    return true;
  }
}
