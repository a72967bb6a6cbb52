/**
 * A change of a workflow's generated code, carried over to the code as somebody has written it:
 * statements that are the same stay as they are, to the byte.
 *
 * `mine` is what is written, `was` the same put together anew, `now` what it is to become.
 * `mine` and `was` are alike in structure; they differ in how things are written.
 * @module
 */
import { type Block, blocksOf, type GraphNode, type Range, within } from "../../../../sdk/graph/index.ts";
import { applyChanges } from "../../../../sdk/graph/edit/index.ts";
import { type Change, tidy } from "../../../../sdk/graph/edit/changes.ts";
import { indentAt, lineEnd, reindented } from "../../../../sdk/graph/edit/lines.ts";
import { align, meaningOf, type Trees } from "./align.ts";
import { type Before, headersOf, inserted, removed, Unlike } from "./place.ts";
import { statementChanges } from "./statement.ts";

/** What goes may come back elsewhere, as it was written. */
type Pool = Map<string, GraphNode[]>;

/** Changes of `mine`. @throws Unlike where the structure of `mine` is another than that of `was` */
export function mergeBlocks(trees: Trees, mine: Block, was: Block, now: Block): Change[] {
  const pool: Pool = new Map();
  gather(trees, pool, mine, was, now);
  return tidy(blockChanges(trees, pool, mine, was, now));
}

function gather(trees: Trees, pool: Pool, mine: Block, was: Block, now: Block): void {
  const pairs = align(trees.was, was, trees.now, now);
  for (const pair of pairs) {
    const index = pair.was ? was.nodes.indexOf(pair.was) : -1;
    const own = mine.nodes[index];
    if (!own || !pair.was) continue;
    if (pair.now === null || !pair.same) keep(trees, pool, own, pair.was);
  }
}

/** A statement and all inside of it. */
function keep(trees: Trees, pool: Pool, mine: GraphNode, was: GraphNode): void {
  const [own, its] = mine.kind === was.kind ? [[...within(mine)], [...within(was)]] : [[mine], [was]];
  if (own.length !== its.length) return;
  for (const [index, node] of its.entries()) {
    const text = meaningOf(trees.was, node);
    const written = own[index];
    if (written) pool.set(text, [...(pool.get(text) ?? []), written]);
  }
}

function blockChanges(trees: Trees, pool: Pool, mine: Block, was: Block, now: Block): Change[] {
  if (mine.nodes.length !== was.nodes.length) throw new Unlike();
  const pairs = align(trees.was, was, trees.now, now);
  if (mine.nodes.length === 0) {
    // All in one: each would bring line ends of its own.
    const comes = pairs.flatMap((pair) => (pair.was || isThere(trees, pair.now) ? [] : [pair.now]));
    return comes.length === 0 ? [] : [inserted(trees.mine.graph.source, mine, null, (indent) => comes.map((node) => written(trees, pool, node, indent)).join(`\n${indent}`))];
  }
  const changes: Change[] = [];
  let last: Before | null = null;
  for (const pair of pairs) {
    const own: GraphNode | null = pair.was ? (mine.nodes[was.nodes.indexOf(pair.was)] ?? null) : null;
    if (own && pair.was && pair.now) changes.push(...(pair.same ? commentChange(trees, own, pair.was, pair.now) : changed(trees, pool, own, pair.was, pair.now)));
    else if (own) {
      const goes = removed(trees.mine.graph.source, mine, own);
      changes.push(goes);
      last = { node: own, gone: goes.end };
      continue;
    }
    if (!pair.was && !isThere(trees, pair.now)) changes.push(inserted(trees.mine.graph.source, mine, last, (indent) => written(trees, pool, pair.now, indent)));
    if (own) last = { node: own, gone: null };
  }
  return changes;
}

/** What only looks something up is done once. */
function isThere(trees: Trees, now: GraphNode): boolean {
  if (!now.binding) return false;
  const meaning = meaningOf(trees.now, now);
  return trees.mine.declared.has(meaning);
}

