/**
 * Nodes → steps, one by one.
 * @module
 */
import type { WorkflowStepInput } from "../../schema/workflow-steps.ts";
import { describeNode } from "../generate/describe.ts";
import { flatValue } from "../generate/print-value.ts";
import type { GraphNode, StepNode } from "../model.ts";
import { backAction } from "./back-actions.ts";
import { constant } from "./back-trigger.ts";
import { jsonOf, type Names } from "./back-values.ts";
import { parseStatements } from "../parse/babel.ts";
import { valueOf } from "../parse/values.ts";
import type { Value } from "../value.ts";

export type Step = Omit<WorkflowStepInput, "step_order" | "config"> & { config?: Record<string, unknown> };
/** What there is to say of the result. */
type Result = Pick<Step, "result_variable" | "result_declaration">;

export interface Reading {
  source: string;
  step: string | null;
  names: Names;
  /** Variables that are declared by themselves before: their steps do not say so. */
  hoisted: ReadonlySet<string>;
}

/** What takes the result, as steps say it; null: it goes on in a way they have no words for. */
export function resultOf(node: GraphNode, { source, hoisted }: Reading, list = false): Result | null {
  if (!node.binding) return {};
  const text = source.slice(node.binding.start, node.binding.end);
  const name = list ? /^\[\s*([\w$]+)\s*\]$/.exec(text)?.[1] : text;
  if (name === undefined || node.binding.declared === "var") return null;
  const plain = node.binding.declared === "const" || (node.binding.declared === null && hoisted.has(name));
  return plain ? { result_variable: name } : { result_variable: name, result_declaration: node.binding.declared === "let" ? "let" : "none" };
}

/** Whatever has no form of its own: as it is written. */
export function codeStep(node: GraphNode, { source, step }: Reading): Step {
  const spec = describeNode({ ...node, kind: "code", comment: null, extent: node } as GraphNode, source, { step });
  return { step_type: "code", config: { source: spec.kind === "code" ? spec.text : source.slice(node.start, node.end) }, ...commentOf(node) };
}

export const commentOf = (node: GraphNode): object => (node.comment === null ? {} : { comment: node.comment });

/** `const limit = 5;`, `limit = lead.score;`; null: it is something else. */
export function backVariable(node: GraphNode, { source, names, hoisted }: Reading): (Step & { variable: string }) | null {
  const [statement, more] = node.kind === "code" && node.inner.length === 0 ? (parseStatements(source.slice(node.start, node.end), node.start)?.statements ?? []) : [];
  if (!statement || more) return null;
  const [only, another] = statement.type === "VariableDeclaration" && statement.kind !== "var" ? statement.declarations : [];
  const assigned = statement.type === "ExpressionStatement" && statement.expression.type === "AssignmentExpression" && statement.expression.operator === "=" ? statement.expression : null;
  const [target, given] = only && !another ? [only.id, only.init] : [assigned?.left, assigned?.right];
  if (target?.type !== "Identifier" || target.typeAnnotation || !given) return null;
  const value = valueOf(given);
  if (value.form !== "literal" && value.form !== "template" && value.form !== "path") return null;
  const declared = statement.type === "VariableDeclaration" ? statement.kind : null;
  const how: Result = declared === "const" || (declared === null && hoisted.has(target.name)) ? {} : { result_declaration: declared === "let" ? "let" : "none" };
  return { step_type: "action", action_type: "set_variable", config: { variable_name: target.name, variable_value: jsonOf(value, source, names) }, ...how, ...commentOf(node), variable: target.name };
}

