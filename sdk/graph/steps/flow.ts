/**
 * Steps that jump to each other, as a graph: what is reached, what everything passes through,
 * and where it goes round.
 * @module
 */
import type { Expression } from "./expression.ts";
import { negated } from "./scope.ts";

/** Where a list of steps ends, or a loop around it is left or begun anew. */
export interface Exit {
  exit: "end" | "break" | "continue";
}
export type Goal = FlowNode | Exit;

export interface FlowNode {
  /** For messages: `step 3`. */
  label: string;
  /** What it does before it goes on; nothing for a plain condition. */
  item: number | null;
  onward: { kind: "next"; to: Goal } | { kind: "leaves" } | { kind: "branch"; if: Expression; yes: Goal; no: Goal } | { kind: "try"; to: Goal; failed: Goal };
}

export const isNode = (goal: Goal): goal is FlowNode => "onward" in goal;

export function goalsOf({ onward }: FlowNode): Goal[] {
  if (onward.kind === "leaves") return [];
  return onward.kind === "next" ? [onward.to] : onward.kind === "branch" ? [onward.yes, onward.no] : [onward.to, onward.failed];
}

export interface Flow {
  /** In reverse postorder: each before those behind it, but for ways back. */
  order: readonly FlowNode[];
  rank: ReadonlyMap<FlowNode, number>;
  /** The nearest one that every way passes through. */
  above: ReadonlyMap<FlowNode, FlowNode>;
  /** Where ways come together, not counting those back. */
  joins: ReadonlySet<FlowNode>;
  /** Steps of a loop by the one it begins with. */
  loops: ReadonlyMap<FlowNode, ReadonlySet<FlowNode>>;
}

/** Ways into a loop besides its beginning: no nesting of loops and branches does that. */
export class IrreducibleError extends Error {
  readonly steps: readonly string[];
  constructor(steps: readonly string[]) {
    super(`${steps.join(" and ")} run in a circle that can be entered in more than one place: have every way into it go to the same step`);
    this.steps = steps;
  }
}

/** @throws IrreducibleError */
export function flowFrom(entry: FlowNode): Flow {
  const order = reversePostorder(entry);
  const rank = new Map(order.map((node, index) => [node, index]));
  const from = new Map<FlowNode, FlowNode[]>(order.map((node) => [node, []]));
  for (const node of order) for (const goal of goalsOf(node)) if (isNode(goal)) from.get(goal)?.push(node);
  const above = dominators(order, rank, from);
  const loops = new Map<FlowNode, Set<FlowNode>>();
  const joins = new Set<FlowNode>();
  for (const node of order) {
    const before = from.get(node) ?? [];
    const back = before.filter((one) => (rank.get(one) ?? 0) >= (rank.get(node) ?? 0));
    const astray = back.find((one) => !dominates(above, node, one));
    if (astray) throw new IrreducibleError([node.label, astray.label]);
    if (before.length - back.length > 1) joins.add(node);
    if (back.length > 0) loops.set(node, loopOf(node, back, from));
  }
  return { order, rank, above, joins, loops };
}

/** Without recursion: there may be thousands, one behind the other. */
function reversePostorder(entry: FlowNode): FlowNode[] {
  const seen = new Set([entry]);
  const done: FlowNode[] = [];
  const stack = [{ node: entry, goals: goalsOf(entry).reverse() }];
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const goal = top.goals.shift();
    if (!goal) {
      done.push(top.node);
      stack.pop();
    } else if (isNode(goal) && !seen.has(goal)) {
      seen.add(goal);
      stack.push({ node: goal, goals: goalsOf(goal).reverse() });
    }
  }
  return done.reverse();
}

/** Cooper, Harvey and Kennedy, "A simple, fast dominance algorithm". */
function dominators(order: readonly FlowNode[], rank: ReadonlyMap<FlowNode, number>, from: ReadonlyMap<FlowNode, readonly FlowNode[]>): Map<FlowNode, FlowNode> {
  const above = new Map<FlowNode, FlowNode>();
  const [entry] = order;
  if (!entry) return above;
  above.set(entry, entry);
  const place = (node: FlowNode): number => rank.get(node) ?? 0;
  const common = (one: FlowNode, other: FlowNode): FlowNode => {
    let [a, b] = [one, other];
    while (a !== b) {
      while (place(a) > place(b)) a = above.get(a) ?? entry;
      while (place(b) > place(a)) b = above.get(b) ?? entry;
    }
    return a;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (const node of order) {
      if (node === entry) continue;
      const [first, ...rest] = (from.get(node) ?? []).filter((one) => above.has(one));
      if (!first) continue;
      const found = rest.reduce(common, first);
      if (above.get(node) !== found) {
        above.set(node, found);
        changed = true;
      }
    }
  }
  return above;
}

function dominates(above: ReadonlyMap<FlowNode, FlowNode>, node: FlowNode, other: FlowNode): boolean {
  for (let at: FlowNode | undefined = other; at; ) {
    if (at === node) return true;
    const next: FlowNode | undefined = above.get(at);
    at = next === at ? undefined : next;
  }
  return false;
}

function loopOf(head: FlowNode, back: readonly FlowNode[], from: ReadonlyMap<FlowNode, readonly FlowNode[]>): Set<FlowNode> {
  const loop = new Set([head]);
  const open = [...back];
  for (let node = open.pop(); node; node = open.pop()) {
    if (loop.has(node)) continue;
    loop.add(node);
    open.push(...(from.get(node) ?? []));
  }
  return loop;
}

/** Conditions that share a goal become one: `a && b`, `a || b`. */
export function folded(entry: FlowNode): void {
  for (let changed = true; changed; ) {
    changed = false;
    const order = reversePostorder(entry);
    const into = new Map<Goal, number>();
    for (const node of order) for (const goal of goalsOf(node)) into.set(goal, (into.get(goal) ?? 0) + 1);
    for (const node of order) {
      if (node.onward.kind === "branch" && (merge(node, node.onward, node.onward.yes, into) || merge(node, node.onward, node.onward.no, into))) {
        changed = true;
        break;
      }
    }
  }
}

type Branching = Extract<FlowNode["onward"], { kind: "branch" }>;

function merge(node: FlowNode, onward: Branching, second: Goal, into: ReadonlyMap<Goal, number>): boolean {
  if (!isNode(second) || second === node || second.item !== null || second.onward.kind !== "branch" || into.get(second) !== 1) return false;
  const onYes = onward.yes === second;
  const other = onYes ? onward.no : onward.yes;
  const inner = second.onward;
  if (inner.yes !== other && inner.no !== other) return false;
  const first = onYes ? onward.if : negated(onward.if);
  const rest = inner.no === other ? inner.if : negated(inner.if);
  const on = inner.no === other ? inner.yes : inner.no;
  // `!a && b`, going on to the other: said the other way round it is `a || !b`.
  node.onward = onYes || inner.no === other
    ? { kind: "branch", if: { type: "binary", operator: "&&", left: first, right: rest }, yes: on, no: other }
    : { kind: "branch", if: { type: "binary", operator: "||", left: onward.if, right: inner.if }, yes: other, no: on };
  return true;
}
