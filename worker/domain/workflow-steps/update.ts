import type { z } from "zod";
import type { GraphNode } from "../../../sdk/graph/index.ts";
import { translate } from "../../../sdk/graph/steps/actions.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { WorkflowStepInput } from "../../../sdk/schema/workflow-steps.ts";
import type { TenantContext } from "../context.ts";
import { triggerShown } from "../workflows/view.ts";
import { blockAt } from "./add.ts";
import { type Editing, finder, operated, reopened, stepNamed, stepsIn, withVariablesFor } from "./edit-list.ts";
import { editSource } from "./edit-source.ts";
import { mergeSource } from "./merge/merge-source.ts";
import { Unlike } from "./merge/place.ts";
import { mayWriteCode } from "./may-write-code.ts";
import { jsonOfNode } from "./node-json.ts";
import { withVariables } from "./places.ts";
import { cannotMerge, type Item, putTogether } from "./put-together.ts";
import type { ChangedStep, stepPatch } from "./step.ts";
import { viewChanged } from "./view-changed.ts";

export type Patch = Omit<z.output<typeof stepPatch>, "draft" | "message">;
type Input = z.output<typeof stepPatch> & { id: string; step_id: string; revision: number | null };

/**
 * Changes a step: fields of its config that are named, how often it is tried, what follows its
 * failure. Its id may be another one afterwards.
 * @throws PlatformError `not-found`, `bad-request` for a step that is no code, `edit-refused`, `conflict`, `version-conflict`, and all of publishing
 */
export async function updateStep({ ctx, input }: { ctx: TenantContext; input: Input }): Promise<ChangedStep & { revision: number }> {
  const { id, step_id, revision, draft, message, ...patch } = input;
  mayWriteCode(ctx, { steps: [patch] });
  let changed = step_id;
  const edited = await editSource(ctx, { id, revision, draft, message }, (opened, workflow) => {
    const { editing, step } = patched({ opened, trigger: triggerShown(workflow.manifest) }, step_id, patch);
    changed = step;
    return editing.opened.source;
  });
  return viewChanged(edited, changed, draft);
}

/** @throws PlatformError */
export function patched(editing: Editing, id: string, patch: Patch): { editing: Editing; step: string } {
  const { order } = stepNamed(editing, id);
  const at = withVariablesFor(editing, patch);
  const { node, parent } = stepsIn(at)[order - 1] ?? stepNamed(at, id);
  const after = "branches" in node || node.kind === "loop" ? conditionChanged(at, node, order, patch) : leafChanged(at, node, order, parent, patch);
  const all = stepsIn(after);
  return { editing: after, step: all[all.length - (stepsIn(at).length - order) - 1]?.node.id ?? id };
}

function leafChanged(at: Editing, node: GraphNode, order: number, parent: { id: string; branch: number } | null, patch: Patch): Editing {
  const { source } = at.opened.graph;
  const old: WorkflowStepInput = jsonOfNode(at.opened, node) ?? { step_type: "code", config: { source: source.slice(node.start, node.end) } };
  const find = finder(at);
  const block = blockAt(at, { inside: parent ? stepNamed(at, parent.id).order : null, branch: parent?.branch ?? 0 });
  const numbers = new Map(stepsIn(at).map((one) => [one.node.id, one.order]));
  const items = (json: WorkflowStepInput): Item[] => block.nodes.map((one): Item => (one === node ? { order, json: { id: node.id, ...withVariables(json, find) } } : { order: numbers.get(one.id) ?? 0, keep: one }));
  const made = (json: WorkflowStepInput): string => putTogether(at.opened, at.trigger, items(json), () => "");
  if (!block.nodes.includes(node)) throw cannotMerge("");
  try {
    return reopened(at, mergeSource(at.opened, made(old), made(mergedJson(old, patch)), block));
  } catch (error) {
    if (error instanceof Unlike) throw cannotMerge("");
    throw error;
  }
}

/** Field by field; null takes one away. */
export function mergedJson(old: WorkflowStepInput, { config, ...rest }: Patch): WorkflowStepInput {
  const type = rest.action_type ?? old.action_type ?? null;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  // Another action has another config.
  const other = rest.action_type != null && rest.action_type !== old.action_type;
  const named = config === undefined || type === null || other ? config : inOurWords(type, old.config ?? {}, config);
  const merged = Object.entries({ ...(other ? {} : old.config), ...named }).filter(([, value]) => value !== null);
  return { ...old, ...given, config: Object.fromEntries(merged) as WorkflowStepInput["config"] & object } as WorkflowStepInput;
}

type Config = Record<string, unknown>;
/** Names that seed steps have for actions of ours, and for the record they are about. */
const others: Record<string, readonly [type: string, id: string]> = { "crm.tickets.update": ["update_ticket", "ticket_id"], "crm.contacts.update": ["update_customer", "customer_id"] };

/** `updates` of `update_ticket` are the `change` of `crm.tickets.update`, and so on. */
function inOurWords(type: string, old: Config, config: Config): Config {
  const [other, id] = others[type] ?? [];
  if (other !== undefined && id !== undefined && ("updates" in config || id in config)) {
    const { params } = translate(other, { [id]: old["id"], updates: {}, ...config });
    return { id: params["id"], ..."updates" in config ? { change: { ...(old["change"] as object), ...(params["change"] as object) } } : {} };
  }
  const nulls = Object.fromEntries(Object.entries(config).filter(([, value]) => value === null));
  return type === "send_email" ? { ...translate(type, config).params, ...nulls } : config;
}

/** Of a statement with others inside only its condition can be changed here. */
function conditionChanged(at: Editing, node: GraphNode, order: number, { config = {}, ...rest }: Patch): Editing {
  const { condition, while: until, ...more } = config;
  const given = condition ?? until;
  const unsupported = [...Object.keys(more), ...Object.entries(rest).flatMap(([key, value]) => (value === undefined || value === null || key === "step_type" ? [] : [key]))];
  if (given === undefined || unsupported.length > 0) throw new PlatformError("edit-refused", `Of \`${node.id}\` the condition can be changed here${unsupported.length > 0 ? `, not ${unsupported.join(", ")}` : ""}: change its steps themselves, or all with \`PUT …/steps\`.`, [{ pointer: "/config", detail: "only the condition" }]);
  const keep: Item = { order: 2, keep: { ...node, kind: "code" } as GraphNode };
  const test: WorkflowStepInput = withVariables({ step_type: "condition", config: { condition: given, if_true: "step2", if_false: "end" } }, finder(at));
  const source = putTogether(at.opened, at.trigger, [{ order: 1, json: test }, keep], () => "");
  const { graph, workflow } = reopened({ ...at, opened: { ...at.opened, workflow: { ...at.opened.workflow, id: null, export: "default" } } }, source).opened;
  const made = workflow.body.nodes.find(({ kind }) => kind === "if");
  const written = made?.kind === "if" ? made.branches[0]?.condition : null;
  if (!written) throw new PlatformError("bad-request", `/config/condition: no condition comes of it at step ${order}.`, [{ pointer: "/config/condition", detail: "no condition" }]);
  return operated(at, { op: "setCondition", node: node.id, condition: graph.source.slice(written.start, written.end), ...(node.kind === "loop" ? {} : { branch: 0 }) }, "/config/condition");
}
