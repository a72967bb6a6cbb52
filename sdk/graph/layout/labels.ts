/**
 * Words on edges.
 * @module
 */
import type { Value } from "../value.ts";

export function caseLabel(condition: Value | null): string {
  if (condition === null) return "default";
  if (condition.form === "literal") return `case ${JSON.stringify(condition.value)}`;
  return condition.form === "path" ? `case ${condition.path.join(".")}` : "case";
}
