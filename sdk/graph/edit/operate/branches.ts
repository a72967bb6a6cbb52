/**
 * Conditions, and the branches of if, switch, try and parallel.
 * @module
 */
import type { GraphNode } from "../../model.ts";
import type { Value } from "../../value.ts";
import type { Change } from "../changes.ts";
import { type Edit, placed, type Plan, statement } from "../edit.ts";
import { beginsLine, endsLine, indentAt, lineEnd, lineStart, nextLine } from "../lines.ts";
import { addItem } from "../lists.ts";
import { needsOf } from "../needs.ts";
import type { NewNode } from "../operations.ts";
import { branchList, removeParallelBranch } from "../parallel.ts";
import { Refused } from "../result.ts";
import { branchText, caseText, nodesText } from "../write.ts";

type If = Extract<GraphNode, { kind: "if" }>;
type Switch = Extract<GraphNode, { kind: "switch" }>;
type Try = Extract<GraphNode, { kind: "try" }>;

export function setCondition(edit: Edit, id: string, condition: string, branch?: number): Plan {
  const { node } = placed(edit, id);
  const value = conditionOf(node, branch);
  if (!value) throw new Refused("not-found", `\`${id}\` has no condition${branch === undefined ? "" : ` in branch ${branch}`}.`);
  needsOf(edit, condition);
  const tight = node.kind === "if" && node.form !== "statement" && /[=?,;]|\|\||&&|\byield\b/.test(condition.replaceAll(/[!=]==?|[<>]=/g, ""));
  // A map's list stands before a dot.
  const chained = node.kind === "loop" && node.form === "map" && !/^[\w$.[\]]+$/.test(condition.trim());
  const text = tight || chained ? `(${condition.trim()})` : condition.trim();
  return { changes: [{ start: value.start, end: value.end, text }], node: node.start, kind: node.kind };
}

function conditionOf(node: GraphNode, branch?: number): Value | null {
  if (node.kind === "if") return node.branches[branch ?? 0]?.condition ?? null;
  if (node.kind === "switch") return branch === undefined ? node.subject : (node.branches[branch]?.condition ?? null);
  return node.kind === "loop" ? (node.condition ?? node.over) : null;
}

export function addBranch(edit: Edit, id: string, condition: string | null | undefined, nodes: readonly NewNode[]): Plan {
  const { node } = branching(edit, id);
  edit.at = node.start;
  if (typeof condition === "string") needsOf(edit, condition);
  const kind = node.kind;
  const count = (one: GraphNode | null): number => (one && "branches" in one ? one.branches.length : 0);
  const more: Plan["expect"] = ({ node: after }) => (kind === "try" || count(after) === count(node) + 1 ? null : "The branch is not there afterwards.");
  const plan = (changes: Change[]): Plan => ({ changes, node: node.start, kind, expect: more });
  switch (node.kind) {
    case "if":
      return plan(addElse(edit, node, condition ?? null, nodes));
    case "switch":
      return plan(addCase(edit, node, condition ?? null, nodes));
    case "try":
      return plan(addCatch(edit, node, nodes));
    case "parallel": {
      if (nodes.length === 0) throw new Refused("unsupported", "A branch does something.");
      const text = branchText(edit, nodes, indentAt(edit.source, node.branches.at(-1)?.start ?? node.items.end));
      needsOf(edit, text);
      return plan(addItem(edit.source, edit.manner, branchList(edit, node), text));
    }
    default:
      throw new Refused("unsupported", `\`${id}\` has no branches.`);
  }
}

const branching = (edit: Edit, id: string) => {
  const place = placed(edit, id);
  return place.node.kind === "parallel" ? place : statement(edit, id);
};

function body(edit: Edit, nodes: readonly NewNode[], outer: string): string {
  const { eol, unit } = edit.manner;
  const text = nodes.length > 0 ? `${eol}${outer}${unit}${nodesText(edit, nodes, outer + unit)}` : "";
  needsOf(edit, text);
  return `{${text}${eol}${outer}}`;
}

function addElse(edit: Edit, node: If, condition: string | null, nodes: readonly NewNode[]): Change[] {
  const { source, manner } = edit;
  if (node.form !== "statement") throw new Refused("unsupported", `\`${node.id}\` is an expression: make it an \`if\` first.`);
  const index = node.branches.findLastIndex((one) => one.condition !== null);
  const last = node.branches[index];
  if (!last || (condition === null && index < node.branches.length - 1)) throw new Refused("unsupported", `\`${node.id}\` has an else already.`);
  const outer = indentAt(source, node.start);
  const next = node.branches[index === 0 ? 1 : index];
  const before = node.branches[index === 0 ? 0 : index - 1];
  const existing = next && before && before.block.braced ? /^\s*(?=else\b)/.exec(source.slice(before.end, next.start))?.[0] : undefined;
  const gap = existing ?? " ";
  const text = `${gap}else ${condition === null ? "" : `if (${condition.trim()}) `}${body(edit, nodes, outer)}`;
  if (last.block.braced) return [{ start: last.end, end: last.end, text }];
  const head = source.slice(0, last.start).trimEnd().length;
  const inner = outer + manner.unit;
  const commented = /\*\/$|\/\/[^\n]*$/.test(source.slice(lineStart(source, head), head));
  const end = endsLine(source, last.block.nodes[0]?.extent.end ?? last.end) ? (last.block.nodes[0]?.extent.end ?? last.end) : last.end;
  return [{ start: commented ? last.start : head, end: last.start, text: `${commented ? "" : " "}{${manner.eol}${inner}` }, { start: end, end, text: `${manner.eol}${outer}}${text}` }];
}

