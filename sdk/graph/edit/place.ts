/**
 * Where something new goes: its line, its indentation, and the braces it may need.
 * @module
 */
import type { Block, GraphNode } from "../model.ts";
import { blocksOf } from "../walk.ts";
import type { Change } from "./changes.ts";
import { type Edit, placed, statement } from "./edit.ts";
import { intoExpression } from "./place-expression.ts";
import { beginsLine, endsLine, indentAt, lineEnd, lineStart, ownEnd } from "./lines.ts";
import type { Target } from "./operations.ts";
import { Refused } from "./result.ts";
import type { Slot, Text, Writer } from "./slot.ts";

export function slotOf(edit: Edit, target: Target): Slot {
  if ("body" in target) return atEnd({ block: edit.workflow.body, parent: null, index: 0 }, target.body);
  if ("into" in target) {
    const { node } = placed(edit, target.into);
    const block = blocksOf(node)[target.branch ?? 0]?.block;
    if (!block) throw new Refused("not-found", `\`${node.id}\` has no branch ${target.branch ?? 0}.`);
    return atEnd({ block, parent: node, index: 0 }, target.at ?? "end");
  }
  const id = "before" in target ? target.before : target.after;
  const place = placed(edit, id);
  if (place.node.place !== "statement" && !place.block.nodes.includes(place.node)) statement(edit, id);
  return { block: place.block, parent: place.parents.at(-1) ?? null, index: place.index + ("after" in target ? 1 : 0) };
}

/** Nothing runs behind a return or break: the end is before it. */
function atEnd(slot: Slot, at: "start" | "end"): Slot {
  const { nodes } = slot.block;
  const last = nodes.at(-1);
  const leaves = last && last.place === "statement" && (last.returned || ["return", "throw", "break", "continue", "continueAsNew"].includes(last.kind));
  return { ...slot, index: at === "start" ? 0 : leaves ? nodes.length - 1 : nodes.length };
}

/** The changes that put something there. */
export function insertAt(edit: Edit, slot: Slot, write: Writer): Change[] {
  const { block, index, parent } = slot;
  const [first] = block.nodes;
  if (block.braced) return inBraces(edit, block, index, write);
  if (parent?.kind === "switch") return inList(edit, slot, write);
  if (first?.place === "statement") return withBraces(edit, block, first, index, write);
  return intoExpression(edit, slot, write);
}

/** The indentation of a block's statements. */
export function innerIndent({ source, manner }: Edit, block: Block, parent: GraphNode | null): string {
  const own = block.nodes.find(({ extent }) => beginsLine(source, extent.start));
  if (own) return indentAt(source, own.extent.start);
  if (!block.braced && parent?.kind === "switch") return indentAt(source, block.start) + manner.unit;
  return indentAt(source, block.start) + manner.unit;
}

const at = (position: number, before: string, { text, kept = [], mark = 0 }: Text, after: string, end = position): Change => ({ start: position, end, text: before + text + after, kept: kept.map((one) => ({ ...one, to: one.to + before.length })), mark: mark + before.length });

function inBraces(edit: Edit, block: Block, index: number, write: Writer): Change[] {
  const { source, manner } = edit;
  const { eol } = manner;
  const indent = innerIndent(edit, block, null);
  const outer = indentAt(source, block.start);
  const text = write(indent);
  const previous = block.nodes[index - 1];
  const next = block.nodes[index];
  const last = block.nodes.at(-1);
  if (!last) {
    const inner = source.slice(block.start, block.end);
    if (inner.trim() === "") return [at(block.start, eol + indent, text, eol + outer, block.end)];
    if (beginsLine(source, block.end)) return [at(lineStart(source, block.end), indent, text, eol)];
    return [at(block.start + inner.trimEnd().length, eol + indent, text, eol + outer, block.end)];
  }
  // `{ a(); }`: its braces get lines of their own.
  const opened: Change[] = [];
  const first = block.nodes[0] ?? last;
  const closing = source.slice(last.extent.end, block.end);
  const closesLine = closing.trim() === "" && !closing.includes("\n");
  if (previous && closesLine && source.slice(block.start, first.extent.start).trim() === "" && !source.slice(block.start, first.extent.start).includes("\n")) opened.push({ start: block.start, end: first.extent.start, text: eol + indent });
  if (!previous && next && !beginsLine(source, next.extent.start)) {
    const shut: Change[] = closesLine ? [{ start: last.extent.end, end: block.end, text: eol + outer }] : [];
    const gap = source.slice(block.start, next.extent.start).trim() === "";
    return [at(gap ? block.start : next.extent.start, eol + indent, text, eol + indent, next.extent.start), ...shut];
  }
  if (!previous && next) return [at(lineStart(source, next.extent.start), indent, text, eol)];
  const shut: Change[] = next && closesLine ? [{ start: last.extent.end, end: block.end, text: eol + outer }] : [];
  return [...opened, ...behind(edit, previous ?? last, next, indent, text, block.end, outer), ...shut];
}

