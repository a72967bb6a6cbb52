/**
 * A recorded history as a replay follows it.
 *
 * Invariants
 * 1. Entries are sorted by ordinal: each step's start, then (later) its end.
 * 2. What was recorded is a prefix of what happened: when the log is exhausted, everything
 *    the workflow asks for is new; before that, nothing new may be asked for.
 * @module
 */
import { type Divergence, fromRow, type StepRecord, type StepRow } from "../schema/journal.ts";

export interface LogEntry {
  ordinal: number;
  type: "start" | "end";
  step: StepRecord;
}

/** Before a first turn. */
const nothing = "[]";

export class History {
  readonly #steps = new Map<string, StepRecord>();
  readonly #log: LogEntry[] = [];
  readonly #requested = new Set<string>();
  #cursor = 0;
  /** The next free ordinal. */
  nextOrdinal = 1;

  constructor(rows: string) {
    if (rows === nothing) return;
    // A later row of a step replaces the earlier one.
    for (const row of JSON.parse(rows) as StepRow[]) this.#steps.set(row[0], fromRow(row));
    for (const step of this.#steps.values()) {
      this.#log.push({ ordinal: step.started, type: "start", step });
      if (step.ended !== null) this.#log.push({ ordinal: step.ended, type: "end", step });
    }
    this.#log.sort((a, b) => a.ordinal - b.ordinal);
    this.nextOrdinal = (this.#log.at(-1)?.ordinal ?? 0) + 1;
  }

  get size(): number {
    return this.#steps.size;
  }

  find(key: string): StepRecord | undefined {
    return this.#steps.get(key);
  }

  /** The workflow has asked for this step. */
  request(key: string): void {
    this.#requested.add(key);
  }

  get exhausted(): boolean {
    return this.#cursor >= this.#log.length;
  }

  /** What the history expects next, or undefined at its end. */
  get head(): LogEntry | undefined {
    return this.#log[this.#cursor];
  }

  /** Steps over starts already asked for; then the next end to deliver, or null when the workflow has to move first. */
  advance(): LogEntry | null {
    for (;;) {
      const head = this.#log[this.#cursor];
      if (head === undefined || !this.#requested.has(head.step.key)) return null;
      this.#cursor++;
      if (head.type === "end") return head;
    }
  }

  /** True when all that follows was asked for again: the workflow may be ahead of the ends that are to come. */
  get overtaken(): boolean {
    return this.#log.slice(this.#cursor).every(({ step }) => this.#requested.has(step.key));
  }

  /** True when the workflow's own part is over: what follows it awaits no longer, or is its undoing. */
  get onlyUndoingLeft(): boolean {
    return this.#log.slice(this.#cursor).every(({ step }) => step.kind === "rollback" || this.#requested.has(step.key));
  }

  /** What differs between this history and what the workflow asks for now, for people. */
  divergence(found: string, known?: StepRecord): Divergence {
    const { head } = this;
    return {
      at: known?.started ?? head?.ordinal ?? 0,
      expected: known ? stepTitle(known) : head ? describe(head) : "the end of the history",
      found,
      hint: "The code asks for other steps than it did before. Deploy changed code as a new version (running executions keep theirs), and keep decisions outside steps free of anything that differs between runs.",
    };
  }
}

/** A step as messages name it. */
export function stepTitle({ kind, key }: Pick<StepRecord, "kind" | "key">): string {
  return `${kind} step "${key}"`;
}

function describe({ type, step }: LogEntry): string {
  return `${type === "start" ? "" : "the end of "}${stepTitle(step)}`;
}
