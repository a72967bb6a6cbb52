/**
 * What has happened and is not durable yet.
 *
 * Invariant: a batch holds everything up to the moment it is taken, so what is durable is
 * always a prefix of what happened.
 * @module
 */
import { type Batch, type LogRow, type StepRecord, toRow } from "../schema/journal.ts";

/** Log lines kept per turn, and characters of one line. */
const maxLogs = 1_000;
const maxMessage = 4_000;

export class Buffer {
  readonly #steps = new Set<StepRecord>();
  #consumed: number[] = [];
  #logs: LogRow[] = [];
  #logged = 0;
  #outcomes = 0;

  touch(step: StepRecord): void {
    this.#steps.add(step);
    // A step that can be undone must be known before its effect: a cancelled execution undoes it.
    if (step.ended !== null || step.status === "retrying" || step.detail?.rollback) this.#outcomes++;
  }

  consume(seq: number): void {
    this.#consumed.push(seq);
    this.#outcomes++;
  }

  /** The workflow has seen what the host writes down with the next batch. */
  hold(): void {
    this.#outcomes++;
  }

  log(row: LogRow): void {
    this.#logged++;
    if (this.#logged > maxLogs) return;
    if (this.#logged === maxLogs) this.#logs.push({ ...row, level: "warn", message: `more than ${maxLogs} log lines in one turn: the rest is dropped` });
    else this.#logs.push({ ...row, message: row.message.length > maxMessage ? `${row.message.slice(0, maxMessage)}…` : row.message });
  }

  get empty(): boolean {
    return this.#steps.size === 0 && this.#consumed.length === 0 && this.#logs.length === 0;
  }

  /** True when something a later effect relies on would be lost in a crash. */
  get holdsOutcomes(): boolean {
    return this.#outcomes > 0;
  }

  take(): Batch {
    const rows = [];
    for (const step of this.#steps) rows.push(toRow(step));
    const batch: Batch = { steps: JSON.stringify(rows), consumed: this.#consumed, logs: this.#logs };
    this.#steps.clear();
    this.#consumed = [];
    this.#logs = [];
    this.#outcomes = 0;
    return batch;
  }
}
