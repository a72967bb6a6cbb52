/**
 * Which results steps look at.
 * @module
 */
import type { WorkflowStepJson } from "../../schema/workflow-steps.ts";

const jumps = new Set(["if_true", "if_false"]);
/** Conditions may name results without braces. */
const conditions = new Set(["condition", "conditions", "while", "field", "all", "any"]);

/** `step3` and ids, as they are written in the places of steps and of those inside of them. */
export function namesRead(steps: readonly WorkflowStepJson[]): Set<string> {
  const names = new Set<string>();
  const take = (text: string): void => {
    for (const [, id, order] of text.matchAll(/\bsteps\s*(?:\.\s*|\[\s*["'])([^\s.}"'\][]+)|\b(step\d+)\b/g)) names.add(id ?? order ?? "");
  };
  const look = (json: unknown, bare: boolean): void => {
    if (typeof json === "string") for (const text of bare ? [json] : (json.match(/\{\{[\s\S]*?\}\}/g) ?? [])) take(text);
    if (typeof json !== "object" || json === null) return;
    for (const [key, value] of Object.entries(json)) if (!jumps.has(key)) look(value, conditions.has(key) || (bare && !/^\d+$/.test(key) && key !== "value") || (bare && /^\d+$/.test(key)));
  };
  for (const { config } of steps) look(config, false);
  return names;
}

/** `{ input: ticket, step }` → `ticket`; null: it is taken apart, or not taken. */
export function inputNameOf(parameters: string): string | null {
  const found = /(?:^\{|[{,])\s*input\s*(?::\s*([A-Za-z_$][\w$]*)\s*)?(?=[,}])/.exec(parameters);
  return found ? (found[1] ?? "input") : null;
}
