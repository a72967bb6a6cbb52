/**
 * A workflow of either style, as the replay core starts it.
 * @module
 */
import type { Retries, Step } from "../authoring/step.ts";
import type { Secrets } from "../authoring/secret.ts";
import type { Variables } from "../authoring/variables.ts";
import type { WorkflowEvent } from "../authoring/workflow.ts";
import type { TurnInput } from "../schema/journal.ts";

export type { Account, Clock, Frame, LiveStep, Scope } from "./core.ts";

/** What a program is given: one execution's event and steps. */
export interface ProgramContext {
  event: WorkflowEvent<unknown>;
  input: unknown;
  step: Step;
  execution: { id: string; workflowId: string; version: number; run: number };
  vars: Variables;
  secrets: Secrets;
}

/** Rejects with a FatalError for input that does not fit. */
export interface Program {
  start(context: ProgramContext, input: TurnInput): Promise<unknown>;
  /** Parses the payload of an awaited event when the workflow declared a schema. */
  parseEvent(type: string, payload: unknown): Promise<unknown>;
  /** Defaults of the workflow's steps. */
  defaults: { retries?: Retries };
  /** Its code may ask for variables or secrets: they are fetched before it starts. */
  asksVariables?: boolean;
}
