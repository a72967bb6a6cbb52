/**
 * Follows a recorded history: hands over ends in their order until it is exhausted.
 *
 * Invariants
 * 1. An end is handed over when every start recorded before it was asked for again.
 * 2. Live once, live for good; the change happens when the history is exhausted, or when
 *    what is left of it is the undoing that `takeOver` goes on with.
 * @module
 */
import type { Handover } from "./handover.ts";
import type { History, LogEntry } from "./history.ts";

export interface ReplayPort {
  readonly history: History;
  readonly handover: Handover;
  finished(): boolean;
  /** Gives a recorded end to whoever awaits it; a promise when a value has to be fetched. */
  deliver(entry: LogEntry): Promise<void> | void;
  /** The workflow has to move before the history goes on. */
  onWaiting(): void;
  onLive(): void;
}

export class Replay {
  readonly #port: ReplayPort;
  /** Set for a cancelled execution: undo instead of going on. */
  takeOver: (() => void) | null = null;
  /** Steps asked for before the last recorded ends were handed over. */
  readonly early: Array<() => void> = [];
  live = false;

  constructor(port: ReplayPort) {
    this.#port = port;
  }

  pump(): void {
    const { history, handover } = this.#port;
    if (handover.busy || this.#port.finished() || this.live) return;
    const entry = history.advance();
    if (entry) handover.offer(() => this.#port.deliver(entry));
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
    for (const ask of this.early.splice(0)) ask();
    this.#port.onWaiting();
  }
}