function behind({ source, manner: { eol } }: Edit, previous: GraphNode, next: GraphNode | undefined, indent: string, text: Text, end: number, outer: string): Change[] {
  const from = ownEnd(source, previous.extent);
  if (endsLine(source, from)) return [at(lineEnd(source, from), eol + indent, text, "")];
  if (next && source.slice(from, next.extent.start).trim() === "") return [at(from, eol + indent, text, eol + indent, next.extent.start)];
  if (!next && source.slice(from, end).trim() === "") return [at(from, eol + indent, text, eol + outer, end)];
  return [at(from, eol + indent, text, eol + indent)];
}

/** The statements of a case. */
function inList(edit: Edit, { block, index, parent }: Slot, write: Writer): Change[] {
  const { source, manner } = edit;
  const { eol } = manner;
  const indent = innerIndent(edit, block, parent);
  const outer = indentAt(source, block.start);
  const text = write(indent);
  const previous = block.nodes[index - 1];
  const next = block.nodes[index];
  if (previous) return behind(edit, previous, next, indent, text, block.end, outer);
  if (next && beginsLine(source, next.extent.start)) return [at(lineStart(source, next.extent.start), indent, text, eol)];
  if (next) return [at(next.extent.start, eol + indent, text, eol + indent)];
  const rest = source.slice(block.start, lineEnd(source, block.start));
  if (/^[ \t]*(?:\/\/.*|\/\*(?:(?!\*\/).)*\*\/[ \t]*)?$/.test(rest)) return [at(lineEnd(source, block.start), eol + indent, text, "")];
  return [at(block.start, eol + indent, text, eol + outer, block.start + (/^[ \t]*/.exec(rest)?.[0].length ?? 0))];
}

/** `if (x) a();` → `if (x) { a(); … }` */
function withBraces(edit: Edit, block: Block, only: GraphNode, index: number, write: Writer): Change[] {
  const { source, manner } = edit;
  const { eol, unit } = manner;
  const own = beginsLine(source, only.start);
  const indent = own ? indentAt(source, only.start) : indentAt(source, only.start) + unit;
  const outer = own ? (indent.endsWith(unit) ? indent.slice(0, -unit.length) : indent) : indentAt(source, only.start);
  const text = write(indent);
  const end = endsLine(source, only.extent.end) ? only.extent.end : only.end;
  const head = source.slice(0, block.start).trimEnd().length;
  const commented = /\*\/$|\/\/[^\n]*$/.test(source.slice(lineStart(source, head), head));
  const opening = (after: Text | null): Change[] => {
    const start = commented ? only.start : head;
    const before = `${commented ? "" : " "}{${eol}${indent}`;
    return after ? [at(start, before, after, eol + indent, only.start)] : [{ start, end: only.start, text: before }];
  };
  // An `else` that follows goes behind the brace.
  const follows = /^\s*(?=else\b|while\b)/.exec(source.slice(end, end + 400))?.[0].length ?? 0;
  const hasElse = source.startsWith("else", end + follows);
  const tail = hasElse ? " " : "";
  const closeEnd = hasElse ? end + follows : end;
  if (index === 0) return [...opening(text), { start: end, end: closeEnd, text: `${eol}${outer}}${tail}` }];
  return [...opening(null), at(end, eol + indent, text, `${eol}${outer}}${tail}`, closeEnd)];
}

