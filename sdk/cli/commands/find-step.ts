/**
 * A step named on the command line, by key (`charge-2`) or by name when only one has it.
 * @module
 */
import type { StepView } from "../../schema/execution.ts";
import { usageError } from "../failure.ts";
import { nearest } from "../suggest.ts";

/** @throws CommandError when none or more than one is meant */
export function findStep(steps: readonly StepView[], wanted: string): StepView {
  const exact = steps.find(({ key }) => key === wanted);
  if (exact) return exact;
  const named = steps.filter(({ name }) => name === wanted);
  if (named.length === 1 && named[0]) return named[0];
  const keys = (named.length > 0 ? named : steps).map(({ key }) => key);
  if (named.length > 1) throw usageError(`${named.length} steps are called ${JSON.stringify(wanted)}`, `Name one by its key: ${keys.join(", ")}`);
  const meant = nearest(wanted, keys);
  throw usageError(`the execution has no such step ${JSON.stringify(wanted)}`, meant ? `Did you mean ${meant}?` : keys.length > 0 ? `It has: ${keys.join(", ")}` : "It has no steps.");
}
