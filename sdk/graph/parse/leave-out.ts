/**
 * Which statements of a changed source need not be read again.
 * @module
 */
import type { Block, GraphNode, SourceGraph, WorkflowGraph } from "../model.ts";
import type { Range } from "../value.ts";
import { within } from "../walk.ts";
import { declaredNames, functionNames, mentioning } from "./mentions.ts";

export interface TextChange extends Range {
  text: string;
}

export interface Left {
  /** Statements that are cut out, by workflow. */
  out: Map<WorkflowGraph, Set<GraphNode>>;
  cuts: Range[];
  /** Statements that changes concern, and their neighbours. */
  near: ReadonlySet<GraphNode>;
  /** All that is named outside of the bodies. */
  words: ReadonlySet<string>;
}

/** Below this, parsing everything costs less. */
const worthwhile = 24;

/** Null: none, or what changes may mean something to the others. */
export function leaveOut(graph: SourceGraph, changes: readonly TextChange[]): Left | null {
  const { source } = graph;
  const bodies = graph.workflows.filter(({ body }) => body.braced && body.nodes.length >= worthwhile);
  const header = around(source, bodies);
  if (bodies.length === 0 || header === null) return null;
  const words = new Set(header.match(/[\w$\u0080-\uffff]+/g));
  const functions = [...functionNames(header), ...graph.imports.filter(({ from }) => from.startsWith(".")).map(({ local }) => local)];
  const near = new Set<GraphNode>();
  const left: Left = { out: new Map(), cuts: [], near, words };
  const changed = namesOutside(source, bodies, changes);
  for (const workflow of bodies) {
    const { body } = workflow;
    const own = [...functions];
    const kept = new Set<GraphNode>();
    for (const node of touched(body, changes)) {
      near.add(node);
      kept.add(node);
      // What it said about names may have changed.
      for (const name of declaredNames(source, node)) if (node.kind === "code" || words.has(name)) changed.push(name);
    }
    for (const node of body.nodes) {
      if (!kept.has(node) && !tells(source, node, words)) continue;
      kept.add(node);
      if (node.kind === "code") own.push(...functionNames(source.slice(node.start, node.end)));
    }
    for (const node of mentioning(source, body, own)) kept.add(node);
    if (body.nodes.length - kept.size < worthwhile / 2) continue;
    const out = new Set(body.nodes.filter((one) => !kept.has(one)));
    left.out.set(workflow, out);
    left.cuts.push(...runs(body, out));
  }
  for (const [{ body }, out] of left.out) if (mentioning(source, body, changed).some((node) => out.has(node))) return null;
  return left.cuts.length === 0 ? null : left;
}

/** The text outside of these bodies; null: they are not one behind the other. */
function around(source: string, bodies: readonly WorkflowGraph[]): string | null {
  let text = "";
  let at = 0;
  for (const { body } of bodies) {
    if (body.start < at) return null;
    text += source.slice(at, body.start);
    at = body.end;
  }
  return text + source.slice(at);
}

/** Names in what changes outside of the bodies, but for those in strings. */
function namesOutside(source: string, bodies: readonly WorkflowGraph[], changes: readonly TextChange[]): string[] {
  const outside = changes.filter(({ start, end }) => !bodies.some(({ body }) => start >= body.start && end <= body.end));
  const text = outside.map(({ start, end, text }) => `${source.slice(start, end)}\n${text}`).join("\n");
  return text.replace(/"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g, "").match(/[A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*/g) ?? [];
}

/** Comments and line ends are between neighbours. */
function* touched({ nodes }: Block, changes: readonly TextChange[]): Generator<GraphNode> {
  for (const { start, end } of changes) {
    let low = 0;
    let high = nodes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((nodes[middle]?.extent.end ?? 0) < start) low = middle + 1;
      else high = middle;
    }
    for (let index = Math.max(0, low - 1); index < nodes.length; index++) {
      const node = nodes[index];
      if (!node) break;
      yield node;
      if (node.extent.start > end) break;
    }
  }
}

/** A statement by which others are read: it declares names of steps or functions, or is a directive. */
function tells(source: string, node: GraphNode, words: ReadonlySet<string>): boolean {
  if (node.binding?.names.some((name) => words.has(name))) return true;
  const text = source.slice(node.start, node.end);
  if (node.kind === "code" && /^(?:const|let|var|using|await using|function|async|class|abstract|enum|declare|type|interface|namespace|module|["'])/.test(text)) return true;
  if (/\bthis\b|\bvar\b|\\u/.test(text)) return true;
  for (const one of within(node)) if (one.kind === "call") return true;
  return false;
}

/** Neighbours are cut out as one. */
function runs({ nodes }: Block, out: ReadonlySet<GraphNode>): Range[] {
  const cuts: Range[] = [];
  let open: Range | null = null;
  for (const node of nodes) {
    if (!out.has(node)) open = null;
    else if (open) open.end = node.extent.end;
    else cuts.push((open = { start: node.extent.start, end: node.extent.end }));
  }
  return cuts;
}
