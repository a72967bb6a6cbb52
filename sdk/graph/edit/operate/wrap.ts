/**
 * Wrap siblings in a construct, and take one away around its branch.
 * @module
 */
import type { GraphNode } from "../../model.ts";
import type { Range } from "../../value.ts";
import { blocksOf } from "../../walk.ts";
import type { Change, Kept } from "../changes.ts";
import { type Edit, type Plan, statement } from "../edit.ts";
import { beginsLine, endsLine, indentAt, indentMore, lineNumber, ownEnd, reindented } from "../lines.ts";
import { statementsOf } from "../names/domain.ts";
import { namesOf } from "../names/resolve.ts";
import { needsOf } from "../needs.ts";
import type { Wrapping } from "../operations.ts";
import { removeRun, runOf } from "../remove.ts";
import { Refused } from "../result.ts";
import { codeText } from "../write.ts";
import { siblings } from "./basic.ts";

export function wrap(edit: Edit, from: string, to: string | undefined, how: Wrapping): Plan {
  const { source, manner } = edit;
  const { eol, unit, semicolons } = manner;
  const run = siblings(edit, from, to);
  if (how.kind === "parallel") return inParallel(edit, run, how.mode ?? "all");
  const range = runOf(source, run.block, run.from, run.to);
  const outer = indentAt(source, range.start);
  const stop = semicolons ? ";" : "";
  const error = how.kind === "try" ? (how.error ?? "error") : "";
  const caught = (): string => (how.kind === "try" && how.catch !== undefined ? (how.catch.trim() === "" ? "" : `${eol}${outer}${unit}${codeText(edit, how.catch, outer + unit)}`) : `${eol}${outer}${unit}throw ${error}${stop}`);
  const [head, tail] =
    how.kind === "if"
      ? [`if (${how.condition}) {`, "}"]
      : how.kind === "while"
        ? [`while (${how.condition}) {`, "}"]
        : how.kind === "for-of"
          ? [`for (const ${how.item} of ${how.over}) {`, "}"]
          : ["try {", `}${how.catch !== undefined || how.finally === undefined ? ` catch (${error}) {${caught()}${eol}${outer}}` : ""}${how.finally === undefined ? "" : ` finally {${eol}${outer}${unit}${codeText(edit, how.finally, outer + unit)}${eol}${outer}}`}`];
  needsOf(edit, `${head}${tail}`);
  const own = beginsLine(source, range.start);
  const alone = endsLine(source, range.end);
  // A text that goes on behind it, on its line, stays there.
  const before: Change = { start: range.start, end: range.start, text: `${head}${eol}${outer}${unit}`, mark: 0 };
  const after: Change = { start: range.end, end: range.end, text: `${eol}${outer}${tail}${alone || !own ? "" : ""}` };
  return { changes: [before, ...indentMore(source, range, unit), after], node: "mark", kind: how.kind === "if" ? "if" : how.kind === "try" ? "try" : "loop" };
}

type Siblings = ReturnType<typeof siblings>;

function inParallel(edit: Edit, { block, from, to, parent }: Siblings, mode: string): Plan {
  const { source, manner } = edit;
  const { eol, unit, semicolons, trailingComma } = manner;
  if (!block.braced && parent?.kind !== "switch") throw new Refused("unsupported", "Steps side by side need a block with braces.");
  const nodes = block.nodes.slice(from, to + 1);
  const range = runOf(source, block, from, to);
  const outer = indentAt(source, range.start);
  let text = "";
  const kept: Kept[] = [];
  const take = (one: Range, at = outer, indent = outer): void => {
    const moved = reindented(source, one, at, indent);
    kept.push(...moved.kept.map((part) => ({ ...part, to: part.to + text.length })));
    text += moved.text;
  };
  const named = nodes.map(({ binding }) => binding).findLastIndex(Boolean) + 1;
  for (const { binding, id } of nodes) if (binding && binding.declared === null) throw new Refused("unsupported", `\`${id}\` gives its result to a variable that is there before.`);
  const made = new Set(nodes.flatMap(({ binding }) => binding?.names ?? []));
  for (const node of nodes) {
    const used = namesOf(statementsOf(source, node)).references.find(({ declared, name }) => !declared && made.has(name));
    if (used) throw new Refused("variable-in-use", `\`${used.name}\` is used in line ${lineNumber(source, used.at)}: \`${node.id}\` has to wait for it.`);
  }
  if (named > 0) {
    text += `${nodes.find(({ binding }) => binding)?.binding?.declared ?? "const"} [`;
    for (const [index, { binding }] of nodes.slice(0, named).entries()) {
      if (index > 0) text += binding ? ", " : ",";
      if (binding) take(binding);
    }
    text += "] = ";
  }
  text += `await Promise.${mode}([`;
  const inner = outer + unit;
  for (const node of nodes) {
    text += eol + inner;
    if (node.extent.start < node.start) {
      take({ start: node.extent.start, end: node.start }, outer, inner);
    }
    branchOf(node, source, take, inner, (more) => (text += more), edit);
    text += ",";
    if (node.extent.end > node.end && ownEnd(source, node) === node.end) take({ start: node.end, end: node.extent.end }, outer, inner);
  }
  if (!trailingComma && nodes.at(-1)?.extent.end === nodes.at(-1)?.end) text = text.slice(0, -1);
  text += `${eol}${outer}])${semicolons ? ";" : ""}`;
  return { changes: [{ ...range, text, kept, mark: 0 }], node: "mark" };
}

