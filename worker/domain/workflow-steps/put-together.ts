/**
 * A list of steps as code, in which statements that are there already are only marked.
 * @module
 */
import { allNodes, type GraphNode, workflowFromSteps } from "../../../sdk/graph/index.ts";
import { parseSyntax } from "../../../sdk/graph/parse/babel.ts";
import { visit } from "../../../sdk/graph/parse/reading.ts";
import type { WorkflowStepInput } from "../../../sdk/schema/workflow-steps.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { inputName } from "./names-in.ts";
import type { Opened } from "./open-source.ts";
import { stepsRefused } from "./refusals.ts";

export interface Trigger {
  trigger_type: "event" | "schedule" | "manual" | "webhook" | "api";
  trigger_config: Record<string, unknown>;
}

export interface Item {
  order: number;
  /** A statement that stays as it is. */
  keep?: GraphNode;
  json?: WorkflowStepInput;
}

/** Ways in which a statement leaves: nothing behind it is reached. */
const leaving: Partial<Record<GraphNode["kind"], string>> = { return: "return ", throw: "return " };

/** @param names those that are taken: nothing new goes by them */
function jsonOf({ order, keep, json }: Item, names: readonly string[]): WorkflowStepInput {
  if (json) return { ...json, step_order: order };
  const source = `${leaving[keep?.kind ?? "code"] ?? ""}__keep(${[JSON.stringify(keep?.id), ...names].join(", ")});`;
  return { id: keep?.id ?? "", step_order: order, step_type: "code", config: { source } };
}

/**
 * @param pointerOf where a step of the list stands in the request
 * @throws PlatformError `bad-request` for steps that are no code
 */
export function putTogether({ graph, workflow }: Opened, trigger: Trigger, items: readonly Item[], pointerOf: (step: string) => string): string {
  const names = [...new Set([...allNodes(workflow)].flatMap(({ binding }) => binding?.names ?? []))];
  const made = workflowFromSteps({ name: workflow.title ?? "workflow", ...(trigger as { trigger_type: Trigger["trigger_type"]; trigger_config: Record<string, never> }), steps: items.map((item) => jsonOf(item, names)) });
  if (!made.ok) throw stepsRefused(made.problems, (step) => (step === null ? "" : pointerOf(String(step))));
  return renamed(made.source, { input: inputName(graph.source, workflow), step: workflow.step });
}

/** The handler's input and step API go by the names that they have where it is going to stand. */
function renamed(source: string, names: { input: string | null; step: string | null }): string {
  const declared = /input: ([A-Za-z_$][\w$]*)[ ,}]/.exec(source)?.[1] ?? "input";
  const to = new Map<string, string>();
  if (names.input !== null && names.input !== declared) to.set(declared, names.input);
  if (names.step !== null && names.step !== "step") to.set("step", names.step);
  if (to.size === 0) return source;
  const places: { start: number; end: number; text: string }[] = [];
  for (const statement of parseSyntax(source).statements) {
    visit(statement, (node, parent, key) => {
      if (node.type !== "Identifier") return true;
      const text = to.get(node.name);
      const isName = (key === "property" && parent?.type.endsWith("MemberExpression") && !("computed" in parent && parent.computed)) || (key === "key" && parent?.type === "ObjectProperty" && !parent.computed);
      if (text !== undefined && !isName && node.start != null && node.end != null) places.push({ start: node.start, end: node.end, text });
      return true;
    });
  }
  const unique = [...new Map(places.map((one) => [one.start, one])).values()].sort((one, other) => other.start - one.start);
  return unique.reduce((text, { start, end, text: name }) => text.slice(0, start) + name + text.slice(end), source);
}

/** @throws PlatformError `edit-refused` */
export function cannotMerge(pointer: string): PlatformError {
  const detail = "The code is written in a way in which this has no place of its own: statements share a line, or the handler takes its context apart otherwise. Change the source itself.";
  return new PlatformError("edit-refused", detail, [{ pointer, detail }]);
}
