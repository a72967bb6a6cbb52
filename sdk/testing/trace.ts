/**
 * What happened to an execution from outside its history, in order: the script by which a
 * crashed copy of it is driven to the same point.
 *
 * Invariants
 * 1. Attempts end one at a time; what an end led to is durable before the next end happens.
 * 2. Whatever becomes durable is kept with its place in the script: each is a crash point.
 * @module
 */
import { StepTimeoutError } from "../authoring/errors.ts";
import type { Frame } from "../runtime/ports.ts";
import { macrotask } from "./clock.ts";
import { outside, scope } from "./environment.ts";
import type { ExecutionState } from "./execution.ts";
import type { Host } from "./host.ts";
import type { JournalCopy } from "./journal.ts";
import type { Steering } from "./steer.ts";

export type Outcome = { take(): unknown } | { error: unknown };

export type Entry =
  | { type: "time"; at: number }
  | { type: "signal"; channel: string; payload: string; dedupe: string | null }
  | { type: "steer"; steering: Steering }
  | { type: "end"; key: string; outcome: Outcome };

/** A moment at which the process may die. */
export interface CrashPoint {
  position: number;
  now: number;
  state: ExecutionState;
  journal: JournalCopy;
}

/** Names attempts alike in an execution and in its copies: by era, step and number. */
export class Attempts {
  readonly #made = new Map<string, number>();

  next({ era, journal }: Host, stepKey: string): string {
    const step = `${era}:${stepKey}`;
    // What a copy did not live through itself, its journal has counted.
    const made = this.#made.get(step) ?? journal.attemptsAt(stepKey);
    this.#made.set(step, made + 1);
    return `${step}:${made + 1}`;
  }
}

/** Polls until the event loop has nothing left that an attempt's end led to. */
const afterEnd = 4;

export class Trace {
  readonly entries: Entry[] = [];
  points: CrashPoint[] = [];
  readonly #attempts = new Attempts();
  #tail: Promise<void> = Promise.resolve();
  #pending = 0;

  /** Ends are still being dealt with. */
  get busy(): boolean {
    return this.#pending > 0;
  }

  add(entry: Entry): void {
    this.entries.push(entry);
  }

  /** Something of `host` has become durable. */
  point(host: Host): void {
    this.points.push({ position: this.entries.length, now: host.ports.clock.now(), state: { ...host.state }, journal: host.journal.copy() });
  }

  /** Makes an attempt; its end waits for its turn. An attempt that times out ends there. */
  async attempt(host: Host, stepKey: string, body: () => unknown, signal: AbortSignal | null): Promise<unknown> {
    const key = this.#attempts.next(host, stepKey);
    const turn = scope.current()?.turn;
    let over = false;
    signal?.addEventListener("abort", () => {
      if (over || !(signal.reason instanceof StepTimeoutError)) return;
      over = true;
      void this.#end(key, { error: signal.reason }, turn);
    });
    let outcome: Outcome;
    try {
      outcome = keep(await body());
    } catch (error) {
      outcome = { error };
    }
    if (!over) {
      over = true;
      await this.#end(key, outcome, turn);
    }
    if ("error" in outcome) throw outcome.error;
    return outcome.take();
  }

  /** Resolves when the end may be handed over; the next one waits until what it led to is durable. */
  async #end(key: string, outcome: Outcome, turn: Frame["turn"] | undefined): Promise<void> {
    this.#pending++;
    const earlier = this.#tail;
    const done = deferred();
    this.#tail = done.promise;
    await earlier;
    this.entries.push({ type: "end", key, outcome });
    void outside(async () => {
      for (let round = 0; round < afterEnd; round++) await macrotask();
      if (turn && !turn.finished) await Promise.race([turn.barrier(), macrotask()]);
      this.#pending--;
      done.resolve();
    });
  }
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** Keeps a result so that copies of the execution can have it too. */
function keep(value: unknown): Outcome {
  if (!(value instanceof ReadableStream)) return { take: () => value };
  let rest: ReadableStream = value;
  return {
    take() {
      const [taken, kept] = rest.tee();
      rest = kept;
      return taken;
    },
  };
}
