/**
 * The object's one alarm: set when its time differs from what is set, so that a change that
 * keeps it costs no write.
 * @module
 */
export interface AlarmStorage {
  setAlarm(at: number): Promise<void>;
  deleteAlarm(): Promise<void>;
}

export class AlarmClock {
  readonly #storage: AlarmStorage;
  readonly #next: () => number | null;
  /** undefined: not known in this lifetime. */
  #at: number | null | undefined;

  /** @param next when the earliest timer is due, ms since the epoch */
  constructor(storage: AlarmStorage, next: () => number | null) {
    this.#storage = storage;
    this.#next = next;
  }

  /** Call in the transaction that changed a timer. */
  arm(): void {
    const next = this.#next();
    if (next === this.#at) return;
    // A fresh object has no alarm to delete; an old one that still has one only wakes in vain.
    const fresh = next === null && this.#at === undefined;
    this.#at = next;
    if (!fresh) void (next === null ? this.#storage.deleteAlarm() : this.#storage.setAlarm(next));
  }

  /** It has rung: what was set is set no more. */
  rang(): void {
    this.#at = undefined;
  }
}
