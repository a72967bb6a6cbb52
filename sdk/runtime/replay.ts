/**
 * Follows a recorded history: hands over ends in their order until it is exhausted.
 *
 * Invariants
 * 1. After an end was handed over, the awaiting code moves before the next one is.
 * 2. Live once, live for good; the change happens when the history is exhausted, or when
 *    what is left of it is the undoing that `takeOver` goes on with.
 * @module
 */
import type { History, LogEntry } from "./history.ts";

export interface ReplayPort {
  readonly history: History;
  finished(): boolean;
  /** Gives a recorded end to whoever awaits it; a promise when a value has to be fetched. */
  deliver(entry: LogEntry): Promise<void> | void;
  /** The workflow has to move before the history goes on. */
  onWaiting(): void;
  onLive(): void;
}

export class Replay {
  readonly #port: ReplayPort;
  #delivering = false;
  /** Set for a cancelled execution: undo instead of going on. */
  takeOver: (() => void) | null = null;
  live = false;

  constructor(port: ReplayPort) {
    this.#port = port;
  }

  pump(): void {
    const { history } = this.#port;
    if (this.#delivering || this.#port.finished() || this.live) return;
    const entry = history.advance();
    if (entry) this.#deliver(entry);
    else if (this.takeOver && (history.exhausted || history.onlyUndoingLeft)) {
      const { takeOver } = this;
      this.takeOver = null;
      this.live = history.exhausted;
      takeOver();
    } else if (history.exhausted) this.goLive();
    else this.#port.onWaiting();
  }

  goLive(): void {
    if (this.live) return;
    this.live = true;
    this.#port.onLive();
    this.#port.onWaiting();
  }

  #deliver(entry: LogEntry): void {
    this.#delivering = true;
    const next = (): void =>
      queueMicrotask(() =>
        queueMicrotask(() => {
          this.#delivering = false;
          this.pump();
        }),
      );
    const delivered = this.#port.deliver(entry);
    if (delivered) void delivered.then(next);
    else next();
  }
}
