/**
 * Is the journal whole: every step once, ended as it should, sleeps not cut short, events
 * in order, and the output made of the very results that were recorded?
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import type { ExecutionView, StepView } from "../../sdk/schema/execution.ts";
import type { Kind } from "./kinds.ts";

/** What the journal says a workflow knows under `key`; see Effects.learn in ./workflows.ts. */
export function recorded(view: ExecutionView, key: string): unknown {
  const step = (wanted: string): StepView | undefined => view.steps.find((one) => one.key === wanted);
  const event = step(`${key}-1`);
  if (event?.kind === "event") return (event.output as { payload: { token: string } } | null)?.payload.token;
  if (key === "!hopeless-1") return step("hopeless-1")?.error?.message;
  if (key === "!failing") return `${step("failing-1")?.error?.name}: ${step("failing-1")?.error?.message}`;
  return step(key)?.output;
}

/** Where `known` and the journal differ. */
export function differences(view: ExecutionView, known: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(known)
    .filter(([key, value]) => !key.startsWith("~") && !isDeepStrictEqual(recorded(view, key), value))
    .map(([key, value]) => `${key} was ${JSON.stringify(value)}, the journal says ${JSON.stringify(recorded(view, key))}`);
}

export function checkJournal(kind: Kind, view: ExecutionView, pauseMs: number, events: readonly string[]): string[] {
  const violations: string[] = [];
  const keys = view.steps.map(({ key }) => key);
  if (new Set(keys).size !== keys.length) violations.push(`steps were recorded twice: ${keys.join(", ")}`);
  for (const [key, status] of Object.entries(kind.steps)) {
    const step = view.steps.find((one) => one.key === key);
    if (!step) violations.push(`step ${key} is missing`);
    else if (step.status !== status) violations.push(`step ${key} is ${step.status}, not ${status}`);
  }
  for (const key of keys) if (!(key in kind.steps)) violations.push(`step ${key} should not be there`);

  for (const key of kind.naps) {
    const step = view.steps.find((one) => one.key === key);
    const slept = step?.completed_at ? Date.parse(step.completed_at) - Date.parse(step.started_at) : null;
    // `sleepUntil` counts from the time outside steps, which is that of the step before.
    if (slept !== null && slept < pauseMs - (key.startsWith("until") ? 250 : 0)) violations.push(`${key} lasted ${slept} ms of ${pauseMs}`);
  }
  const got = view.steps.filter((step) => step.kind === "event" && step.status === "completed").map(({ key }) => recorded(view, key.replace(/-1$/, "")));
  if (view.status === "completed" && !isDeepStrictEqual(got, [...events])) violations.push(`got the events ${JSON.stringify(got)}, sent were ${JSON.stringify(events)}`);
  return view.status === "completed" ? [...violations, ...checkOutput(kind, view)] : violations;
}

function checkOutput(kind: Kind, view: ExecutionView): string[] {
  if (typeof view.output !== "object" || view.output === null || Array.isArray(view.output)) return [`the output is ${JSON.stringify(view.output)}`];
  const { drawn, carried, round, outside: _outside, late, settled, winner, ...known } = view.output;
  const violations = differences(view, known);
  const expect = (what: string, value: unknown, wanted: unknown): void => {
    if (!isDeepStrictEqual(value, wanted)) violations.push(`${what} is ${JSON.stringify(value)}, not ${JSON.stringify(wanted)}`);
  };
  if (kind.workflow === "chaos-pure") expect("drawn", drawn, view.steps.map(({ output }) => output));
  if (kind.workflow === "chaos-events") expect("late", late, "WaitTimeoutError");
  if (kind.workflow === "chaos-parallel") expect("settled and winner", [settled, winner], [["rejected", "fulfilled", "fulfilled"], "race"]);
  if (kind.workflow === "chaos-rounds") expect("round, number of carried", [round, Array.isArray(carried) && carried.length], [3, 3]);
  return violations;
}
