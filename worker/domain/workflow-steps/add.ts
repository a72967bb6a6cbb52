import type { z } from "zod";
import type { Block, GraphNode } from "../../../sdk/graph/index.ts";
import { blocksOf, findNode } from "../../../sdk/graph/index.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { WorkflowStepInput } from "../../../sdk/schema/workflow-steps.ts";
import type { TenantContext } from "../context.ts";
import { triggerShown } from "../workflows/view.ts";
import { type Editing, finder, reopened, stepNamed, stepsIn, withVariablesFor } from "./edit-list.ts";
import { editSource } from "./edit-source.ts";
import { mergeSource } from "./merge/merge-source.ts";
import { Unlike } from "./merge/place.ts";
import { mayWriteCode } from "./may-write-code.ts";
import { withVariables } from "./places.ts";
import { cannotMerge, type Item, putTogether } from "./put-together.ts";
import type { ChangedStep, newStep } from "./step.ts";
import { viewChanged } from "./view-changed.ts";

type Input = z.output<typeof newStep> & { id: string; revision: number | null };

/**
 * Adds a step to a workflow: at its `step_order`, beside another step, into one that has others
 * inside of it, or at the end.
 * @throws PlatformError `not-found`, `bad-request` for a step that is no code, `edit-refused`, `conflict`, `version-conflict`, and all of publishing
 */
export async function addStep({ ctx, input }: { ctx: TenantContext; input: Input }): Promise<ChangedStep & { revision: number }> {
  const { id, revision, draft, message, after, before, into, branch, ...step } = input;
  mayWriteCode(ctx, { steps: [step] });
  let made = "";
  const edited = await editSource(ctx, { id, revision, draft, message }, (opened, workflow) => {
    const { editing, step: node } = added({ opened, trigger: triggerShown(workflow.manifest) }, step, { after, before, into, branch });
    made = node;
    return editing.opened.source;
  });
  return viewChanged(edited, made, draft);
}

interface Where {
  after?: string | undefined;
  before?: string | undefined;
  into?: string | undefined;
  branch: number;
}

interface Place {
  /** Number of the statement around the list; null: the workflow itself. */
  inside: number | null;
  branch: number;
  /** Statements of the list before it. */
  index: number;
  /** What it is going to be numbered. */
  order: number;
}

/** @throws PlatformError */
export function added(editing: Editing, { step_order: wanted, ...asked }: WorkflowStepInput, where: Where): { editing: Editing; step: string } {
  const step = named(asked);
  const place = placeFor(editing, wanted, where);
  // Numbers as they are once it is there.
  const orderOf = (order: number): number | null => (order === place.order ? null : order > place.order ? order - 1 : order);
  const at = withVariablesFor(editing, step.config, orderOf);
  const json = withVariables(step, finder(at, orderOf));
  const block = blockAt(at, place);
  const numbers = new Map(stepsIn(at).map(({ node, order }) => [node.id, order]));
  const keep = block.nodes.map((node): Item => ({ order: shifted(numbers.get(node.id) ?? 0, place.order), keep: node }));
  const made = (items: readonly Item[]): string => putTogether(at.opened, at.trigger, items, () => "");
  try {
    const was = made(keep);
    const now = made([...keep.slice(0, place.index), { order: place.order, json }, ...keep.slice(place.index)]);
    const source = mergeSource(at.opened, was, now, block);
    if (was === now) throw nothingComes(json);
    const after = reopened(at, source);
    return { editing: after, step: madeAt(after, stepsIn(at).length - place.order + 1, place) };
  } catch (error) {
    if (error instanceof Unlike) throw cannotMerge("");
    throw error;
  }
}

/** What is looked up is kept, one of them as one, though no step reads it yet. */
function named(step: WorkflowStepInput): WorkflowStepInput {
  const kind = step.action_type === "query_database" && step.result_variable == null ? /^(?:find|count)_([a-z]+)$/.exec(String(step.config?.["query_type"]))?.[1] : undefined;
  return kind === undefined ? step : { ...step, result_variable: kind };
}

/** @param behind how many steps stand behind it */
function madeAt(editing: Editing, behind: number, { inside }: Place): string {
  const all = stepsIn(editing);
  const around = inside === null ? null : (all[inside - 1]?.node.id ?? null);
  let at = all[all.length - behind - 1];
  while (at?.parent && at.parent.id !== around) at = all.find(({ node }) => node.id === at?.parent?.id);
  return at?.node.id ?? "";
}

const shifted = (order: number, from: number): number => (order >= from ? order + 1 : order);

function nothingComes({ config }: WorkflowStepInput): PlatformError {
  const detail = "No code comes of it: a condition has to lead to steps that are there. Add those first, give them with it (`PUT …/steps` takes the whole list), or put steps `into` one.";
  return new PlatformError("bad-request", `/config: ${detail}`, [{ pointer: `/config${config && "if_true" in config ? "/if_true" : ""}`, detail }]);
}

function placeFor(editing: Editing, wanted: number | undefined, { after, before, into, branch }: Where): Place {
  const all = stepsIn(editing);
  const beside = before ?? after;
  const at = beside !== undefined ? stepNamed(editing, beside) : wanted === undefined || into !== undefined ? undefined : all.find(({ order }) => order === wanted);
  if (at) {
    const inside = at.parent ? stepNamed(editing, at.parent.id).order : null;
    const list = blockAt(editing, { inside, branch: at.parent?.branch ?? 0 });
    const index = list.nodes.indexOf(at.node);
    if (index < 0) throw new PlatformError("edit-refused", `\`${at.node.id}\` stands inside of an expression: nothing can stand beside it.`, [{ pointer: "", detail: "an expression" }]);
    if (after === undefined) return { inside, branch: at.parent?.branch ?? 0, index, order: at.order };
    const next = list.nodes[index + 1];
    return { inside, branch: at.parent?.branch ?? 0, index: index + 1, order: next ? (all.find(({ node }) => node === next)?.order ?? all.length + 1) : lastWithin(all, at.order) + 1 };
  }
  const inside = into === undefined ? null : stepNamed(editing, into).order;
  const list = blockAt(editing, { inside, branch });
  // Behind what leaves nothing is reached.
  const leaves = ["return", "throw", "break", "continue"].includes(list.nodes.at(-1)?.kind ?? "");
  const index = list.nodes.length - (leaves ? 1 : 0);
  const next: GraphNode | undefined = list.nodes[index];
  return { inside, branch, index, order: next ? (all.find(({ node }) => node === next)?.order ?? 1) : inside === null ? all.length + 1 : lastWithin(all, inside) + 1 };
}

/** The last number of all that is inside of a step. */
function lastWithin(all: ReturnType<typeof stepsIn>, order: number): number {
  const inside = new Set([all[order - 1]?.node.id]);
  let last = order;
  for (const one of all.slice(order)) {
    if (!one.parent || !inside.has(one.parent.id)) break;
    inside.add(one.node.id);
    last = one.order;
  }
  return last;
}

/** @throws PlatformError `bad-request` for a step that has nothing inside of it */
export function blockAt(editing: Editing, { inside, branch }: Pick<Place, "inside" | "branch">): Block {
  if (inside === null) return editing.opened.workflow.body;
  const id = stepsIn(editing)[inside - 1]?.node.id ?? "";
  const node = findNode(editing.opened.workflow, id);
  const found = node && node.kind !== "step" ? blocksOf(node)[branch]?.block : undefined;
  if (!found) throw new PlatformError("bad-request", `/into: \`${id}\` has no branch ${branch} that steps could be inside of.`, [{ pointer: "/into", detail: `no branch ${branch}` }]);
  return found;
}
