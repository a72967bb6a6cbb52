/**
 * Ids of nodes: of what they are, not where.
 * @module
 */
import type { Block, GraphNode } from "../model.ts";
import { blocksOf } from "../walk.ts";

/** Gives every node of a workflow its id; of those that are alike, the second gets `~2`. */
export function giveIds(blocks: Iterable<{ block: Block; source: string }>): void {
  eachId(blocks, (node, id) => (node.id = id));
}

/** Tells which id each node has. */
export function eachId(blocks: Iterable<{ block: Block; source: string }>, tell: (node: GraphNode, id: string) => void): void {
  const taken = new Set<string>();
  const counts = new Map<string, number>();
  for (const { block, source } of blocks) {
    each(block.nodes, (node) => {
      const name = nameOf(node, source);
      let count = (counts.get(name) ?? 0) + 1;
      let id = count === 1 ? name : `${name}~${count}`;
      // One may be called so.
      while (taken.has(id)) id = `${name}~${++count}`;
      counts.set(name, count);
      taken.add(id);
      tell(node, id);
    });
  }
}

/** In the order of `nodesOf`; there are many. */
function each(nodes: readonly GraphNode[], take: (node: GraphNode) => void): void {
  for (const node of nodes) {
    take(node);
    each(node.inner, take);
    for (const { block } of blocksOf(node)) each(block.nodes, take);
  }
}

function nameOf(node: GraphNode, source: string): string {
  const text = (range: { start: number; end: number } | null | undefined): string => (range ? hash(source.slice(range.start, range.end)) : "");
  switch (node.kind) {
    case "action":
      return node.binding?.names[0] ? `${node.action}:${node.binding.names[0]}` : node.action;
    case "step":
    case "sleep":
    case "sleepUntil":
    case "waitForEvent":
    case "approval":
    case "sendEvent":
    case "invoke":
      return `${node.kind}:${node.name ?? text(node.args[0])}`;
    case "call":
      return `call:${node.helper}`;
    case "if":
      return `if:${text(node.branches[0]?.condition)}`;
    case "switch":
      return `switch:${text(node.subject)}`;
    case "loop":
      return `loop:${text(node.header)}`;
    case "parallel":
      return `parallel:${node.binding?.names[0] ?? node.mode}`;
    case "code":
    case "return":
    case "throw":
      return `${node.kind}:${text(node)}`;
    default:
      return node.kind;
  }
}

/** FNV-1a over the text without its white space, in base 36. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code <= 32) continue;
    value = Math.imul(value ^ code, 0x01000193);
  }
  return (value >>> 0).toString(36);
}
