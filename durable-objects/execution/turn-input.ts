/**
 * What an isolate is given to run a turn.
 * @module
 */
import type { Signal, TurnInput } from "../../sdk/schema/journal.ts";
import { defaultLimits } from "../../sdk/schema/limits.ts";
import type { Execution } from "./state.ts";

/** @param steps the journal, as JSON array of StepRow */
export function turnInput(execution: Execution, steps: string, signals: Signal[]): TurnInput {
  const { request } = execution;
  return {
    executionId: request.id,
    workflowId: request.workflowId,
    turn: execution.revision,
    run: execution.run,
    generation: execution.generation,
    version: request.version,
    createdAt: execution.lineage?.createdAt ?? request.createdAt,
    now: Date.now(),
    trigger: request.trigger,
    input: request.input,
    steps,
    signals,
    mode: execution.mode,
    durable: execution.stored || execution.registered,
    limits: defaultLimits,
    variables: execution.variables,
    test: request.test ?? null,
    ...(execution.lineage ? { seed: execution.lineage.seed } : {}),
  };
}
