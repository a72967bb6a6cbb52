/**
 * What an execution's object keeps on disk, kept in memory: rows, signals, log, large values.
 * @module
 */
import { type Batch, fromRow, type LogRow, type Signal, type StepRecord, type StepRow } from "../schema/journal.ts";

export interface StoredSignal extends Signal {
  consumed: boolean;
  dedupe: string | null;
}

/** Everything durable at one moment, as text or copies. */
export interface JournalCopy {
  rows: string;
  signals: StoredSignal[];
}

export class Journal {
  #rows = new Map<string, StepRow>();
  #signals: StoredSignal[] = [];
  #seq = 0;
  readonly logs: LogRow[] = [];
  readonly blobs: Map<string, Uint8Array>;

  constructor(copy?: JournalCopy, blobs = new Map<string, Uint8Array>()) {
    this.blobs = blobs;
    if (!copy) return;
    this.#put(copy.rows);
    this.#signals = copy.signals.map((signal) => ({ ...signal }));
    this.#seq = this.#signals.at(-1)?.seq ?? 0;
  }

  copy(): JournalCopy {
    return { rows: this.text(), signals: this.#signals.map((signal) => ({ ...signal })) };
  }

  #put(rows: string): void {
    for (const row of JSON.parse(rows) as StepRow[]) this.#rows.set(row[0], row);
  }

  apply(batch: Batch): void {
    this.#put(batch.steps);
    for (const seq of batch.consumed) {
      const signal = this.#signals.find((candidate) => candidate.seq === seq);
      if (!signal || signal.consumed) throw new Error(`signal ${seq} was consumed twice`);
      signal.consumed = true;
    }
    this.logs.push(...batch.logs);
  }

  /** JSON array of StepRow, as a turn gets it. */
  text(): string {
    return JSON.stringify([...this.#rows.values()]);
  }

  steps(): StepRecord[] {
    return [...this.#rows.values()].map(fromRow).sort((a, b) => a.started - b.started);
  }

  openSteps(): StepRecord[] {
    return this.steps().filter(({ ended, status }) => ended === null && status !== "cancelled");
  }

  setDetail(key: string, detail: StepRecord["detail"]): void {
    const row = this.#rows.get(key);
    if (row) row[13] = JSON.stringify(detail);
  }

  forgetStep(key: string): void {
    this.#rows.delete(key);
  }

  forgetSteps(): void {
    this.#rows.clear();
  }

  /** False when a signal with the same `dedupe` is there already. */
  addSignal(channel: string, payload: string, receivedAt: number, dedupe: string | null): boolean {
    if (dedupe !== null && this.#signals.some((signal) => signal.dedupe === dedupe)) return false;
    this.#signals.push({ seq: ++this.#seq, channel, payload, receivedAt, consumed: false, dedupe });
    return true;
  }

  /** What waits to be consumed after `seq`, in order. */
  signals(after: number): Signal[] {
    return this.#signals.filter(({ seq, consumed }) => !consumed && seq > after).map(({ seq, channel, payload, receivedAt }) => ({ seq, channel, payload, receivedAt }));
  }
}
