/**
 * Insert, delete, move, duplicate.
 * @module
 */
import type { Block, GraphNode } from "../../model.ts";
import { blocksOf, within } from "../../walk.ts";
import type { Change } from "../changes.ts";
import { bodyAt, type Edit, freeName, type Plan, statement } from "../edit.ts";
import { needsOf } from "../needs.ts";
import { indentAt, reindented } from "../lines.ts";
import type { NewNode, Target } from "../operations.ts";
import { insertAt, slotOf } from "../place.ts";
import { removeParallelBranch } from "../parallel.ts";
import { removeRun, runOf } from "../remove.ts";
import { Refused } from "../result.ts";
import type { Slot, Text } from "../slot.ts";
import { nodeText } from "../write.ts";
import { quoted } from "../written.ts";

const kinds: Partial<Record<NewNode["kind"], GraphNode["kind"]>> = { "for-of": "loop", while: "loop", map: "loop" };

export function insert(edit: Edit, node: NewNode, target: Target): Plan {
  const slot = slotOf(edit, target);
  edit.at = slot.block.start;
  const changes = insertAt(edit, slot, (indent) => {
    const text = nodeText(edit, node, indent);
    needsOf(edit, text);
    return guarded(edit, slot, { text, mark: 0 });
  });
  // Text may be anything; a parallel or map without steps is code.
  const kind = node.kind === "code" || node.kind === "parallel" || node.kind === "map" ? undefined : (kinds[node.kind] ?? (node.kind as GraphNode["kind"]));
  return { changes, node: "mark", kind };
}

