/**
 * What the graph's library refuses, as problem documents.
 * @module
 */
import type { EditResult } from "../../../sdk/graph/edit/index.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";

type Refusal = Extract<EditResult, { ok: false }>;

/** @param pointer into the body: what asked for the edit */
export function editRefused({ code, reason }: Refusal, pointer: string): PlatformError {
  return new PlatformError("edit-refused", reason, [{ pointer, detail: `${reason} (${code})` }]);
}

interface StepProblem {
  /** Its id, or its place in the list, from 0. */
  step?: string | number | null;
  message: string;
}

/**
 * Problems of steps, with pointers into the body that brought them.
 * @param pointerOf where a step stands in it; null: nowhere
 */
export function stepsRefused(problems: readonly StepProblem[], pointerOf: (step: string | number | null) => string | null): PlatformError {
  const errors = problems.map(({ step = null, message }) => ({ pointer: pointerOf(step) ?? "", detail: message }));
  const [first] = errors;
  return new PlatformError("bad-request", first ? `${first.pointer || "The steps"}: ${first.detail}` : "The steps do not fit.", errors);
}
