/**
 * Where statements go in a text, and what goes with them.
 * @module
 */
import { type Block, blocksOf, type GraphNode, type Range } from "../../../../sdk/graph/index.ts";
import type { Change } from "../../../../sdk/graph/edit/changes.ts";
import { beginsLine, endsLine, indentAt, lineStart, nextLine } from "../../../../sdk/graph/edit/lines.ts";

/** Something is written in another way than it would be put together: it is replaced as a whole. */
export class Unlike extends Error {}

/** What stands before a statement that comes. */
export interface Before {
  node: GraphNode;
  /** Where it ended, when it goes. */
  gone: number | null;
}

/** @param last null at the beginning of the block */
export function inserted(source: string, block: Block, last: Before | null, text: (indent: string) => string): Change {
  const [first] = block.nodes;
  if (!block.braced) throw new Unlike();
  if (last) {
    const at = last.gone ?? nextLine(source, last.node.extent.end);
    if (!endsLine(source, last.node.extent.end) || source[at - 1] !== "\n") throw new Unlike();
    return { start: at, end: at, text: `${indented(source, last.node, text)}\n` };
  }
  if (first) {
    if (!beginsLine(source, first.extent.start)) throw new Unlike();
    const at = lineStart(source, first.extent.start);
    return { start: at, end: at, text: `${indented(source, first, text)}\n` };
  }
  const inner = bracesOf(source, block);
  const outer = indentAt(source, inner.start);
  const more = `${outer}${outer.includes("\t") ? "\t" : "  "}`;
  const kept = source.slice(inner.start, inner.end).trimEnd();
  return { start: inner.start, end: inner.end, text: `${kept}\n${more}${text(more)}\n${outer}` };
}

const indented = (source: string, beside: GraphNode, text: (indent: string) => string): string => {
  const indent = indentAt(source, beside.start);
  return indent + text(indent);
};

/** Between the braces, whether or not they are of the range. */
function bracesOf(source: string, { start, end }: Block): Range {
  const open = source[start] === "{" ? start + 1 : start;
  const close = source[end - 1] === "}" ? end - 1 : end;
  return { start: open, end: close };
}

/** With its comments, and whole lines where it has them for itself. */
export function removed(source: string, block: Block, node: GraphNode): Change {
  const { start, end } = node.extent;
  if (!block.braced) throw new Unlike();
  if (!beginsLine(source, start) || !endsLine(source, end)) return { start, end, text: "" };
  const from = lineStart(source, start);
  const to = nextLine(source, end);
  const above = source.slice(0, from);
  const blankAbove = /\n[ \t]*\r?\n$/.test(above);
  const open = /\{[ \t]*\r?\n$/.test(above);
  const below = source.slice(to, to + 200);
  // Of two blank lines that would meet, or one before a brace, one goes too.
  const blankBelow = /^[ \t]*\r?\n/.exec(below);
  if (blankBelow && (blankAbove || open)) return { start: from, end: to + blankBelow[0].length, text: "" };
  if (blankAbove && /^[ \t]*\}/.test(below)) return { start: lineStart(source, from - 1), end: to, text: "" };
  return { start: from, end: to, text: "" };
}

/** What of a statement is not in its blocks. */
export function headersOf(source: string, node: GraphNode): (Range & { text: string })[] {
  const blocks = blocksOf(node).map(({ block }) => block).sort((one, other) => one.start - other.start);
  const ranges: Range[] = [];
  let at = node.start;
  for (const { start, end } of blocks) {
    if (start < at) throw new Unlike();
    ranges.push({ start: at, end: start });
    at = end;
  }
  ranges.push({ start: at, end: node.end });
  return ranges.map((range) => ({ ...range, text: source.slice(range.start, range.end) }));
}
