/**
 * Everything the replay core needs from the world.
 * @module
 */
import type { TurnInput } from "../schema/journal.ts";
import type { Retries, Step } from "../authoring/step.ts";
import type { WorkflowEvent } from "../authoring/workflow.ts";
import type { Turn } from "./turn.ts";

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
  turn: Turn;
  /** Null in the workflow's own code, between steps. */
  step: LiveStep | null;
}

/** What a turn has used of its budget; kept by whoever guards the code. */
export interface Account {
  /** The limit that was passed: the execution ends with it. */
  exceeded: Error | null;
}

export interface LiveStep {
  key: string;
  idempotencyKey: string;
  /** Effects of this attempt so far. */
  calls: number;
}

export interface Scope {
  run<T>(frame: Frame, callback: () => T): T;
  current(): Frame | undefined;
}

/** What a program is given: one execution's event and steps. */
export interface ProgramContext {
  event: WorkflowEvent<unknown>;
  input: unknown;
  step: Step;
  execution: { id: string; workflowId: string; version: number; run: number };
}

/** A workflow of either style, made callable. Rejects with InvalidInputError for bad input. */
export interface Program {
  start(context: ProgramContext, input: TurnInput): Promise<unknown>;
  /** Parses the payload of an awaited event when the workflow declared a schema. */
  parseEvent(type: string, payload: unknown): Promise<unknown>;
  /** Defaults of the workflow's steps. */
  defaults: { retries?: Retries };
}