/** A step of no blocks; null: it is code. */
export function backNode(node: GraphNode, reading: Reading): Step | null {
  const { source, names, step } = reading;
  if (node.place === "statement" && describeNode(node, source, { step }).kind === "code") return null;
  const json = (value: Value | null | undefined): unknown => (value ? jsonOf(value, source, names) : undefined);
  const plain = node.awaited && !node.returned && !("chained" in node && node.chained);
  const made = (step: Step | null, list = false): Step | null => {
    const result = step && resultOf(node, reading, list);
    return step && result ? { ...step, ...result, ...commentOf(node) } : null;
  };
  switch (node.kind) {
    case "action": {
      const list = node.binding !== null && source.startsWith("[", node.binding.start);
      const back = plain ? backAction(node, source, names, list) : null;
      return made(back && { step_type: "action", ...back }, list);
    }
    case "step":
      return plain ? (retried(node, reading) ?? made(ownStep(node, reading))) : null;
    case "sleep":
    case "sleepUntil": {
      if (!plain || node.name === null || node.binding) return null;
      const time = node.time && source.slice(node.time.start, node.time.end);
      const until = time === null ? null : /^new Date\(([\s\S]*)\)$/.exec(time)?.[1];
      if (node.kind === "sleepUntil") return until == null ? null : made({ step_type: "delay", name: node.name, config: { until: /^"[^"\\]*"$/.test(until) ? JSON.parse(until) as string : `{{= ${until} =}}` } });
      return made({ step_type: "delay", name: node.name, config: { duration: json(node.time) } });
    }
    case "waitForEvent": {
      const options = json(node.options);
      if (!plain || node.name === null || typeof options !== "object" || options === null) return null;
      const { type, match, timeout, ...more } = options as Record<string, unknown>;
      return typeof type === "string" && !type.includes("{{") && Object.keys(more).length === 0 ? made({ step_type: "wait", name: node.name, config: { event: type, ...(match === undefined ? {} : { match }), ...(timeout === undefined ? {} : { timeout }) } }) : null;
    }
    case "approval": {
      const options = json(node.options);
      if (!plain || node.name === null || typeof options !== "object" || options === null) return null;
      const { timeout, onTimeout, ...rest } = options as Record<string, unknown>;
      return made({ step_type: "approval", name: node.name, config: { ...rest, ...(timeout === undefined ? {} : { expires_in: timeout }), ...(onTimeout === undefined ? {} : { on_timeout: onTimeout }), on_rejected: "continue" } });
    }
    case "sendEvent": {
      const event = json(node.event);
      if (!plain || node.name === null || typeof event !== "object" || event === null) return null;
      const { type, ...rest } = event as Record<string, unknown>;
      return typeof type === "string" ? made({ step_type: "event", name: node.name, config: { event: type, ...rest } }) : null;
    }
    case "invoke": {
      const workflow = json(node.workflow);
      const options = node.options ? constant(node.options) : {};
      if (!plain || node.name === null || typeof workflow !== "string" || typeof options !== "object" || options === null) return null;
      return made({ step_type: "child", name: node.name, config: { workflow, input: json(node.input) ?? null, ...options } });
    }
    case "continueAsNew":
      return node.awaited && !node.binding ? made({ step_type: "restart", config: { input: json(node.args[0]) ?? null, ...(node.returned ? {} : { returned: false }) } }) : null;
    case "return":
      return made({ step_type: "return", config: node.value ? { value: json(node.value) } : {} });
    case "throw": {
      const text = node.value && /^new Error\((?:("(?:\\.|[^"\\])*"))\)$/.exec(source.slice(node.value.start, node.value.end))?.[1];
      return made({ step_type: "throw", config: text ? { message: JSON.parse(text) as string } : { value: json(node.value) } });
    }
    default:
      return null;
  }
}

/** `step.do(name, { retries }, () => actions.x(…))` is the action, tried as it says. */
function retried(node: StepNode, reading: Reading): Step | null {
  const [inner, more] = node.block && !node.block.braced ? node.block.nodes : [];
  if (inner?.kind !== "action" || more || inner.awaited || inner.chained || node.rollback || node.name === null) return null;
  if (!node.callback || !reading.source.startsWith("() =>", node.callback.start)) return null;
  const config = node.config ? retriesOf(node.config) : {};
  const list = node.binding !== null && reading.source.startsWith("[", node.binding.start);
  const back = config && backAction(inner, reading.source, reading.names, list);
  const result = back && resultOf(node, reading, list);
  return back && result ? { step_type: "action", name: node.name, ...back, ...config, ...result, ...commentOf(node) } : null;
}

const units = { second: 1, minute: 60, hour: 3600, day: 86_400 } as const;

function secondsOf(text: unknown): number | null {
  const found = typeof text === "string" ? /^(\d+) (second|minute|hour|day)s?$/.exec(text) : null;
  return found ? Number(found[1]) * units[found[2] as keyof typeof units] : null;
}

/** Null: steps have no words for it. */
function retriesOf(config: Value): object | null {
  const given = constant(config);
  if (typeof given !== "object" || given === null) return null;
  const { retries, timeout, ...more } = given as Record<string, unknown>;
  const { limit, delay, backoff, ...others } = (retries ?? {}) as Record<string, unknown>;
  if (Object.keys(more).length + Object.keys(others).length > 0) return null;
  const wait = secondsOf(delay);
  const most = secondsOf(timeout);
  if (timeout !== undefined && most === null) return null;
  const limits = timeout === undefined ? {} : { timeout_seconds: most };
  if (retries === undefined) return limits;
  if (limit === 0 && delay === undefined && backoff === undefined) return { retry_count: 0, ...limits };
  return typeof limit === "number" && limit > 0 && wait !== null && backoff === "constant" ? { retry_count: limit, retry_delay_seconds: wait, ...limits } : null;
}

/** A step of the workflow's own: what it does stays code. */
function ownStep(node: StepNode, { source, step, names }: Reading): Step | null {
  const spec = describeNode(node, source, { step });
  if (spec.kind !== "step" || spec.callback !== undefined) return null;
  const body = node.block?.braced ? describedBody(node, source) : spec.body[0]?.kind === "code" ? spec.body[0].text : node.block && source.slice(node.block.start, node.block.end);
  if (body === null) return null;
  const name = typeof spec.name === "string" ? { name: spec.name } : {};
  const computed = typeof spec.name === "string" ? {} : { name: node.args[0] ? jsonOf(node.args[0], source, names) : flatValue(spec.name) };
  return { step_type: "step", ...name, config: { ...computed, source: body, ...(spec.concise ? { concise: true } : {}), ...(spec.async === false ? { async: false } : {}), ...(spec.params === undefined ? {} : { params: spec.params }), ...(spec.rollback === undefined ? {} : { rollback: spec.rollback }), ...(node.config ? { config: jsonOf(node.config, source, names) } : {}) } };
}

/** The lines between the braces, without the white space that they share. */
function describedBody(node: StepNode, source: string): string | null {
  if (!node.block) return null;
  const text = source.slice(node.block.start, node.block.end).replace(/^[ \t]*\n/, "").trimEnd();
  const indent = /^[ \t]*/.exec(text)?.[0] ?? "";
  return text.includes("`") && text.includes("\n") ? text.trimStart() : text.split("\n").map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line.trimStart())).join("\n");
}
