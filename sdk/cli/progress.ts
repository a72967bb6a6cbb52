/**
 * Steps as they happen, one line each, for a terminal.
 * @module
 */
import type { ExecutionView } from "../schema/execution.ts";
import type { Paint } from "./output.ts";
import { stepLines } from "./timeline.ts";

/** @returns a function that prints what is new since its last call */
export function createProgress(note: (text: string) => void, paint: Paint): (execution: ExecutionView) => void {
  const shown = new Map<string, string>();
  return ({ id, steps }) => {
    for (const step of steps) {
      const state = `${step.status} ${step.attempt}`;
      if (shown.get(step.key) === state) continue;
      shown.set(step.key, state);
      for (const line of stepLines([step], paint)) note(line);
      if (step.kind === "approval" && step.status === "waiting") note(`    everstep approve ${id} ${step.key}`);
    }
  };
}
