/**
 * The steps of a turn: those the workflow waits for and those that have ended.
 *
 * Invariants
 * 1. Ordinals rise: a start takes one when the step is asked for, an end when it is handed over.
 * 2. Every change of a record is noted in the buffer.
 * @module
 */
import type { StepRecord } from "../schema/journal.ts";
import type { Buffer } from "./buffer.ts";
import type { End, Open, StepSpec } from "./core.ts";
import { fromErrorRecord } from "./failures.ts";
import { stepTitle } from "./history.ts";

export class OpenSteps {
  readonly #buffer: Buffer;
  readonly #open = new Map<string, Open>();
  readonly #ended = new Map<string, StepRecord>();
  readonly #counts = new Map<string, number>();
  #ordinal: number;
  /** Steps of the execution so far. */
  total: number;

  constructor(buffer: Buffer, history: { nextOrdinal: number; size: number }) {
    this.#buffer = buffer;
    this.#ordinal = history.nextOrdinal;
    this.total = history.size;
  }

  /** `name` and how often it was asked for: what identifies a step over replays. */
  nextKey(name: string): { name: string; key: string; count: number } {
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    return { name, key: `${name}-${count}`, count };
  }

  get size(): number {
    return this.#open.size;
  }

  /** The history is exhausted: everything open goes on. */
  activate(): void {
    for (const open of this.#open.values()) open.activate(open);
  }

  add(open: Open): void {
    this.#open.set(open.step.key, open);
  }

  /** Takes a step out to hand its recorded end over. */
  take(key: string): Open | undefined {
    const open = this.#open.get(key);
    this.#open.delete(key);
    return open;
  }

  /** The recorded step, or a new one; a copied start begins as the code asks for it now. */
  find(known: StepRecord | undefined, spec: StepSpec, now: number): StepRecord {
    if (known === undefined) return this.#create(spec, now);
    if (known.detail?.again) {
      Object.assign(known, { startedAt: now, due: spec.due, detail: spec.detail } satisfies Partial<StepRecord>);
      this.#buffer.touch(known);
    }
    return known;
  }

  /** A step asked for for the first time. */
  #create({ key, name, count, kind, due, detail }: StepSpec, now: number): StepRecord {
    this.total++;
    const status = kind === "do" || kind === "rollback" ? "running" : "waiting";
    const step: StepRecord = { key, name, count, kind, status, started: this.#ordinal++, ended: null, attempt: 0, startedAt: now, endedAt: null, due, output: null, error: null, detail };
    this.#buffer.touch(step);
    return step;
  }

  /** Writes down a live step's end; false when nobody waits for it any more. */
  end(open: Open, end: End, now: number): boolean {
    const { step } = open;
    if (this.#open.get(step.key) !== open) return false;
    this.#open.delete(step.key);
    this.#ended.set(step.key, step);
    step.ended = this.#ordinal++;
    step.endedAt = now;
    step.due = null;
    step.attempt = end.attempt ?? step.attempt;
    if (end.signal !== undefined) this.#buffer.consume(end.signal);
    if ("error" in end) {
      step.status = "failed";
      step.error = end.error;
      open.reject(fromErrorRecord(end.error));
    } else {
      step.status = "completed";
      step.error = null;
      step.output = end.output;
      open.resolve(end.value);
    }
    this.#buffer.touch(step);
    return true;
  }

  /** A recorded step that was asked for before the one the history expects. */
  askedEarly(head: { ordinal: number } | undefined): string | null {
    for (const { step } of this.#open.values()) if (head && step.started > head.ordinal) return stepTitle(step);
    return null;
  }

  /** A step that ended in this turn. */
  ended(key: string): StepRecord | undefined {
    return this.#ended.get(key);
  }

  /** Gives up the steps that `which` picks: nobody waits for them any more. Returns their keys. */
  giveUp(which: (step: StepRecord) => boolean, record: boolean): string[] {
    const keys: string[] = [];
    for (const [key, { step }] of this.#open) {
      if (!which(step)) continue;
      this.#open.delete(key);
      keys.push(key);
      if (!record) continue;
      step.status = "cancelled";
      this.#buffer.touch(step);
    }
    return keys;
  }
}
