/**
 * A node as a step: what its config is, and what its results are called. Null for what has no
 * form but its code.
 * @module
 */
import { durationMs } from "../../../sdk/authoring/duration.ts";
import type { GraphNode, Value } from "../../../sdk/graph/index.ts";
import { paramsOf } from "../../../sdk/graph/steps/action-call.ts";
import { conditionJson, jsonOf } from "../../../sdk/graph/steps/back-values.ts";
import type { WorkflowStepJson } from "../../../sdk/schema/workflow-steps.ts";
import type { Opened } from "./open-source.ts";
import { placesOf } from "./names-in.ts";

type Json = WorkflowStepJson["config"][string];
type Step = Partial<WorkflowStepJson> & Pick<WorkflowStepJson, "step_type" | "config">;
type Read = (value: Value) => Json;

export function jsonOfNode({ graph: { source }, workflow }: Pick<Opened, "graph" | "workflow">, node: GraphNode): Step | null {
  const reference = placesOf(source, workflow);
  const read: Read = (value) => jsonOf(value, source, { reference }) as Json;
  const step = stepOf(node, read, source, (value) => conditionJson(source.slice(value.start, value.end), { reference }));
  if (!step || ("chained" in node && node.chained)) return null;
  const { binding } = node;
  const variable = binding ? source.slice(binding.start, binding.end).replace(/^(?:const|let|var)\s+/, "").replace(/\s*=\s*$/, "") : null;
  return { ...step, ...(binding ? { result_variable: variable, result_declaration: binding.declared === null ? "none" : binding.declared === "const" ? "const" : "let" } : {}) };
}

function stepOf(node: GraphNode, read: Read, source: string, condition: (value: Value) => string): Step | null {
  switch (node.kind) {
    case "action":
      return actionStep(node, read);
    case "step":
      return durableStep(node, read, source);
    case "sleep":
      return node.time && node.name !== null ? { step_type: "delay", name: node.name, config: { duration: read(node.time) } } : null;
    case "sleepUntil":
      return node.time && node.name !== null ? { step_type: "delay", name: node.name, config: { until: read(node.time) } } : null;
    case "approval":
      return named(node, "approval", optionsOf(node.options, read));
    case "waitForEvent": {
      const { type, ...rest } = optionsOf(node.options, read) ?? {};
      return type === undefined ? null : named(node, "wait", { event: type, ...rest });
    }
    case "sendEvent":
      return named(node, "event", optionsOf(node.event, read));
    case "invoke": {
      const options = optionsOf(node.options, read);
      return node.workflow ? named(node, "child", { workflow: read(node.workflow), ...(node.input ? { input: read(node.input) } : {}), ...options }) : null;
    }
    case "if": {
      const [first] = node.branches;
      return first?.condition ? { step_type: "condition", config: { condition: condition(first.condition) } } : null;
    }
    case "loop":
      return { step_type: "loop", config: node.over ? { for_each: read(node.over), ...(node.item === null ? {} : { item: node.item }), ...(node.concurrent ? { concurrent: true } : {}) } : node.condition ? { while: condition(node.condition) } : {} };
    case "return":
    case "throw":
      return { step_type: node.kind, config: node.value ? { value: read(node.value) } : {} };
    default:
      return null;
  }
}

function named(node: { name: string | null }, step_type: Step["step_type"], config: Step["config"] | null): Step | null {
  return config && node.name !== null ? { step_type, name: node.name, config } : null;
}

function optionsOf(value: Value | null, read: Read): Step["config"] | null {
  const json = value?.form === "object" && !value.open ? read(value) : null;
  return typeof json === "object" && json !== null && !Array.isArray(json) ? (json as Step["config"]) : null;
}

function actionStep(node: Extract<GraphNode, { kind: "action" }>, read: Read): Step | null {
  const params = paramsOf(node.action, node.args.map(read));
  return params && { step_type: "action", action_type: node.action, config: params as Step["config"] };
}

/** One that makes a single call is that action, with retries of its own. */
function durableStep(node: Extract<GraphNode, { kind: "step" }>, read: Read, source: string): Step | null {
  const only = node.block?.nodes.length === 1 ? node.block.nodes[0] : undefined;
  const settings = node.config ? settingsOf(node.config, read) : {};
  const action = only?.kind === "action" && only.binding === null ? actionStep(only, read) : null;
  if (action && settings && node.name !== null && node.rollback === null) return { ...action, name: node.name, ...settings };
  if (node.name === null || !node.callback || !node.block || node.rollback) return null;
  const { block } = node;
  return { step_type: "step", name: node.name, config: { source: source.slice(block.start, block.end).trim(), ...(node.config && !settings ? { config: read(node.config) } : {}) }, ...settings };
}

type Settings = Pick<WorkflowStepJson, "retry_count" | "retry_delay_seconds" | "timeout_seconds">;

/** Null: they say more than a step has fields for. */
function settingsOf(config: Value, read: Read): Settings | null {
  const json = config.form === "object" && !config.open ? (read(config) as Record<string, Json>) : null;
  if (!json || Object.keys(json).some((key) => key !== "retries" && key !== "timeout")) return null;
  const { retries, timeout } = json;
  const found: Settings = {};
  if (timeout !== undefined) found.timeout_seconds = seconds(timeout);
  if (retries !== undefined) {
    const { limit, delay = null, backoff = "constant", ...more } = retries as Record<string, Json>;
    if (typeof limit !== "number" || (limit > 0 && backoff !== "constant") || Object.keys(more).length > 0) return null;
    found.retry_count = limit;
    if (delay !== null) found.retry_delay_seconds = seconds(delay);
  }
  return Object.values(found).some((one) => one === null) ? null : found;
}

function seconds(duration: Json): number | null {
  try {
    return typeof duration === "string" || typeof duration === "number" ? durationMs(duration) / 1000 : null;
  } catch {
    return null;
  }
}
