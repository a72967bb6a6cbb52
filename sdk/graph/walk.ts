/**
 * Going through a tree.
 * @module
 */
import type { Block, GraphNode, SourceGraph, WorkflowGraph } from "./model.ts";
import type { Value } from "./value.ts";

export interface LabelledBlock {
  /** What the branch is: `then`, `else`, `case`, `do`, `branch`, `catch`, `finally`, `step`. */
  role: "then" | "else" | "case" | "default" | "do" | "branch" | "try" | "catch" | "finally" | "step";
  condition: Value | null;
  block: Block;
}

/** The blocks of a node, in the order of the source. */
export function blocksOf(node: GraphNode): LabelledBlock[] {
  switch (node.kind) {
    case "if":
      return node.branches.map(({ condition, block }) => ({ role: condition ? "then" : "else", condition, block }));
    case "switch":
      return node.branches.map(({ condition, block }) => ({ role: condition ? "case" : "default", condition, block }));
    case "loop":
      return [{ role: "do", condition: node.condition, block: node.block }];
    case "parallel":
      return node.branches.map((block) => ({ role: "branch", condition: null, block }));
    case "try":
      return [
        { role: "try", condition: null, block: node.block },
        ...(node.handler ? [{ role: "catch" as const, condition: null, block: node.handler.block }] : []),
        ...(node.finalizer ? [{ role: "finally" as const, condition: null, block: node.finalizer }] : []),
      ];
    case "step":
      return node.block ? [{ role: "step", condition: null, block: node.block }] : [];
    default:
      return none;
  }
}

const none: LabelledBlock[] = [];

/** Every node of a block, before those inside of it. */
export function* nodesOf(block: Block): Generator<GraphNode> {
  for (const node of block.nodes) yield* within(node);
}

/** As `nodesOf`, for whoever looks at all of many. */
export function visitNodes({ nodes }: Block, look: (node: GraphNode) => void): void {
  for (const node of nodes) visitWithin(node, look);
}

export function visitWithin(node: GraphNode, look: (node: GraphNode) => void): void {
  look(node);
  for (const one of node.inner) visitWithin(one, look);
  for (const { block } of blocksOf(node)) visitNodes(block, look);
}

/** A node, and all inside of it. */
export function* within(node: GraphNode): Generator<GraphNode> {
  yield node;
  for (const one of node.inner) yield* within(one);
  for (const { block } of blocksOf(node)) yield* nodesOf(block);
}

/** Of the workflow's own body, then of its helpers. */
export function* allNodes(workflow: WorkflowGraph): Generator<GraphNode> {
  yield* nodesOf(workflow.body);
  for (const helper of Object.values(workflow.helpers)) yield* nodesOf(helper.block);
}

export function findNode(workflow: WorkflowGraph, id: string): GraphNode | null {
  for (const node of allNodes(workflow)) if (node.id === id) return node;
  return null;
}

export interface Place {
  node: GraphNode;
  /** The block it stands in; of a node inside an expression the nearest. */
  block: Block;
  index: number;
  /** The nodes around it, outermost first. */
  parents: GraphNode[];
}

/** Where a node stands. */
export function placeOf(workflow: WorkflowGraph, id: string): Place | null {
  for (const block of [workflow.body, ...Object.values(workflow.helpers).map(({ block }) => block)]) {
    const found = placeIn(block, id, []);
    if (found) return found;
  }
  return null;
}

function placeIn(block: Block, id: string, parents: GraphNode[]): Place | null {
  for (const [index, node] of block.nodes.entries()) {
    if (node.id === id) return { node, block, index, parents };
    const inside = node.inner.find((one) => [...within(one)].some((each) => each.id === id));
    if (inside) return { node: [...within(inside)].find((each) => each.id === id) ?? inside, block, index, parents: [...parents, node] };
    for (const part of blocksOf(node)) {
      const found = placeIn(part.block, id, [...parents, node]);
      if (found) return found;
    }
  }
  return null;
}

/** By the workflow's id, or the name of its export. */
export function findWorkflow(graph: SourceGraph, name: string): WorkflowGraph | null {
  return graph.workflows.find(({ id }) => id === name) ?? graph.workflows.find((one) => one.export === name) ?? null;
}
