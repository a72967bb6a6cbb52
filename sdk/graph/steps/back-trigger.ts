/**
 * `on.…` → `trigger_type` and `trigger_config`.
 * @module
 */
import type { WorkflowJson } from "../../schema/workflow-steps.ts";
import type { TriggerNode, WorkflowGraph } from "../model.ts";
import type { Value } from "../value.ts";

type Json = WorkflowJson["trigger_config"];

/** Null: several kinds of triggers, or computed ones. */
export function triggerJson({ triggers }: WorkflowGraph): Pick<WorkflowJson, "trigger_type" | "trigger_config"> | null {
  const kinds = triggers.map(({ kind }) => kind);
  if (kinds.length === 0 || kinds.join() === "manual,api") return { trigger_type: "manual", trigger_config: {} };
  const [only, more] = triggers;
  if (!only || more || only.kind === "unknown" || only.kind === "manual") return null;
  const config = configOf(only);
  return config && { trigger_type: only.kind, trigger_config: config };
}

function configOf({ kind, args }: TriggerNode): Json | null {
  const [first, second] = args.map(constant);
  if (args.some((one) => constant(one) === undefined)) return null;
  const options = (second ?? {}) as Json;
  if (kind === "api") return {};
  if (kind === "webhook") return first as Json;
  if (typeof first !== "string") return null;
  if (kind === "schedule") return { cron_expression: first, ...options };
  return { event: first, ...(options["filter"] === undefined ? {} : { filters: options["filter"] }) };
}

/** A value that is written out; undefined: it is computed. */
export function constant(value: Value): unknown {
  if (value.form === "literal") return value.value;
  if (value.form === "array" && !value.open) {
    const items = value.items.map(constant);
    return items.includes(undefined) ? undefined : items;
  }
  if (value.form !== "object" || value.open) return undefined;
  const fields = value.fields.map(({ key, value: of, shorthand }) => [key, shorthand ? undefined : constant(of)] as const);
  return fields.some(([, of]) => of === undefined) ? undefined : Object.fromEntries(fields);
}
