/**
 * The tree of a changed source, read in the time that the change takes rather than the source.
 *
 * The statements of a workflow that no change concerns are cut out of the text; what is left is
 * parsed as ever, and they are put back, moved. Statements that say what names mean are left in.
 * Where cutting might have the rest read otherwise, everything is parsed.
 * @module
 */
import type { GraphNode, SourceGraph, WorkflowGraph } from "../model.ts";
import { eachId, giveIds } from "./ids.ts";
import { type Left, leaveOut, type TextChange } from "./leave-out.ts";
import { declaredNames, mentioning } from "./mentions.ts";
import { remapped, without } from "./remap.ts";
import { visitWithin } from "../walk.ts";
import { type ParseOptions, parseSource } from "./source.ts";

/** Equals `parseSource(source, options)`. `changes` are sorted and lead from the graph's source to this one. */
export function reparse(graph: SourceGraph, changes: readonly TextChange[], source: string, options: ParseOptions = {}): SourceGraph {
  return incremental(graph, changes, source, options) ?? parseSource(source, options);
}

function incremental(graph: SourceGraph, changes: readonly TextChange[], source: string, options: ParseOptions): SourceGraph | null {
  // Names may be written with escapes; `var` reaches further than its block.
  if (graph.errors.length > 0 || changes.length === 0 || changes.some(({ text }) => /\\u|\bvar\b/.test(text))) return null;
  const left = leaveOut(graph, changes);
  if (!left) return null;
  const move = mover(changes);
  const cuts = left.cuts.map(({ start, end }) => ({ start: start + move(start), end: end + move(start) }));
  const { text, place } = without(source, cuts, "0;");
  const part = parseSource(text, options);
  if (part.errors.length > 0 || part.workflows.length !== graph.workflows.length) return null;
  // Helpers of other files have places of their own.
  if (part.workflows.some(({ helpers }) => Object.values(helpers).some(({ file }) => file !== null))) return null;
  const whole: SourceGraph = { ...remapped({ ...part, source: "" }, place), source };
  const placeholders = new Set(cuts.map(({ start }) => start));
  const shared = new Set<GraphNode>();
  for (const [index, before] of graph.workflows.entries()) {
    const now = whole.workflows[index];
    const out = left.out.get(before);
    if (!now || (out && !putBack(now, before, { out, left, placeholders, move, old: graph.source, source, shared }))) return null;
    nameNodes(now, shared, source);
  }
  return whole;
}

/** The old tree keeps its ids: what is shared with it is copied before it gets another. */
function nameNodes({ body, helpers }: WorkflowGraph, shared: ReadonlySet<GraphNode>, source: string): void {
  const blocks = [body, ...Object.values(helpers).map(({ block }) => block)].map((block) => ({ block, source }));
  let same = true;
  const old = new Set<GraphNode>();
  for (const one of shared) visitWithin(one, (node) => old.add(node));
  eachId(blocks, (node, id) => {
    if (!old.has(node)) node.id = id;
    else if (node.id !== id) same = false;
  });
  if (same) return;
  body.nodes = body.nodes.map((node) => (shared.has(node) ? remapped(node, (at) => at) : node));
  giveIds(blocks);
}

/** By how much a place moves that is in no change. */
function mover(changes: readonly TextChange[]): (at: number) => number {
  const ends = changes.map(({ end }) => end);
  let shift = 0;
  const shifts = changes.map(({ start, end, text }) => (shift += text.length - (end - start)));
  return (at) => {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    return shifts[low - 1] ?? 0;
  };
}

interface Missing {
  out: ReadonlySet<GraphNode>;
  left: Left;
  source: string;
  placeholders: ReadonlySet<number>;
  move: (at: number) => number;
  old: string;
  /** Statements of the old tree that stay as they are. */
  shared: Set<GraphNode>;
}

/** The statements that were cut out in the place of what stands for them; false: something does not fit. */
function putBack(now: WorkflowGraph, before: WorkflowGraph, { out, left, placeholders, move, old, source, shared }: Missing): boolean {
  const runs: GraphNode[][] = [];
  const same = new Set<number>();
  let open: GraphNode[] | null = null;
  for (const node of before.body.nodes) {
    if (!out.has(node)) {
      open = null;
      if (!left.near.has(node)) same.add(node.start + move(node.start));
    } else if (open) open.push(node);
    else runs.push((open = [node]));
  }
  const nodes: GraphNode[] = [];
  const fresh: GraphNode[] = [];
  let run = 0;
  for (const node of now.body.nodes) {
    if (node.kind === "code" && placeholders.has(node.start)) {
      for (const one of runs[run] ?? []) {
        const by = move(one.start);
        if (by === 0) shared.add(one);
        nodes.push(by === 0 ? one : remapped(one, (at) => at + by));
      }
      run++;
    } else {
      nodes.push(node);
      if (!same.has(node.start)) fresh.push(node);
    }
  }
  if (run !== runs.length || declaresOthers(fresh, before, { out, left, old, source })) return false;
  now.body.nodes = nodes;
  return true;
}

/** New names that statements which were left out make as well, or may mean something by. */
function declaresOthers(fresh: readonly GraphNode[], { body }: WorkflowGraph, { out, left, old, source }: Pick<Missing, "out" | "left" | "old" | "source">): boolean {
  const known = new Set([...left.near].flatMap((node) => declaredNames(old, node)));
  const made = new Set([...out].flatMap(({ binding }) => (binding?.declared ? binding.names : [])));
  const telling: string[] = [];
  for (const node of fresh) {
    for (const name of declaredNames(source, node)) {
      if (known.has(name)) continue;
      if (made.has(name)) return true;
      if (node.kind === "code" || left.words.has(name)) telling.push(name);
    }
  }
  return mentioning(old, body, telling).some((node) => out.has(node));
}
