/**
 * Test runs: the workflow's own code with sample results instead of some steps, without
 * waiting, and on request only as far as one step.
 * @module
 */
import { decode, encode } from "../schema/codec.ts";
import type { Open, StepSpec, TurnCore as Turn } from "./core.ts";
import { FatalError } from "./failures.ts";

/** Asks for a step, in a test run with its sample. */
export function requestStep(turn: Turn, spec: StepSpec): Promise<unknown> {
  const { test } = turn.input;
  if (!test || spec.kind === "rollback") return turn.request(spec);
  const { name, key } = spec;
  const sample = test.samples[name];
  if (sample !== undefined) return turn.request({ ...spec, activate: (open) => answer(turn, open, spec, sample) });
  if (test.only !== null && name !== test.only) {
    turn.fail(new FatalError("sample-missing", `the test run stops at step "${test.only}" and step "${name}" comes before it: give a sample result for "${name}"`));
  }
  const asked = turn.request(spec.kind === "sleep" ? { ...spec, due: turn.clock.now() } : spec);
  if (name !== test.only) return asked;
  // Registered before the workflow awaits it: the run ends before the next step is asked for.
  asked.then(
    () => turn.finish({ type: "completed", output: turn.outcomeOf(key)?.output ?? encode(undefined) }),
    (error: unknown) => turn.fail(error),
  );
  return asked;
}

function answer(turn: Turn, open: Open, { kind, detail }: StepSpec, sample: string): void {
  const now = new Date(turn.clock.now());
  const output =
    kind === "event"
      ? encode({ type: detail?.type, payload: decode(sample), timestamp: now })
      : kind === "approval"
        ? encode({ comment: null, decided_by: null, decided_at: now, ...(decode(sample) as object) })
        : sample;
  turn.settle(open, { output, value: decode(output) });
}
