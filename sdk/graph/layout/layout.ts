/**
 * Where nodes stand. One after another along a line; branches in lanes beside each other, the
 * first on the line; frames around what loops, tries and parallels hold, indented as in code.
 * Everything grows away from the beginning, so that a change moves only what comes after it.
 * @module
 */
import type { GraphNode, WorkflowGraph } from "../model.ts";
import { blocksOf } from "../walk.ts";
import { Canvas, gap, laneGap, type Open, padding, type Spot, turned } from "./canvas.ts";
import { caseLabel } from "./labels.ts";
import type { Layout, LayoutOptions } from "./model.ts";

/** What was put down: where it ends, and what goes on from it. */
interface Placed {
  /** Along: its end; across: how far it reaches. */
  end: Spot;
  open: Open[];
  /** What is run first. */
  entry: string | null;
}

/**
 * Places a workflow's nodes: the same for the same tree; no two overlap.
 * @example
 * ```ts
 * import { layoutOf, parseSource } from "everstep/graph";
 *
 * export function places(source: string) {
 *   return parseSource(source).workflows.map((workflow) => layoutOf(workflow, { direction: "right" }));
 * }
 * ```
 */
export function layoutOf(workflow: WorkflowGraph, options: LayoutOptions = {}): Layout {
  const canvas = new Canvas(options);
  const helper = options.helper === undefined ? null : workflow.helpers[options.helper];
  if (helper === undefined) return canvas.finished();
  const open: Open[] = [];
  const at = { along: 0, across: 0 };
  for (const index of helper ? [] : workflow.triggers.keys()) {
    const placed = canvas.node({ kind: "trigger", id: `trigger:${index}` }, { along: 0, across: at.across }, []);
    open.push(placed.out);
    at.across = placed.edge + laneGap;
    at.along = Math.max(at.along, placed.end + gap);
  }
  sequence(canvas, (helper ?? { block: workflow.body }).block.nodes, { along: at.along, across: 0 }, open);
  return canvas.finished();
}

function sequence(canvas: Canvas, nodes: readonly GraphNode[], at: Spot, incoming: Open[]): Placed {
  const placed: Placed = { end: { ...at }, open: incoming, entry: null };
  for (const [index, node] of nodes.entries()) {
    const along = index === 0 ? at.along : placed.end.along + gap;
    const towards = placed.open.map((one) => ({ ...one, path: turned(one.path, at.across + canvas.port(), along - gap / 2) }));
    const next = place(canvas, node, { along, across: at.across }, towards);
    placed.end = { along: next.end.along, across: Math.max(placed.end.across, next.end.across) };
    placed.open = next.open;
    placed.entry ??= next.entry;
  }
  return placed;
}

const leaves = (node: GraphNode): boolean => node.returned || node.kind === "return" || node.kind === "throw" || node.kind === "break" || node.kind === "continue" || node.kind === "continueAsNew";

function place(canvas: Canvas, node: GraphNode, at: Spot, incoming: Open[]): Placed {
  const lanes = canvas.collapsed.has(node.id) ? [] : blocksOf(node);
  const placed = lanes.length === 0 ? single(canvas, node, at, incoming) : node.kind === "if" || node.kind === "switch" ? branches(canvas, node, at, incoming) : framed(canvas, node, at, incoming);
  return leaves(node) ? { ...placed, open: [] } : placed;
}

/** The node itself, behind the steps inside of its expressions: they run before it. */
function single(canvas: Canvas, node: GraphNode, at: Spot, incoming: Open[]): Placed {
  const inner = canvas.collapsed.has(node.id) ? [] : node.inner;
  const before = sequence(canvas, inner, at, incoming);
  const own = canvas.node(node, { along: inner.length === 0 ? at.along : before.end.along + gap, across: at.across }, before.open);
  return { end: { along: own.end, across: Math.max(before.end.across, own.edge) }, open: [own.out], entry: before.entry ?? node.id };
}

/** Nodes in a lane of their own; a lane without any has room for its line. */
function lane(canvas: Canvas, nodes: readonly GraphNode[], at: Spot, incoming: Open[]): Placed {
  if (nodes.length > 0) return sequence(canvas, nodes, at, incoming);
  const open = incoming.map((one) => ({ ...one, path: turned(one.path, at.across + canvas.port(), at.along - gap / 2) }));
  return { end: { along: at.along - gap, across: at.across + canvas.lane }, open, entry: null };
}

