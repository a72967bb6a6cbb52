/**
 * Which statements of a list are which of another.
 * @module
 */
import type { Block, GraphNode, SourceGraph } from "../../../../sdk/graph/index.ts";
import { blocksOf } from "../../../../sdk/graph/index.ts";
import { describeNode } from "../../../../sdk/graph/generate/describe.ts";

/** A tree, and the text it is of. */
export interface Tree {
  graph: SourceGraph;
  /** Name of the step API in it. */
  step: string | null;
}

export interface Trees {
  mine: Tree & {
    /** What statements say that declare something there, before all that is changed. */
    declared: ReadonlySet<string>;
  };
  was: Tree;
  now: Tree;
}

/** What a statement says, however it is written; comments aside. */
export function meaningOf({ graph, step }: Tree, node: GraphNode): string {
  return JSON.stringify(describeNode(node, graph.source, { step }), (key, value: unknown) => (key === "comment" || key === "spaced" || key === "trailing" ? undefined : value));
}

export type Pair = { was: GraphNode; now: GraphNode; same: boolean } | { was: GraphNode; now: null } | { was: null; now: GraphNode };

/** In the order of both: those that stay, that are changed, that go and that come. */
export function align(before: Tree, was: Block, after: Tree, now: Block): Pair[] {
  const [old, new_] = [was.nodes.map((node) => ({ node, text: meaningOf(before, node) })), now.nodes.map((node) => ({ node, text: meaningOf(after, node) }))];
  const pairs: Pair[] = [];
  let [i, j] = [0, 0];
  for (const [a, b] of [...common(old.map(({ text }) => text), new_.map(({ text }) => text)), [old.length, new_.length] as const]) {
    pairs.push(...between(old.slice(i, a).map(({ node }) => node), new_.slice(j, b).map(({ node }) => node)));
    const [one, other] = [old[a], new_[b]];
    if (one && other) pairs.push({ was: one.node, now: other.node, same: true });
    [i, j] = [a + 1, b + 1];
  }
  return pairs;
}

/** The longest common subsequence, as places in both. */
function common(one: readonly string[], other: readonly string[]): (readonly [number, number])[] {
  const lengths: number[][] = Array.from({ length: one.length + 1 }, () => Array.from({ length: other.length + 1 }, () => 0));
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  for (let i = one.length - 1; i >= 0; i--) for (let j = other.length - 1; j >= 0; j--) (lengths[i] ?? [])[j] = one[i] === other[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const found: [number, number][] = [];
  for (let i = 0, j = 0; i < one.length && j < other.length; ) {
    if (one[i] === other[j]) found.push([i++, j++]);
    else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return found;
}

/** Of what is not the same, what is likely to have been changed. */
function between(was: readonly GraphNode[], now: readonly GraphNode[]): Pair[] {
  const only = was.length === 1 && now.length === 1;
  const pairs: Pair[] = [];
  let next = 0;
  for (const one of was) {
    const found = now.findIndex((other, index) => index >= next && (alike(one, other) || (only && one.kind === other.kind)));
    const other = now[found];
    if (!other) {
      pairs.push({ was: one, now: null });
      continue;
    }
    for (const come of now.slice(next, found)) pairs.push({ was: null, now: come });
    pairs.push({ was: one, now: other, same: false });
    next = found + 1;
  }
  return [...pairs, ...now.slice(next).map((come): Pair => ({ was: null, now: come }))];
}

function alike(one: GraphNode, other: GraphNode): boolean {
  if (one.kind !== other.kind) return false;
  if (one.kind === "action" && other.kind === "action") return one.action === other.action;
  if ("name" in one && "name" in other) return one.name === other.name;
  if (one.kind === "code" || one.kind === "return" || one.kind === "throw") return one.id === other.id;
  const [mine, its] = [blocksOf(one), blocksOf(other)];
  return mine.length > 0 && mine.length === its.length && mine.some(({ block }, index) => block.nodes.some(({ id }) => its[index]?.block.nodes.some((node) => node.id === id) ?? false));
}