/** A statement that became another. */
function changed(trees: Trees, pool: Pool, mine: GraphNode, was: GraphNode, now: GraphNode): Change[] {
  const comment = commentChange(trees, mine, was, now);
  try {
    const [own, old, next] = [blocksOf(mine), blocksOf(was), blocksOf(now)];
    if (own.length > 0 && own.length === old.length && own.length === next.length && mine.kind !== "step") {
      return [...comment, ...headerChanges(trees, mine, was, now), ...own.flatMap(({ block }, index) => innerChanges(trees, pool, block, old[index]?.block, next[index]?.block))];
    }
    const finer = statementChanges(trees, mine, was, now);
    if (finer) return [...comment, ...finer];
  } catch (error) {
    if (!(error instanceof Unlike)) throw error;
  }
  const indent = indentAt(trees.mine.graph.source, mine.start);
  return [...comment, { start: mine.start, end: mine.end, text: statementText(trees, pool, now, indent) }];
}

function innerChanges(trees: Trees, pool: Pool, mine: Block, was: Block | undefined, now: Block | undefined): Change[] {
  if (!was || !now) throw new Unlike();
  const changes = blockChanges(trees, pool, mine, was, now);
  if (changes.length > 0 && !mine.braced) throw new Unlike();
  return changes;
}

/** Between its blocks: conditions, what is gone through. */
function headerChanges(trees: Trees, mine: GraphNode, was: GraphNode, now: GraphNode): Change[] {
  const [own, old, next] = [headersOf(trees.mine.graph.source, mine), headersOf(trees.was.graph.source, was), headersOf(trees.now.graph.source, now)];
  return own.flatMap((range, index): Change[] => {
    const [before, after] = [old[index]?.text, next[index]?.text];
    if (before === undefined || after === undefined) throw new Unlike();
    return before === after ? [] : [{ start: range.start, end: range.end, text: after }];
  });
}

function commentChange({ mine: { graph: { source } }, now: { graph } }: Trees, mine: GraphNode, was: GraphNode, now: GraphNode): Change[] {
  if (was.comment === now.comment) return [];
  const text = graph.source.slice(now.extent.start, now.start);
  return [{ start: mine.extent.start, end: mine.start, text: reindentedText(text, indentAt(graph.source, now.start), indentAt(source, mine.start)) }];
}

const reindentedText = (text: string, from: string, to: string): string => reindented(text, { start: 0, end: text.length }, from, to).text;

/** A statement that comes, with its comment: as it was written elsewhere, or as it is put together. */
function written(trees: Trees, pool: Pool, now: GraphNode, indent: string): string {
  const own = taken(trees, pool, now);
  if (own) return textOf(trees.mine.graph.source, own.extent, own, indent);
  const { source } = trees.now.graph;
  const comment = reindentedText(source.slice(now.extent.start, now.start), indentAt(source, now.start), indent);
  return comment + statementText(trees, pool, now, indent) + source.slice(now.end, now.extent.end);
}

function statementText(trees: Trees, pool: Pool, now: GraphNode, indent: string): string {
  const { source } = trees.now.graph;
  const changes: Change[] = [];
  const look = (block: Block): void => {
    for (const node of block.nodes) {
      const own = taken(trees, pool, node);
      if (own) changes.push({ start: node.extent.start, end: node.extent.end, text: textOf(trees.mine.graph.source, own.extent, own, indentAt(source, node.start)) });
      else for (const inner of blocksOf(node)) look(inner.block);
    }
  };
  for (const { block } of blocksOf(now)) look(block);
  const start = now.start;
  const text = applyChanges(source.slice(start, now.end), tidy(changes).map((one) => ({ ...one, start: one.start - start, end: one.end - start })));
  return reindentedText(text, indentAt(source, start), indent);
}

/** The text of a range as it reads at another indentation. */
const textOf = (source: string, range: Range, node: GraphNode, indent: string): string => reindented(source, { start: range.start, end: Math.max(range.end, Math.min(lineEnd(source, node.end), range.end)) }, indentAt(source, node.start), indent).text;

function taken(trees: Trees, pool: Pool, now: GraphNode): GraphNode | null {
  if (now.place !== "statement") return null;
  return pool.get(meaningOf(trees.now, now))?.shift() ?? null;
}
