/**
 * Notices when a turn has nothing left to run: after all that was ready has run, with no
 * attempt under way and nothing asked for meanwhile.
 * @module
 */
import type { Clock } from "./core.ts";

/** How long a workflow may await something that is no step before it is called stuck, ms. */
const stuckAfterMs = 5_000;
/** Of a rehearsal, which awaits no attempt. */
const stuckSoonMs = 500;
/** Looks after that time: if others kept the thread meanwhile, what was under way gets its turns first. */
const lastLooks = 10;

export interface Observed {
  readonly clock: Clock;
  readonly rehearses: boolean;
  /** See ./soon.ts. */
  soon(): Promise<void>;
  /** Over, or attempts are under way: no need to look. */
  busy(): boolean;
  /** Changes whenever something happens. */
  activity(): number;
  /** Nothing moves. Returns true when that was dealt with. */
  onStill(): boolean;
  onStuck(): void;
}

export class Stillness {
  readonly #observed: Observed;
  #watching = false;

  constructor(observed: Observed) {
    this.#observed = observed;
  }

  watch(): void {
    if (this.#watching || this.#observed.busy()) return;
    this.#watching = true;
    void this.#look().finally(() => {
      this.#watching = false;
    });
  }

  async #look(): Promise<void> {
    const { clock, rehearses } = this.#observed;
    let began = clock.now();
    let late = 0;
    await this.#observed.soon();
    while (!this.#observed.busy()) {
      const seen = this.#observed.activity();
      await clock.settle();
      if (this.#observed.busy()) return;
      if (seen !== this.#observed.activity()) {
        began = clock.now();
        late = 0;
        continue;
      }
      if (this.#observed.onStill()) return;
      if (clock.now() - began > (rehearses ? stuckSoonMs : stuckAfterMs) && ++late > lastLooks) return this.#observed.onStuck();
    }
  }
}
