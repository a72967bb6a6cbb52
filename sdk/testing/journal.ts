/**
 * What an execution's object keeps on disk, kept in memory: rows, signals, log, large values.
 * @module
 */
import { decode, spilledIn } from "../schema/codec.ts";
import { type Batch, fromRow, type LogRow, type Signal, type StepRecord, type StepRow, toRow } from "../schema/journal.ts";

export interface StoredSignal extends Signal {
  consumed: boolean;
  dedupe: string | null;
}

/** Everything durable at one moment, as text or copies. */
export interface JournalCopy {
  rows: string;
  signals: StoredSignal[];
  children: ReadonlyArray<readonly [stepKey: string, child: string]>;
}

export class Journal {
  #rows = new Map<string, StepRow>();
  #signals: StoredSignal[] = [];
  #seq = 0;
  /** Child executions by the key of their invoke step. */
  readonly children: Map<string, string>;
  readonly logs: LogRow[] = [];
  readonly blobs: Map<string, Uint8Array>;

  constructor(copy?: JournalCopy, blobs = new Map<string, Uint8Array>()) {
    this.blobs = blobs;
    this.children = new Map(copy?.children);
    if (!copy) return;
    this.#put(copy.rows);
    this.#signals = copy.signals.map((signal) => ({ ...signal }));
    this.#seq = this.#signals.at(-1)?.seq ?? 0;
  }

  copy(): JournalCopy {
    return { rows: this.text(), signals: this.#signals.map((signal) => ({ ...signal })), children: [...this.children] };
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

  /** A stored value as the workflow had it. */
  read(text: string | null): unknown {
    if (text === null) return undefined;
    const spilled = spilledIn(text);
    if (!spilled) return decode(text);
    const bytes = this.blobs.get(spilled.key);
    return spilled.form === "stream" ? bytes : decode(new TextDecoder().decode(bytes));
  }

  /** JSON array of StepRow, as a turn gets it. */
  text(): string {
    return JSON.stringify([...this.#rows.values()]);
  }

  steps(): StepRecord[] {
    return [...this.#rows.values()].map(fromRow).sort((a, b) => a.started - b.started);
  }

  /** Attempts made at a step. */
  attemptsAt(key: string): number {
    return this.#rows.get(key)?.[7] ?? 0;
  }

  openSteps(): StepRecord[] {
    return this.steps().filter(({ ended, status }) => ended === null && status !== "cancelled");
  }

  /** New states of steps. */
  write(steps: readonly StepRecord[]): void {
    for (const step of steps) this.#rows.set(step.key, toRow(step));
  }

  forgetStep(key: string): void {
    this.#rows.delete(key);
    this.children.delete(key);
  }

  /** Forgets the steps that `which` does not pick. */
  keepOnly(which: (step: StepRecord) => boolean): void {
    for (const step of this.steps()) if (!which(step)) this.forgetStep(step.key);
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
