/**
 * A workflow's steps as a whole list: those that are as they were keep their code, to the byte;
 * the others are changed, added, moved, taken away.
 * @module
 */
import type { z } from "zod";
import type { GraphNode } from "../../../sdk/graph/index.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { WorkflowStepInput } from "../../../sdk/schema/workflow-steps.ts";
import type { TenantContext } from "../context.ts";
import { triggerShown } from "../workflows/view.ts";
import { blockAt } from "./add.ts";
import { type Editing, finder, nothingMissing, reopened, stepNamed, stepsIn, withVariablesFor } from "./edit-list.ts";
import { editSource } from "./edit-source.ts";
import { listSteps, type stepsView } from "./list.ts";
import { mayWriteCode } from "./may-write-code.ts";
import { mergeSource } from "./merge/merge-source.ts";
import { Unlike } from "./merge/place.ts";
import { withVariables } from "./places.ts";
import { pointerIn } from "./pointers.ts";
import { cannotMerge, type Item, putTogether } from "./put-together.ts";
import { shownSteps } from "./shown-steps.ts";
import type { stepInput, stepList } from "./step.ts";
import { patched } from "./update.ts";

type Listed = z.output<typeof stepInput>;

/**
 * @throws PlatformError `not-found`, `bad-request` with pointers to steps that are no code, `edit-refused`, `conflict`, `version-conflict`, and all of publishing
 */
export async function replaceSteps({ ctx, input }: { ctx: TenantContext; input: z.output<typeof stepList> & { id: string; revision: number | null } }): Promise<z.infer<typeof stepsView> & { revision: number }> {
  const { steps, ...rest } = input;
  mayWriteCode(ctx, { steps });
  await editSource(ctx, rest, (opened, workflow) => replacedSteps({ opened, trigger: triggerShown(workflow.manifest) }, steps).opened.source);
  return listSteps({ ctx: { ...ctx, workflow: null }, input: { id: input.id, draft: input.draft } });
}

/** @throws PlatformError */
export function replacedSteps(editing: Editing, given: readonly Listed[]): Editing {
  const steps = given.map((step, index) => ({ ...step, step_order: step.step_order ?? index + 1 })).sort((one, other) => one.step_order - other.step_order);
  const byId = new Map(shownSteps(editing.opened).map((one) => [one.id, one]));
  // Numbers are those of the list that comes.
  const orderOf = (order: number): number | null => byId.get(steps.find((one) => one.step_order === order)?.id ?? "")?.step_order ?? null;
  let at = withVariablesFor(editing, steps.filter(({ id }) => !byId.has(id ?? "")), orderOf);
  const ids = new Map(stepsIn(editing).map(({ node }, index) => [node.id, stepsIn(at)[index]?.node.id ?? node.id]));
  const renamed = steps.map((step) => ({ ...step, ...(step.id === undefined ? {} : { id: ids.get(step.id) ?? step.id }), ...(step.parent_id == null ? {} : { parent_id: ids.get(step.parent_id) ?? step.parent_id }) }));
  for (const step of renamed) if (step.parent_id != null && !renamed.some(({ id }) => id === step.parent_id)) throw misplaced(given, step);
  // From the inside out: what is moved takes along what is inside of it.
  for (const list of listsOf(at, renamed)) at = merged(at, list, renamed, given);
  nothingMissing(editing, at, "/steps");
  return at;
}

interface List {
  parent: string | null;
  branch: number;
}

/** Lists that are there and stay, the innermost first. */
function listsOf(editing: Editing, steps: readonly Listed[]): List[] {
  const stays = new Set(steps.map(({ id }) => id));
  const lists = new Map<string, List>();
  for (const { parent } of stepsIn(editing)) if (parent && stays.has(parent.id)) lists.set(`${parent.id} ${parent.branch}`, { parent: parent.id, branch: parent.branch });
  for (const { parent_id, branch } of steps) if (parent_id != null && stepsIn(editing).some(({ node }) => node.id === parent_id)) lists.set(`${parent_id} ${branch ?? 0}`, { parent: parent_id, branch: branch ?? 0 });
  const order = ({ parent }: List): number => (parent === null ? 0 : stepNamed(editing, parent).order);
  return [...[...lists.values()].sort((one, other) => order(other) - order(one)), { parent: null, branch: 0 }];
}

