/**
 * Group commit: what is offered while a commit is being written goes into the next one
 * together, and what is offered at rest is written at once. So a lone item waits for nothing
 * and a flood costs few commits; waiting a moment to collect more was measured to be slower.
 *
 * Invariants
 * 1. A batch is written in one synchronous block, in the order of arrival.
 * 2. `offer` resolves after the commit that holds the item, and rejects when it has none.
 * 3. An item that cannot be written fails alone; the others of its batch are written.
 *
 * It knows no object and no SQL: `write` is all-or-nothing, `durable` resolves when what was
 * written is on disk.
 * @module
 */
export interface CommitPort<T> {
  /** @throws when nothing of the batch was written. */
  write(batch: readonly T[]): void;
  durable(): Promise<void>;
}

interface Waiting<T> {
  item: T;
  resolve(): void;
  reject(error: unknown): void;
}

export class CommitQueue<T> {
  readonly #port: CommitPort<T>;
  #waiting: Array<Waiting<T>> = [];
  #draining = false;

  constructor(port: CommitPort<T>) {
    this.#port = port;
  }

  /** Resolves once the item is durable. */
  offer(item: T): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ item, resolve, reject });
    if (!this.#draining) void this.#drain();
    return promise;
  }

  async #drain(): Promise<void> {
    this.#draining = true;
    try {
      // Items offered by the same synchronous code belong together.
      await Promise.resolve();
      while (this.#waiting.length > 0) await this.#commit(this.#waiting.splice(0));
    } finally {
      this.#draining = false;
    }
  }

  async #commit(batch: Array<Waiting<T>>): Promise<void> {
    const written = this.#write(batch);
    try {
      if (written.length > 0) await this.#port.durable();
      for (const { resolve } of written) resolve();
    } catch (error) {
      for (const { reject } of written) reject(error);
    }
  }

  /** Tries the batch as one, then each alone so that only the culprit fails. */
  #write(batch: Array<Waiting<T>>): Array<Waiting<T>> {
    try {
      this.#port.write(batch.map(({ item }) => item));
      return batch;
    } catch (error) {
      const [only] = batch;
      if (only && batch.length === 1) {
        only.reject(error);
        return [];
      }
      return batch.flatMap((one) => this.#write([one]));
    }
  }
}