const goesOn = /^[([`+\-/]/;

/** Without semicolons it would go on with the line before it, or the line behind with it. */
function guarded({ manner, source }: Edit, { block, index }: Slot, text: Text): Text {
  if (manner.semicolons) return text;
  const next = block.nodes[index];
  const before = goesOn.test(text.text.slice(text.mark ?? 0)) ? ";" : "";
  const after = next && goesOn.test(source.slice(next.start, next.start + 1)) && !/[;}]$/.test(text.text) ? ";" : "";
  return { text: before + text.text + after, kept: (text.kept ?? []).map((one) => ({ ...one, to: one.to + before.length })), mark: (text.mark ?? 0) + before.length };
}

/** The numbers of a run of siblings in their block. */
export function siblings(edit: Edit, from: string, to: string = from): { block: Block; parent: GraphNode | null; from: number; to: number; node: GraphNode } {
  const first = statement(edit, from);
  const last = to === from ? first : statement(edit, to);
  if (last.block !== first.block || last.index < first.index) throw new Refused("unsupported", `\`${to}\` does not follow \`${from}\` in the same block.`);
  return { block: first.block, parent: first.parents.at(-1) ?? null, from: first.index, to: last.index, node: first.node };
}

export function remove(edit: Edit, id: string, to?: string): Plan {
  const branch = to === undefined ? branchOf(edit, id) : null;
  if (branch) return { changes: branch, node: null };
  const run = siblings(edit, id, to);
  return { changes: removeRun(edit, run.block, run.parent, run.from, run.to), node: null };
}

/** What is a whole branch of `Promise.all([…])` goes as its item. */
function branchOf(edit: Edit, id: string): Change[] | null {
  for (const node of everyParallel(edit)) {
    const index = node.branches.findIndex(({ nodes, braced }) => !braced && nodes[0]?.id === id);
    if (index < 0) continue;
    return removeParallelBranch(edit, node, index);
  }
  return null;
}

function* everyParallel({ workflow }: Edit): Generator<Extract<GraphNode, { kind: "parallel" }>> {
  for (const block of [workflow.body, ...Object.values(workflow.helpers).filter(({ file }) => file === null).map(({ block }) => block)]) {
    for (const top of block.nodes) for (const node of within(top)) if (node.kind === "parallel") yield node;
  }
}

export function move(edit: Edit, id: string, target: Target): Plan {
  const { source } = edit;
  const run = siblings(edit, id);
  const slot = slotOf(edit, target);
  const inside = (one: GraphNode): boolean => one === slot.parent || blocksOf(one).some(({ block }) => block === slot.block || block.nodes.some(inside));
  if (inside(run.node)) throw new Refused("unsupported", `\`${id}\` cannot go into itself.`);
  if (slot.block === run.block && (slot.index === run.from || slot.index === run.from + 1)) throw new Refused("unsupported", `\`${id}\` stands there already.`);
  if (bodyAt(edit.workflow, run.node.start) !== bodyAt(edit.workflow, slot.block.start)) throw new Refused("out-of-scope", `\`${id}\` cannot go into another function: what it uses is not there.`);
  const range = runOf(source, run.block, run.from, run.to);
  const own = indentAt(source, range.start);
  const put = insertAt(edit, slot, (indent): Text => {
    const text = reindented(source, range, own, indent);
    return guarded(edit, slot, { ...text, mark: marked(text.kept, run.node.start) });
  });
  return { changes: [...removeRun(edit, run.block, run.parent, run.from, run.to), ...put], node: "mark", kind: run.node.kind };
}

const marked = (kept: readonly { from: number; length: number; to: number }[], at: number): number => {
  const found = kept.find(({ from, length }) => at >= from && at < from + length);
  return found ? found.to + at - found.from : 0;
};

export function duplicate(edit: Edit, id: string): Plan {
  const { source, manner } = edit;
  const run = siblings(edit, id);
  const { node } = run;
  if (node.kind === "return" || node.kind === "throw" || node.returned || node.kind === "break" || node.kind === "continue") throw new Refused("unsupported", "What stands behind a return or break never runs.");
  const range = runOf(source, run.block, run.from, run.to);
  const edits: Change[] = [];
  if (node.binding?.declared) edits.push(...freeNames(edit, source, node.binding));
  else if (node.kind === "code" && /^(?:const|let|var|function|class|async function|type|interface|enum)\b/.test(source.slice(node.start, node.end))) throw new Refused("unsupported", "It declares names, which a copy would declare again.");
  for (const one of within(node)) {
    if (!("name" in one) || one.name === null) continue;
    const [name] = one.args;
    if (name) edits.push({ start: name.start, end: name.end, text: quoted(nextName(edit, one.name), manner.quote) });
  }
  let text = "";
  let at = range.start;
  for (const one of edits.sort((a, b) => a.start - b.start)) {
    text += source.slice(at, one.start) + one.text;
    at = one.end;
  }
  text += source.slice(at, range.end);
  const mark = node.start - range.start;
  const slot: Slot = { block: run.block, parent: run.parent, index: run.from + 1 };
  const own = indentAt(source, range.start);
  return { changes: insertAt(edit, slot, (indent) => guarded(edit, slot, { text: own === indent ? text : reindented(text, { start: 0, end: text.length }, own, indent).text, mark })), node: "mark", kind: node.kind };
}

/** The variables of a copy: `lead2`, `{ id: id2 }`. */
function freeNames(edit: Edit, source: string, { start, end, names }: { start: number; end: number; names: readonly string[] }): Change[] {
  const text = source.slice(start, end);
  return names.map((name): Change => {
    const hit = [...text.matchAll(new RegExp(`(?<![\\w$]|[^.]\\.)${name.replaceAll("$", "\\$")}(?![\\w$]|\\s*:)`, "g"))][0];
    if (!hit) throw new Refused("unsupported", `\`${name}\` cannot be made a second time.`);
    const at = start + hit.index;
    const pattern = /[{,]\s*$/.test(text.slice(0, hit.index)) && bracesAround(text, hit.index);
    return { start: at, end: at + name.length, text: `${pattern ? `${name}: ` : ""}${freeName(edit, name)}` };
  });
}

/** The nearest bracket that is open there is `{`. */
function bracesAround(text: string, index: number): boolean {
  let depth = 0;
  for (let at = index - 1; at >= 0; at--) {
    const one = text[at];
    if (one === "}" || one === "]" || one === ")") depth++;
    else if (one === "{" || one === "[" || one === "(") {
      if (depth === 0) return one === "{";
      depth--;
    }
  }
  return false;
}

/** `send`, `send 2`, `send 3` */
function nextName({ workflow }: Edit, name: string): string {
  const taken = new Set<string>();
  for (const top of workflow.body.nodes) for (const one of within(top)) if ("name" in one && one.name !== null) taken.add(one.name);
  const base = name.replace(/ \d+$/, "");
  for (let count = 2; ; count++) if (!taken.has(`${base} ${count}`)) return `${base} ${count}`;
}
