/**
 * The turn as its parts see it; ./turn.ts is the only implementation.
 * @module
 */
import type { Retries } from "../authoring/step.ts";
import type { ErrorRecord } from "../schema/execution.ts";
import type { Outcome, StepDetail, StepRecord, TurnInput } from "../schema/journal.ts";
import type { Buffer } from "./buffer.ts";
import type { History } from "./history.ts";
import type { SeededRandom } from "./random.ts";
import type { Values } from "./values.ts";

/** Time as the turn sees it; the test kit drives it by hand. */
export interface Clock {
  now(): number;
  /** Calls back after `ms`; returns a cancel. */
  timer(ms: number, callback: () => void): () => void;
  /** Resolves once all that was ready to run has run. */
  settle(): Promise<void>;
}

/** Which turn and step the running code belongs to, across awaits. */
export interface Frame {
  turn: TurnCore;
  /** Null in the workflow's own code, between steps. */
  step: LiveStep | null;
}

export interface LiveStep {
  key: string;
  /** Effects of this attempt so far. */
  calls: number;
  /** Its requests that may have an effect, as `POST api.example.com`; the first few. */
  sent?: string[];
}

export interface Scope {
  run<T>(frame: Frame, callback: () => T): T;
  current(): Frame | undefined;
}

/** What a turn has used of its budget; kept by whoever guards the code. */
export interface Account {
  /** The limit that was passed: the execution ends with it. */
  exceeded: Error | null;
}

/** A step the workflow waits for. */
export interface Open {
  step: StepRecord;
  resolve(value: unknown): void;
  reject(error: unknown): void;
  /** Goes on with the step once the history is exhausted. */
  activate(open: Open): void;
}

export interface StepSpec {
  key: string;
  name: string;
  count: number;
  kind: StepRecord["kind"];
  due: number | null;
  detail: StepDetail | null;
  activate(open: Open): void;
}

/** A wait that a signal or time ends. */
export interface Wait {
  open: Open;
  /** null: only time ends it. */
  channel: string | null;
  due: number | null;
  onSignal(signal: { seq: number; payload: string; receivedAt: number }): void;
  onDue(): void;
}

/** How a live step ends. What goes with the end is written down with it, not before. */
export type End = ({ output: string | null; value: unknown } | { error: ErrorRecord }) & {
  /** Attempts made. */
  attempt?: number;
  /** The signal that ended it. */
  signal?: number;
};

/** What of ./open-steps.ts and ./running.ts the parts use. */
export interface StepKeys {
  /** `name` and how often it was asked for: what identifies a step over replays. */
  nextKey(name: string): { name: string; key: string; count: number };
}

export interface Attempts {
  /** How many are under way. */
  readonly count: number;
  enter(): void;
  leave(): void;
  /** Calls back in `ms` unless taken back before. */
  deadline(ms: number, onLate: () => void): () => void;
  /** Resolves when none is under way. */
  quiet(): Promise<void>;
}

export interface TurnCore {
  readonly input: TurnInput;
  readonly history: History;
  readonly buffer: Buffer;
  readonly values: Values;
  readonly random: SeededRandom;
  readonly clock: Clock;
  readonly scope: Scope;
  readonly defaults: Retries | undefined;
  readonly account: Account;
  /** Time outside steps: that of the latest end. */
  readonly now: number;
  readonly finished: boolean;
  readonly steps: StepKeys;
  readonly running: Attempts;
  /** Outbound requests so far. */
  requests: number;
  request(spec: StepSpec): Promise<unknown>;
  wait(wait: Wait): void;
  settle(open: Open, end: End): void;
  barrier(): Promise<void>;
  /** Has the platform do something; all that happened before is durable by then. */
  act(action: string, params: unknown, key: string): Promise<unknown>;
  stop(reason: "pause" | null): void;
  outcomeOf(key: string): StepRecord | undefined;
  beginUndoing(): void;
  log(level: "debug" | "info" | "warn" | "error", message: string, step?: string | null): void;
  /** `onFinish` is called when the turn ends; the returned function takes that back. */
  readonly ending: { onFinish(listener: () => void): () => void };
  fail(error: unknown): void;
  finish(outcome: Outcome): void;
  abort(error: unknown): void;
}
