/**
 * What names in a workflow's code are among its steps.
 * @module
 */
import { blocksOf, type GraphNode, type WorkflowGraph } from "../../../sdk/graph/index.ts";

export interface Numbered {
  node: GraphNode;
  /** From 1, as the code has them: those inside of others behind them. */
  order: number;
  parent: { id: string; branch: number } | null;
}

/** Every node but those inside of durable steps, which are their code. */
export function numbered(workflow: WorkflowGraph): readonly Numbered[] {
  const found = known.get(workflow) ?? number(workflow);
  known.set(workflow, found);
  return found;
}

const known = new WeakMap<WorkflowGraph, readonly Numbered[]>();

function number({ body }: WorkflowGraph): Numbered[] {
  const all: Numbered[] = [];
  const look = (nodes: readonly GraphNode[], parent: Numbered["parent"]): void => {
    for (const node of nodes) {
      all.push({ node, order: all.length + 1, parent });
      look(node.inner, { id: node.id, branch: 0 });
      if (node.kind !== "step") for (const [branch, { block }] of blocksOf(node).entries()) look(block.nodes, { id: node.id, branch });
    }
  };
  look(body.nodes, null);
  return all;
}

/** What the handler calls its input; null: it takes none, or takes it apart. */
export function inputName(source: string, { parameters, style }: WorkflowGraph): string | null {
  if (style === "class") return null;
  const text = source.slice(parameters.start, parameters.end);
  const found = /[{,]\s*input\s*(?::\s*([A-Za-z_$][\w$]*)\s*)?[,}=]/.exec(text);
  return found ? (found[1] ?? "input") : null;
}

/** The variable of a node, if it is one name. */
export function variableOf({ binding }: GraphNode): string | null {
  const [name, more] = binding?.names ?? [];
  return name !== undefined && more === undefined ? name : null;
}

/** Places as they are shown: `step3.result.id`, `trigger.id`; null for what is neither. */
export function placesOf(source: string, workflow: WorkflowGraph): Places {
  const found = places.get(workflow) ?? readPlaces(source, workflow);
  places.set(workflow, found);
  return found;
}

type Places = (path: readonly string[]) => string | null;
const places = new WeakMap<WorkflowGraph, Places>();

function readPlaces(source: string, workflow: WorkflowGraph): Places {
  const input = inputName(source, workflow);
  const steps = new Map<string, number | null>();
  for (const { node, order } of numbered(workflow)) {
    const name = variableOf(node);
    // A name that two steps have is nobody's.
    if (name !== null) steps.set(name, steps.has(name) ? null : order);
  }
  return ([root = "", ...rest]) => {
    const of = root === input ? "trigger" : steps.get(root) == null ? null : `step${steps.get(root)}.result`;
    return of === null ? (root === "vars" && rest.length > 0 ? ["variables", ...rest].join(".") : null) : [of, ...rest].join(".");
  };
}