/** Lanes beside each other; without an else the first is left free for what takes none. */
function branches(canvas: Canvas, node: Extract<GraphNode, { kind: "if" | "switch" }>, at: Spot, incoming: Open[]): Placed {
  const head = single(canvas, node, at, incoming);
  const [out] = head.open;
  if (!out) return head;
  const along = head.end.along + gap;
  const end = { ...head.end };
  const open: Open[] = [];
  let { across } = at;
  const lanes = blocksOf(node);
  const take = (placed: Placed): void => {
    end.along = Math.max(end.along, placed.end.along);
    end.across = Math.max(end.across, placed.end.across);
    across = placed.end.across + laneGap;
  };
  if (lanes.every(({ condition }) => condition !== null)) {
    const skipped = lane(canvas, [], { along, across }, [{ ...out, label: node.kind === "if" ? "else" : "otherwise", kind: "skip" }]);
    take(skipped);
    open.push(...skipped.open);
  }
  let falling: Open[] = [];
  for (const [index, { block, condition }] of lanes.entries()) {
    const label = node.kind === "switch" ? caseLabel(condition) : condition === null ? "else" : index === 0 ? "then" : "else if";
    const entries = [...falling, { ...out, label, kind: "branch" as const }];
    falling = [];
    const falls = node.kind === "switch" && index < lanes.length - 1;
    if (falls && block.nodes.length === 0) {
      falling = entries;
      continue;
    }
    const placed = lane(canvas, block.nodes, { along, across }, entries);
    take(placed);
    if (node.kind === "switch") open.push(...breaks(canvas, block.nodes));
    if (falls) falling = placed.open.map((one) => ({ ...one, kind: "fall" as const }));
    else open.push(...placed.open);
  }
  return { end, open, entry: head.entry };
}

/** What leaves a switch by `break`. */
function breaks(canvas: Canvas, nodes: readonly GraphNode[]): Open[] {
  return nodes.flatMap((node) => {
    if (node.kind === "break" && node.label === null) return canvas.outOf(node.id);
    if (node.kind === "loop" || node.kind === "switch" || node.kind === "step" || canvas.collapsed.has(node.id)) return [];
    return blocksOf(node).flatMap(({ block }) => breaks(canvas, block.nodes));
  });
}

const kinds = { loop: "loop", try: "try", parallel: "parallel" } as const;

/** The node in a frame, with what it holds in lanes below it. */
function framed(canvas: Canvas, node: GraphNode, at: Spot, incoming: Open[]): Placed {
  const close = canvas.group(node.kind in kinds ? kinds[node.kind as keyof typeof kinds] : "step", node.id);
  const inside = { along: at.along + padding, across: at.across + padding };
  const side = at.across + padding / 2;
  const head = single(canvas, node, inside, incoming);
  const [out] = head.open;
  if (!out) return head;
  const end = { ...head.end };
  const take = (placed: Placed): void => {
    end.along = Math.max(end.along, placed.end.along);
    end.across = Math.max(end.across, placed.end.across);
  };
  const below = head.end.along + gap;
  let { across } = inside;
  let open: Open[] = [];
  for (const { role, block } of blocksOf(node)) {
    if (role === "finally") {
      const middle = canvas.sideOf(node.id);
      const beside: Open = { ...out, label: "finally", kind: "finally", path: [middle, { along: middle.along, across: side }, { along: end.along + gap / 4, across: side }] };
      const placed = sequence(canvas, block.nodes, { along: end.along + gap, across: inside.across }, open.length > 0 ? open : [beside]);
      if (block.nodes.length > 0) take(placed);
      // All that came here leaves the function, once this is done.
      open = open.length > 0 ? placed.open : [];
      continue;
    }
    const kind = role === "catch" || role === "branch" ? role : "next";
    const placed = lane(canvas, block.nodes, { along: below, across }, [{ ...out, label: role === "catch" ? role : null, kind }]);
    take(placed);
    across = placed.end.across + laneGap;
    open.push(...placed.open);
  }
  const border = { along: end.along + padding, across: end.across + padding };
  close(at, border);
  if (node.kind === "try") return { end: border, open, entry: head.entry };
  if (node.kind === "loop" && !node.concurrent) for (const one of open) if (one.from !== node.id) canvas.back(one, head.entry ?? node.id, side);
  // What it holds ends in it; the frame goes on as a whole.
  return { end: border, open: [{ ...out, path: [{ along: border.along, across: at.across + canvas.port() }] }], entry: head.entry };
}