function branchOf(node: GraphNode, source: string, take: (range: Range, from?: string, to?: string) => void, inner: string, add: (text: string) => void, { manner: { eol, unit } }: Edit): void {
  const outer = indentAt(source, node.start);
  if ("call" in node && !node.chained && !node.returned && node.awaited) return take(node.call, outer, inner);
  if (node.binding || node.returned || node.kind === "return" || (node.kind === "code" && node.inner.length === 0)) throw new Refused("unsupported", `\`${node.id}\` is nothing that can be waited for beside others.`);
  add(`(async () => {${eol}${inner}${unit}`);
  take({ start: node.start, end: ownEnd(source, node) }, outer, inner + unit);
  add(`${eol}${inner}})()`);
}

export function unwrap(edit: Edit, id: string, branch?: number): Plan {
  const { source } = edit;
  const place = statement(edit, id);
  const { node, block, index } = place;
  const parent = place.parents.at(-1) ?? null;
  if (node.kind === "parallel") return inOrder(edit, node);
  if (node.kind === "if" && node.form !== "statement") return branchAlone(edit, node, branch ?? 0);
  const inner = blocksOf(node)[branch ?? 0];
  if (!inner || node.binding || node.returned) throw new Refused(inner ? "unsupported" : "not-found", inner ? `The result of \`${id}\` is used: it cannot be taken apart.` : `\`${id}\` has no branch ${branch ?? 0}.`);
  let last = inner.block.nodes.length - 1;
  // The break of a case belongs to its switch.
  if (node.kind === "switch" && inner.block.nodes[last]?.kind === "break") last--;
  if (last < 0) return { changes: removeRun(edit, block, parent, index, index), node: null };
  if (inner.block.nodes[0]?.place === "expression") throw new Refused("unsupported", `\`${id}\` holds an expression only.`);
  if (!block.braced && parent?.kind !== "switch" && last > 0) throw new Refused("unsupported", `\`${id}\` stands where only one statement can: \`${parent?.id ?? ""}\` has no braces.`);
  const range = runOf(source, inner.block, 0, last);
  const first = inner.block.nodes[0];
  // Comments at the ends of the branch stay, too.
  const head = source.slice(inner.block.start, range.start);
  const start = head.trim() === "" || !inner.block.braced ? range.start : range.start - head.trimStart().length;
  const foot = source.slice(range.end, inner.block.end);
  const end = foot.trim() === "" || !inner.block.braced ? range.end : inner.block.end - (foot.length - foot.trimEnd().length);
  const ends = node.kind === "switch" && inner.block.nodes.length - 1 > last ? range.end : end;
  const moved = reindented(source, { start, end: ends }, indentAt(source, start), indentAt(source, node.start));
  const at = first ? (moved.kept.find(({ from, length }) => first.start >= from && first.start < from + length) ?? { to: 0, from: first.start }) : { to: 0, from: 0 };
  return { changes: [{ start: node.start, end: node.end, ...moved, mark: at.to + (first?.start ?? 0) - at.from }], node: "mark", kind: first?.kind };
}

/** `Promise.all([…])` → one after another. */
function inOrder(edit: Edit, node: Extract<GraphNode, { kind: "parallel" }>): Plan {
  const { source, manner } = edit;
  const { eol, semicolons } = manner;
  const names = node.binding;
  const list = names && source[names.start] === "[" ? source.slice(names.start + 1, source.lastIndexOf("]", names.end - 1)).split(",") : null;
  if (node.returned || node.mode === "race" || node.mode === "any" || node.mode === "allSettled" || !node.awaited || (names && (!list || names.declared === null || list.some((one) => !/^\s*[\w$]*\s*$/.test(one))))) throw new Refused("unsupported", `What \`${node.id}\` gives is used as a whole: it cannot be taken apart.`);
  const outer = indentAt(source, node.start);
  let text = "";
  const kept: Kept[] = [];
  let at = (names?.start ?? 0) + 1;
  for (const [index, block] of node.branches.entries()) {
    const [only] = block.nodes;
    if (index > 0) text += eol + outer;
    const name = list?.[index] ?? "";
    if (name.trim() !== "") {
      text += `${names?.declared ?? "const"} `;
      kept.push({ from: at + name.length - name.trimStart().length, length: name.trim().length, to: text.length });
      text += `${name.trim()} = `;
    }
    at += name.length + 1;
    if (block.braced || only?.place !== "expression") throw new Refused("unsupported", `Branch ${index} of \`${node.id}\` is a function: it cannot be taken apart.`);
    text += "await ";
    const moved = reindented(source, block, indentAt(source, block.start), outer);
    kept.push(...moved.kept.map((one) => ({ ...one, to: one.to + text.length })));
    text += moved.text + (semicolons ? ";" : "");
  }
  return { changes: [{ start: node.start, end: node.end, text, kept, mark: 0 }], node: node.branches.length > 0 ? "mark" : null };
}

/** `const a = ok ? await x() : null` → `const a = await x()` */
function branchAlone({ source }: Edit, node: Extract<GraphNode, { kind: "if" }>, branch: number): Plan {
  const kept = node.branches[branch];
  const [first] = node.branches;
  const last = node.branches.at(-1);
  if (!kept || !first?.condition || !last) throw new Refused("not-found", `\`${node.id}\` has no branch ${branch}.`);
  const end = last.block.end;
  if (/[()]/.test(source.slice(node.start, first.condition.start).replace(/^.*?(?:=|return|await)/s, "")) || source.slice(end, node.end).includes(")")) throw new Refused("unsupported", `\`${node.id}\` has parentheses around its parts: edit its text.`);
  return { changes: [{ start: first.condition.start, end: kept.block.start, text: "" }, { start: kept.block.end, end, text: "" }], node: node.start };
}
