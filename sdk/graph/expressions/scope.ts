/**
 * What can be written at a node: the variables in scope there, where they come from, and what
 * they hold as far as reading the code tells.
 * @module
 */
import type { GraphNode, SourceGraph } from "../model.ts";
import { actionTitle } from "./known.ts";
import type { Name } from "./names.ts";
import type { ScopeOptions } from "./options.ts";
import { type Origin, pickOf, type Variable } from "./picker.ts";
import { namesAt, ownNodes } from "./place.ts";

/**
 * @param workflow its id, or the name of its export
 * @param nodeId null: where the body begins
 * @returns the innermost first; empty when there is no such workflow or node
 * @example
 * ```ts
 * import { parseSource, scopeAt } from "everstep/graph";
 *
 * const graph = parseSource(`import { crm, on, workflow } from "everstep";
 * export default workflow({ id: "won", on: [on.event("deal.won")] }, async ({ input, step }) => {
 *   const contact = input.deal.contact_id === null ? null : await crm.contacts.get(input.deal.contact_id);
 *   await step.sleep("a day", "1 day");
 * });`);
 * scopeAt(graph, "won", graph.workflows[0]?.body.nodes[1]?.id ?? null).map(({ expression }) => expression); // ["contact", "input"]
 * ```
 */
export function scopeAt(graph: SourceGraph, workflow: string, nodeId: string | null, options: ScopeOptions = {}): Variable[] {
  const place = namesAt(graph, workflow, nodeId, options);
  if (!place) return [];
  const nodes = ownNodes(place.workflow);
  return place.names.all().filter(({ hidden }) => !hidden).map((one) => ({ ...pickOf(one.name, one.name, one.shape()), origin: originOf(one, nodes) }));
}

function originOf({ name, kind, at }: Name, nodes: readonly GraphNode[]): Origin {
  if (kind !== "node" && kind !== "item" && kind !== "error") return { kind, node: null, title: null };
  // The smallest around the place where it is declared.
  const around = nodes.filter((node) => node.start <= at && at < node.end).sort((a, b) => a.end - a.start - (b.end - b.start));
  const [nearest] = around;
  const binding = around.find((node) => node.binding?.names.includes(name)) ?? nearest;
  return { kind, node: binding?.id ?? null, title: binding ? titleOf(binding) : null };
}

const titleOf = (node: GraphNode): string | null => (node.kind === "action" ? actionTitle(node.action) : "name" in node ? node.name : (node.comment ?? null));

