/**
 * Every node of a workflow as a step: in the order of the code, those inside of others behind
 * them. What has no form as a step is its code, as it is written.
 * @module
 */
import { actionSpecs } from "../../../sdk/schema/actions/index.ts";
import type { GraphNode, WorkflowGraph } from "../../../sdk/graph/index.ts";
import type { StepType } from "../../../sdk/schema/workflow-steps.ts";
import { numbered, type Numbered } from "./names-in.ts";
import { jsonOfNode } from "./node-json.ts";
import type { Opened } from "./open-source.ts";
import type { StepView } from "./step.ts";

export type ShownStep = Omit<StepView, "workflow_id"> & {
  /** Name of the durable step that it is while it runs; null: it is code between them, or its name is computed. */
  runs_as: string | null;
};

const types: Record<GraphNode["kind"], StepType> = {
  action: "action", step: "step", sleep: "delay", sleepUntil: "delay", waitForEvent: "wait", approval: "approval", sendEvent: "event", invoke: "child", continueAsNew: "restart",
  if: "condition", switch: "switch", loop: "loop", parallel: "parallel", try: "try", return: "return", throw: "throw", break: "break", continue: "continue", call: "code", code: "code", broken: "code",
};

export function shownSteps(opened: Opened): readonly ShownStep[] {
  const found = known.get(opened.workflow) ?? numbered(opened.workflow).map((one) => shown(opened, one));
  known.set(opened.workflow, found);
  return found;
}

const known = new WeakMap<WorkflowGraph, readonly ShownStep[]>();

function shown(opened: Opened, { node, order, parent }: Numbered): ShownStep {
  const { graph, workflow } = opened;
  const wrapped = actionIn(node);
  const own = jsonOfNode(opened, node) ?? { step_type: wrapped && node.kind === "step" ? ("action" as const) : types[node.kind], config: { source: graph.source.slice(node.start, node.end) } };
  return {
    ...own,
    id: node.id,
    step_order: order,
    name: own.name ?? nameOf(node, workflow.helpers),
    action_type: own.action_type ?? wrapped?.action ?? null,
    ...(node.comment === null ? {} : { comment: node.comment.slice(0, 5000) }),
    parent_id: parent?.id ?? null,
    branch: parent?.branch ?? null,
    runs_as: node.kind === "action" ? node.action : nameOf(node, {}),
  };
}

/** The one call that a durable step makes. */
function actionIn(node: GraphNode): Extract<GraphNode, { kind: "action" }> | null {
  if (node.kind === "action") return node;
  const only = node.kind === "step" && node.block?.nodes.length === 1 ? node.block.nodes[0] : undefined;
  return only?.kind === "action" && actionSpecs.has(only.action) ? only : null;
}

function nameOf(node: GraphNode, helpers: WorkflowGraph["helpers"]): string | null {
  if ("name" in node) return node.name;
  return node.kind === "call" ? (helpers[node.helper]?.name ?? null) : null;
}
