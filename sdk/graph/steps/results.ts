/**
 * What steps give, and how it is called.
 * @module
 */
import type { WorkflowStepJson } from "../../schema/workflow-steps.ts";
import { variableName } from "../generate/names.ts";
import { isCall } from "../generate/print-node.ts";
import type { NodeSpec } from "../generate/spec.ts";
import { planCall } from "./action-call.ts";

/** A variable that `set_variable` sets. */
export interface Local {
  name: string;
  /** It is never nothing, once it is set. */
  sure: boolean;
  /** The steps say where it is declared. */
  given: boolean;
}

/** A name for the variable of its result. */
export function hintOf(json: WorkflowStepJson): string {
  const { step_type: type, action_type: action } = json;
  if (type === "action" && action !== "set_variable") {
    try {
      return planCall(action ?? "", json.config).variable;
    } catch {
      return "result";
    }
  }
  return type === "wait" ? "event" : type === "child" ? "output" : type === "parallel" ? "results" : type === "approval" ? "approval" : variableName(json.name ?? "result");
}

/** Whether others may ask for what it gives. */
export function hasResult({ step_type: type, action_type: action, config }: WorkflowStepJson): boolean {
  if (type === "action") return action !== "set_variable" || config["scope"] != null;
  return type === "approval" || type === "wait" || type === "child" || type === "event" || type === "step" || type === "parallel";
}

/** An empty case would run on into the next. */
export const something = (body: NodeSpec[]): NodeSpec[] => (body.length === 0 ? [{ kind: "break" }] : body);

/** A call that stands by itself is a branch as it is. */
export function alone(body: NodeSpec[]): NodeSpec[] {
  const [only, more] = body;
  return only && !more && isCall(only) && !("binding" in only && only.binding) ? [{ ...only, awaited: false }] : body;
}
