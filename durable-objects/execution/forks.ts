/**
 * What a re-run from a step is made of, as it travels from the old execution to the new one.
 * @module
 */
import type { ExecutionStatus, StepKind, StepStatus, Trigger } from "../../sdk/schema/execution.ts";
import type { Json } from "../../sdk/schema/present.ts";
import type { TestRun } from "../../sdk/schema/journal.ts";
import type { Rehearsal } from "../../sdk/schema/rehearsal.ts";

/** Where the beginning of a history was copied from. */
export interface Lineage {
  /** The execution it is of. */
  of: string;
  /** Key of the step it was begun again with. */
  from: string;
  /** What random numbers between steps follow from. */
  seed: string;
  /** When the first of them began: time between steps begins there. */
  createdAt: number;
  /** Of what was asked for: one id begins one re-run. */
  digest: string;
}

export interface ForkRequest {
  /** The new execution. */
  id: string;
  from: string;
  /** Encoded; null: the input it had. */
  input: string | null;
  /** What stands for the step's result, as JSON that was decoded; absent: it is carried out again. */
  result?: { value: unknown };
  /** Null: the code it ran on. */
  to: { bundle: string; version: number } | null;
  digest: string;
}

/** A step of the old execution that the new one carries out again. */
export interface AgainStep {
  key: string;
  name: string;
  kind: StepKind;
  status: StepStatus;
  /** It came to an end, so that what it sent is known. */
  ended: boolean;
  sent: readonly string[];
  /** Of a child. */
  workflow: string | null;
}

/** What the new execution begins with. */
export interface Copied {
  /** JSON array of StepRow; large values are still those of the old execution. */
  journal: string;
  run: number;
  variables: string | null;
  lineage: Lineage;
}

export interface Fork {
  workflowId: string;
  status: ExecutionStatus;
  /** What it goes on with. */
  bundle: string;
  version: number;
  /** Encoded. */
  input: string;
  trigger: Trigger;
  timeoutMs: number;
  /** Whose steps they are. */
  run: number;
  test: TestRun | null;
  kept: readonly string[];
  again: readonly AgainStep[];
  undone: readonly string[];
  rehearsal: Rehearsal;
  /** What was edited, as it was, for the audit log; sensitive results are left out. */
  before: { input?: Json; result?: Json };
  /** The result of the step must not be shown. */
  sensitive: boolean;
  /** Only when the rehearsal found the same. */
  copied: Copied | null;
}
