/**
 * One time limit over everything a request does: sending, redirects, and reading the answer.
 * @module
 */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #expired: Promise<never>;

  /** @param ms milliseconds until `reason()` is thrown by everything raced against it. */
  constructor(ms: number, reason: () => Error) {
    const { promise, reject } = Promise.withResolvers<never>();
    this.#expired = promise;
    // Nobody may be waiting when it strikes; whoever races next still sees it.
    promise.catch(() => undefined);
    this.#timer = setTimeout(() => {
      const error = reason();
      reject(error);
      this.#controller.abort(error);
    }, ms);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  race<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#expired]);
  }

  /** The work is done: nothing strikes any more. */
  clear(): void {
    clearTimeout(this.#timer);
  }
}
