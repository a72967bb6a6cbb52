/**
 * When the dispatcher works: at a nudge, and when its alarm rings. One run at a time; what
 * comes during a run is seen by it or by the next.
 *
 * Invariant: while something is pending that this object knows of, an alarm is set. So a run
 * that a crash cuts off is taken up again.
 * @module
 */
export interface WorkPorts {
  /** Dispatches all there is; when to look again. */
  drain(): Promise<number | null>;
  setAlarm(at: number): Promise<void>;
  now(): number;
  warn(error: unknown): void;
}

/** A run that was cut off is taken up again so late at most. */
export const safetyMs = 10_000;
/** After an error of the database. */
const pauseMs = 5_000;

export class DispatchWorker {
  readonly #ports: WorkPorts;
  #running: Promise<void> | null = null;
  #again = false;
  /** When the alarm is known to ring. */
  #alarmAt: number | null = null;

  constructor(ports: WorkPorts) {
    this.#ports = ports;
  }

  /** Resolves when all that was there is dispatched, or waits for its next attempt. Never throws. */
  work(): Promise<void> {
    if (this.#running) this.#again = true;
    else this.#running = this.#run();
    return this.#running ?? Promise.resolve();
  }

  /** The alarm has rung. */
  rang(): Promise<void> {
    this.#alarmAt = null;
    return this.work();
  }

  async #run(): Promise<void> {
    let next: number | null = null;
    try {
      await this.#ringBy(this.#ports.now() + safetyMs);
      do {
        this.#again = false;
        next = await this.#ports.drain();
      } while (this.#again);
    } catch (error) {
      this.#ports.warn(error);
      next = this.#ports.now() + pauseMs;
    }
    // From here on a nudge begins another run: no await in between.
    this.#running = null;
    if (next !== null) await this.#ringBy(next).catch((error: unknown) => this.#ports.warn(error));
  }

  /** Costs nothing while one is set that rings in time. */
  async #ringBy(at: number): Promise<void> {
    const set = this.#alarmAt;
    if (set !== null && set > this.#ports.now() && set <= at) return;
    this.#alarmAt = at;
    await this.#ports.setAlarm(at);
  }
}
