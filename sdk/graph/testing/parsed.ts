/**
 * For tests: workflows by their bodies.
 * @module
 */
import type { GraphNode, NodeKind, SourceGraph, WorkflowGraph } from "../model.ts";
import { type ParseOptions, parseSource } from "../parse/source.ts";
import type { Range, Value } from "../value.ts";
import { allNodes } from "../walk.ts";

export interface Parsed {
  graph: SourceGraph;
  workflow: WorkflowGraph;
  nodes: GraphNode[];
  text(range: Range | Value | null): string;
  /** The first of a kind, wherever it is. */
  one<Kind extends NodeKind>(kind: Kind): Extract<GraphNode, { kind: Kind }>;
  byId(id: string): GraphNode;
}

export function parsed(source: string, options?: ParseOptions): Parsed {
  const graph = parseSource(source, options);
  const [workflow] = graph.workflows;
  if (!workflow) throw new Error(`there is no workflow: ${graph.errors[0]?.message ?? "and no error"}`);
  const nodes = [...allNodes(workflow)];
  const must = <T>(found: T | undefined, what: string): T => {
    if (found === undefined) throw new Error(`there is no ${what} among ${nodes.map(({ id }) => id).join(", ")}`);
    return found;
  };
  return {
    graph,
    workflow,
    nodes: workflow.body.nodes,
    text: (range) => (range ? source.slice(range.start, range.end) : ""),
    one: (kind) => must(nodes.find((node): node is Extract<GraphNode, { kind: typeof kind }> => node.kind === kind), kind),
    byId: (id) => must(nodes.find((node) => node.id === id), id),
  };
}

export const imports = 'import { actions, crm, on, workflow } from "everstep";\n';

/** Of a handler that does so. */
export const body = (statements: string, rest = ""): Parsed => parsed(`${imports}export default workflow({ id: "w" }, async ({ step, input }) => {\n${statements}\n});\n${rest}`);