function merged(editing: Editing, { parent, branch }: List, steps: readonly (Listed & { step_order: number })[], given: readonly Listed[]): Editing {
  const wanted = steps.filter((step) => (step.parent_id ?? null) === parent && (parent === null || (step.branch ?? 0) === branch));
  const inside = parent === null ? null : stepNamed(editing, parent).order;
  const before = blockAt(editing, { inside, branch });
  // Steps of an expression change with what they are inside of.
  if (parent !== null && before.nodes.length > 0 && wanted.length === before.nodes.length && wanted.every(({ id }, index) => before.nodes[index]?.id === id) && wanted.every((step) => isSame(editing, step))) return editing;
  let at = editing;
  for (const step of wanted) if (hasInside(at, step.id) && !isSame(at, step)) at = patched(at, step.id ?? "", { config: { condition: step.config["condition"] ?? step.config["while"] ?? null } }).editing;
  const block = blockAt(at, { inside, branch });
  const known = new Map(block.nodes.map((node) => [node.id, node]));
  const find = finder(at);
  const shown = new Map(shownSteps(at.opened).map((one) => [one.id, one]));
  const changed = new Set(wanted.filter((step) => known.has(step.id ?? "") && !hasInside(at, step.id) && !isSame(at, step)).map(({ id }) => id));
  const item = (step: Listed & { step_order: number }): Item => {
    const node = known.get(step.id ?? "");
    if (node && !changed.has(step.id)) return { order: step.step_order, keep: node };
    const { parent_id: _, branch: __, ...json } = step;
    return { order: step.step_order, json: withVariables(json as WorkflowStepInput, find) };
  };
  const old = (node: GraphNode, index: number): Item => {
    if (!changed.has(node.id)) return { order: index + 1, keep: node };
    const { parent_id: _, branch: __, runs_as: ___, ...json } = shown.get(node.id) ?? { parent_id: null, branch: null, runs_as: null };
    return { order: index + 1, json: withVariables(json as WorkflowStepInput, find) };
  };
  const pointer = (step: string): string => `/steps${pointerIn(given, step)}`;
  try {
    return reopened(at, mergeSource(at.opened, putTogether(at.opened, at.trigger, block.nodes.map(old), pointer), putTogether(at.opened, at.trigger, wanted.map(item), pointer), block));
  } catch (error) {
    if (error instanceof Unlike) throw cannotMerge("/steps");
    throw error;
  }
}

const fields = ["step_type", "action_type", "name", "config", "on_success_step_id", "on_failure_step_id", "retry_count", "retry_delay_seconds", "timeout_seconds", "result_variable", "result_declaration"] as const;

/** It says what the code says already. */
function isSame({ opened }: Editing, step: Listed): boolean {
  const shown = shownSteps(opened).find(({ id }) => id === step.id);
  return shown !== undefined && fields.every((name) => plain(shown[name]) === plain(step[name]) || (name === "name" && step.name === undefined));
}

const plain = (value: unknown): string => JSON.stringify(value ?? null, (_key, one: unknown) => (typeof one === "object" && one !== null && !Array.isArray(one) ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1))) : one));

function hasInside(editing: Editing, id: string | undefined): boolean {
  const node = stepsIn(editing).find((one) => one.node.id === id)?.node;
  return node !== undefined && ("branches" in node || node.kind === "loop" || node.kind === "try");
}

function misplaced(given: readonly Listed[], step: Listed): PlatformError {
  const pointer = `/steps/${given.findIndex(({ id }) => id !== undefined && id === step.id)}/parent_id`;
  const detail = `\`${step.parent_id}\` is not in the list.`;
  return new PlatformError("bad-request", `${pointer}: ${detail}`, [{ pointer, detail }]);
}
