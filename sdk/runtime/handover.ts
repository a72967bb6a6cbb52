/**
 * Hands ends to the workflow one at a time, recorded and live ones alike.
 *
 * Invariant: between two ends lies the same number of microtasks on every run. So the code
 * that awaits an end runs at the same point of the order live and on replay, and what it
 * reads of clock and random numbers is the same.
 * @module
 */
type Hand = () => Promise<void> | void;

/** Enough for the awaiting code to come through a few nested async functions. */
const gap = 12;

export class Handover {
  readonly #onIdle: () => void;
  #queue: Hand[] = [];
  #busy = false;
  readonly #settled = Promise.resolve();

  /** @param onIdle called after the last end was handed over and its awaiting code has moved */
  constructor(onIdle: () => void) {
    this.#onIdle = onIdle;
  }

  get busy(): boolean {
    return this.#busy;
  }

  offer(hand: Hand): void {
    this.#queue.push(hand);
    if (!this.#busy) this.#next();
  }

  /** Hands over what is left, for a turn that ends: nobody will run between. */
  drain(): void {
    for (const hand of this.#queue.splice(0)) void hand();
  }

  #next(): void {
    const hand = this.#queue.shift();
    this.#busy = hand !== undefined;
    if (hand) void this.#hand(hand);
    else this.#onIdle();
  }

  async #hand(hand: Hand): Promise<void> {
    const handed = hand();
    if (handed) await handed;
    // Not queueMicrotask: inside workerd an await costs a tenth of it.
    for (let left = gap; left > 0; left--) await this.#settled;
    this.#next();
  }
}