const leaves = ({ block }: Switch["branches"][number]): boolean => {
  const last = block.nodes.at(-1);
  return last !== undefined && (last.returned || ["break", "return", "throw", "continue"].includes(last.kind));
};

function addCase(edit: Edit, node: Switch, condition: string | null, nodes: readonly NewNode[]): Change[] {
  const { source, manner } = edit;
  const { eol, unit, semicolons } = manner;
  const fallback = node.branches.findIndex((one) => one.condition === null);
  if (condition === null && fallback >= 0) throw new Refused("unsupported", `\`${node.id}\` has a default already.`);
  const outer = indentAt(source, node.start);
  const [first] = node.branches;
  const indent = first && beginsLine(source, first.start) ? indentAt(source, first.start) : outer + unit;
  const text = caseText(edit, condition === null ? "default" : `case ${condition.trim()}`, nodes, indent);
  needsOf(edit, `switch (0) { ${text} }`);
  if (!first) return [{ start: source.lastIndexOf("{", node.end - 1) + 1, end: node.end - 1, text: `${eol}${indent}${text}${eol}${outer}` }];
  let index = fallback < 0 ? node.branches.length : fallback;
  while (index < node.branches.length && node.branches[index - 1]?.block.nodes.length === 0) index--;
  const before = node.branches[index - 1];
  const after = node.branches[index];
  const runsOn = before !== undefined && before.block.nodes.length > 0 && !leaves(before);
  if (after) {
    if (runsOn) throw new Refused("unsupported", `A case of \`${node.id}\` runs on into the one behind it: nothing can go between.`);
    return beginsLine(source, after.start) ? [{ start: lineStart(source, after.start), end: lineStart(source, after.start), text: indent + text + eol }] : [{ start: after.start, end: after.start, text: text + eol + indent }];
  }
  const end = before?.end ?? node.end;
  const at = endsLine(source, end) || /^[ \t]*\/\//.test(source.slice(end, lineEnd(source, end))) ? lineEnd(source, end) : end;
  const stop: Change[] = runsOn && before ? [before.block.braced ? { start: before.block.end, end: before.block.end, text: `${unit}break${semicolons ? ";" : ""}${eol}${indent}` } : { start: at, end: at, text: `${eol}${indent}${unit}break${semicolons ? ";" : ""}` }] : [];
  return [...stop, { start: at, end: at, text: eol + indent + text }];
}

function addCatch(edit: Edit, node: Try, nodes: readonly NewNode[]): Change[] {
  const outer = indentAt(edit.source, node.start);
  if (node.handler && node.finalizer) throw new Refused("unsupported", `\`${node.id}\` has catch and finally already.`);
  const at = node.handler ? node.handler.block.end + 1 : node.block.end + 1;
  return [{ start: at, end: at, text: ` ${node.handler ? "finally" : "catch (error)"} ${body(edit, nodes, outer)}` }];
}

export function removeBranch(edit: Edit, id: string, branch: number): Plan {
  const { source } = edit;
  const { node } = branching(edit, id);
  const plan = (changes: Change[]): Plan => ({ changes, node: node.start, kind: node.kind });
  const missing = new Refused("not-found", `\`${id}\` has no branch ${branch}.`);
  if (node.kind === "parallel") return branch in node.branches ? { ...plan(removeParallelBranch(edit, node, branch)), kind: undefined } : raise(missing);
  if (node.kind === "try") {
    if (!node.handler || !node.finalizer || branch < 1) throw new Refused("unsupported", `What is left of \`${id}\` would be no try: unwrap it.`);
    return plan([branch === 1 ? { start: node.block.end + 1, end: node.handler.block.end + 1, text: "" } : { start: node.handler.block.end + 1, end: node.finalizer.end + 1, text: "" }]);
  }
  if (node.kind !== "if" && node.kind !== "switch") throw new Refused("unsupported", `\`${id}\` has no branches.`);
  const gone = node.branches[branch] ?? raise(missing);
  const before = node.branches[branch - 1];
  const next = node.branches[branch + 1];
  if (node.kind === "if") {
    if (node.form !== "statement") throw new Refused("unsupported", `\`${id}\` is an expression: unwrap it.`);
    if (before) return plan([{ start: before.end, end: gone.end, text: "" }]);
    if (!next?.condition) throw new Refused("unsupported", `It is the only condition of \`${id}\`: delete or unwrap it.`);
    return plan([{ start: node.start, end: source.lastIndexOf("if", next.condition.start), text: "" }]);
  }
  if (before && before.block.nodes.length > 0 && !leaves(before)) throw new Refused("unsupported", `The case before runs on into branch ${branch} of \`${id}\`.`);
  if (before && before.block.nodes.length === 0 && gone.block.nodes.length > 0) {
    // Others share its statements: only its label goes.
    return plan([{ start: before.end, end: source.indexOf(":", gone.condition?.end ?? gone.start) + 1, text: "" }]);
  }
  if (!beginsLine(source, gone.start) || !endsLine(source, gone.end)) return plan([{ start: gone.start, end: gone.end, text: "" }]);
  return plan([{ start: lineStart(source, gone.start), end: nextLine(source, gone.end), text: "" }]);
}

function raise(error: Refused): never {
  throw error;
}
