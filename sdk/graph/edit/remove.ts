/**
 * Taking statements out, with their comments and without leaving holes.
 * @module
 */
import type { Block, GraphNode } from "../model.ts";
import type { Range } from "../value.ts";
import type { Change } from "./changes.ts";
import type { Edit } from "./edit.ts";
import { beginsLine, endsLine, lineStart, nextLine, ownEnd } from "./lines.ts";
import { Refused } from "./result.ts";

/** The siblings from one to another, with the comments that are theirs. */
export function runOf(source: string, block: Block, from: number, to: number): Range {
  const [first, last] = [block.nodes[from], block.nodes[to]];
  if (!first || !last) throw new Refused("not-found", "The nodes are no siblings in this order.");
  return { start: first.extent.start, end: ownEnd(source, last.extent) };
}

export function removeRun({ source }: Edit, block: Block, parent: GraphNode | null, from: number, to: number): Change[] {
  const { start, end } = runOf(source, block, from, to);
  if (!block.braced && parent?.kind !== "switch") {
    // The one statement of an `if` without braces.
    return [{ start, end, text: "{}" }];
  }
  if (beginsLine(source, start) && endsLine(source, end)) {
    let first = lineStart(source, start);
    let last = nextLine(source, end);
    const blankBefore = first > 0 && lineStart(source, first - 1) >= block.start && source.slice(lineStart(source, first - 1), first).trim() === "" ? lineStart(source, first - 1) : null;
    const blankAfter = last < block.end && source.slice(last, nextLine(source, last)).trim() === "" && nextLine(source, last) <= block.end;
    const opens = source.slice(block.start, first).trim() === "";
    const closes = source.slice(last, block.end).trim() === "";
    if (blankAfter && (blankBefore !== null || opens)) last = nextLine(source, last);
    else if (blankBefore !== null && closes) first = blankBefore;
    // A brace or label on the last line stays where it is.
    if (last > block.end && block.braced) return [{ start, end, text: "" }];
    if (last > block.end && last > end) last = Math.max(end, Math.min(last, Math.max(block.end, nextLine(source, end))));
    return [{ start: first, end: last, text: "" }];
  }
  const next = block.nodes[to + 1];
  const previous = block.nodes[from - 1];
  if (next && source.slice(end, next.extent.start).trim() === "" && !source.slice(end, next.extent.start).includes("\n")) return [{ start, end: next.extent.start, text: "" }];
  if (previous && source.slice(previous.extent.end, start).trim() === "" && ownEnd(source, previous) === previous.end) return [{ start: previous.extent.end, end, text: "" }];
  if (block.braced && source.slice(block.start, start).trim() === "" && source.slice(end, block.end).trim() === "") return [{ start: block.start, end: block.end, text: "" }];
  return [{ start, end, text: "" }];
}
