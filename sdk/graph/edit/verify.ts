/**
 * Whether a change did what it should, and nothing else.
 * @module
 */
import type { GraphNode, SourceGraph, WorkflowGraph } from "../model.ts";
import type { Range } from "../value.ts";
import { blocksOf, visitNodes, visitWithin } from "../walk.ts";
import type { Change } from "./changes.ts";
import { bodyAt, type Edit, type Plan } from "./edit.ts";
import { lineNumber } from "./lines.ts";
import { compareNames, type Sides, type Touched, touched } from "./names/compare.ts";
import { Refused } from "./result.ts";

export interface Done {
  edit: Edit;
  plan: Plan;
  changes: readonly Change[];
  map: (at: number) => number | null;
  after: SourceGraph;
  now: WorkflowGraph | undefined;
  /** Where the node it is about begins in the new text. */
  at: number | null;
}

/** @throws Refused */
export function verify({ edit, plan, changes, map, after, now, at }: Done): GraphNode | null {
  const { graph, workflow, source } = edit;
  const [error] = after.errors;
  if (error && after.errors.length > graph.errors.length) throw new Refused(/Unsyntactic (?:break|continue)|outside of function/.test(error.message) ? "jump" : "syntax", `The text would not parse: ${error.message} (line ${error.line})`);
  if (!now || after.workflows.length !== graph.workflows.length) throw new Refused("unexpected", "The workflow would not be found afterwards.");
  const [first] = changes.filter(({ start, end }) => end >= workflow.handler.start && start <= workflow.body.end + 1);
  const before = first ? bodyAt(workflow, first.start) : null;
  if (before && graph.errors.length === 0) {
    const start = map(before.nodes[0]?.start ?? before.start) ?? map(before.start) ?? before.start;
    const sides: Sides = { before: { source, block: before }, after: { source: after.source, block: before === workflow.body ? now.body : bodyAt(now, start) }, changes, map };
    const concerned = touched(sides);
    compareNames(sides, concerned);
    keptNodes(sides, plan, concerned);
    nestedSteps(concerned, after.source);
  }
  if (at === null) return finish(plan, now, after, null);
  const candidates = beginningAt(now, at);
  const node = candidates.find(({ kind }) => kind === plan.kind) ?? (plan.kind === undefined ? (candidates[0] ?? null) : null);
  if (!node) throw new Refused("unexpected", "The node would be something else than what was asked for.");
  return finish(plan, now, after, node);
}

function beginningAt({ body, helpers }: WorkflowGraph, at: number): GraphNode[] {
  const found: GraphNode[] = [];
  const look = (one: GraphNode): void => void (one.start === at && found.push(one));
  for (const block of [body, ...Object.values(helpers).map(({ block }) => block)]) for (const top of block.nodes) if (top.start <= at && at <= top.end) visitWithin(top, look);
  return found;
}

function finish({ expect }: Plan, workflow: WorkflowGraph, { source }: SourceGraph, node: GraphNode | null): GraphNode | null {
  const wrong = expect?.({ workflow, source, node }) ?? null;
  if (wrong !== null) throw new Refused("unexpected", wrong);
  return node;
}

/** Statements that no change concerns are what they were. */
function keptNodes({ before: { source }, after, changes, map }: Sides, { node, about }: Plan, { old, fresh }: Touched): void {
  const there = new Map<number, GraphNode[]>();
  const code: GraphNode[] = [];
  for (const top of fresh) {
    visitWithin(top, (one) => {
      there.set(one.start, [...(there.get(one.start) ?? []), one]);
      if (one.kind === "code") code.push(one);
    });
  }
  const own = about ?? (typeof node === "number" ? node : null);
  for (const top of old) {
    visitWithin(top, (one) => {
      // What it is about, and all around it, may begin and end elsewhere.
      if ((own !== null && one.start <= own && own < one.end) || one.place !== "statement") return;
      if (changes.some(({ start, end }) => start < one.end && end > one.start)) return;
      const start = map(one.start);
      const end = map(bareEnd(source, one) - 1);
      if (start === null || end === null) return;
      const same = there.get(start)?.some((other) => other.kind === one.kind && bareEnd(after.source, other) === end + 1);
      // What has no steps any more is code, with all in it.
      if (same || code.some((other) => other.start < start && end < other.end)) return;
      throw new Refused("unexpected", `The node in line ${lineNumber(source, one.start)} would become another.`);
    });
  }
}

/** Without its semicolon, which may come from elsewhere. */
function bareEnd(source: string, { start, end }: Range): number {
  return start + source.slice(start, end).replace(/\s*;$/, "").length;
}

const stepKinds = new Set<GraphNode["kind"]>(["step", "sleep", "sleepUntil", "waitForEvent", "approval", "sendEvent", "invoke", "continueAsNew"]);

/** Steps within steps: the platform knows none. */
function nestedSteps({ old, fresh }: Touched, source: string): void {
  const was = nested(old);
  const known = new Set(was.map(({ id }) => id));
  const found = nested(fresh);
  const one = found.find(({ id }) => !known.has(id));
  if (one && found.length > was.length) throw new Refused("nested-step", `\`${one.id}\` would be a step inside of a step (line ${lineNumber(source, one.start)}): only actions can be there.`);
}

function nested(tops: Iterable<GraphNode>): GraphNode[] {
  const found: GraphNode[] = [];
  const look = (node: GraphNode): void => {
    if (node.kind !== "step") return;
    for (const { block } of blocksOf(node)) visitNodes(block, (inner) => void (stepKinds.has(inner.kind) && found.push(inner)));
  };
  for (const top of tops) visitWithin(top, look);
  return found;
}
