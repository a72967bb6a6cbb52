/**
 * Calls of functions in which there are steps: their bodies are read once, where they stand.
 * @module
 */
import type { CallExpression, Node } from "@babel/types";
import type { Block, GraphNode, HelperCallNode } from "../model.ts";
import { blocksOf, nodesOf } from "../walk.ts";
import { blockOf, type Candidate, type Frame, inExpression, type Opened, type Reading } from "./reading.ts";
import { parametersOf } from "./scope.ts";
import { pathOf, rangeOf, valueOf } from "./values.ts";

/** Null: not a function that is known, or there is no step in it. */
export function readHelperCall(reading: Reading, call: CallExpression, frame: Frame, chained: boolean): HelperCallNode | null {
  const candidate = find(reading, pathOf(call.callee));
  const helper = candidate ? keyOf(reading, candidate, call.arguments) : null;
  if (helper === null) return null;
  return { kind: "call", id: "", helper, call: rangeOf(call), args: call.arguments.map((argument) => valueOf(argument)), chained, ...frame, inner: reading.shared.read.inner(reading, call.arguments) };
}

/** A helper that is handed on to be called: `list.map(charge)`, `retry(charge)`. */
export function readReference(reading: Reading, node: Node): HelperCallNode | null {
  const candidate = find(reading, pathOf(node));
  const helper = candidate ? keyOf(reading, candidate, null) : null;
  return helper === null ? null : { kind: "call", id: "", helper, call: rangeOf(node), args: [], chained: false, ...inExpression(rangeOf(node)), inner: [] };
}

function find(reading: Reading, path: readonly string[] | null): Candidate | null {
  if (!path || path.length > 2) return null;
  return reading.locals.get(path.join(".")) ?? (path[0] === "this" ? null : reading.file.find(path));
}

/** Null: there is no step in it. */
function keyOf({ shared, scope }: Reading, candidate: Candidate, given: readonly Node[] | null): string | null {
  const known = shared.keys.get(candidate.fn);
  if (known !== undefined) {
    if (shared.open.includes(known)) shared.recursive = true;
    return shared.helpers.get(known) === "plain" ? null : known;
  }
  const { fn, file, name, range } = candidate;
  const key = free(shared.helpers, file.path === null ? name : `${file.path}#${name}`);
  shared.keys.set(fn, key);
  const inside: Reading = { shared, file, scope: parametersOf(scope, candidate.scope, fn.params, given), locals: candidate.locals };
  const opened: Opened = { helper: { name, file: file.path, block: { ...rangeOf(fn.body), braced: false, nodes: [] }, ...range }, source: file.source, read: () => blockOf(inside, fn.body) };
  shared.helpers.set(key, opened);
  shared.open.push(key);
  opened.helper.block = opened.read();
  shared.open.pop();
  if (!hasSteps(opened.helper.block)) shared.helpers.set(key, "plain");
  else if (shared.open.length === 0 && shared.recursive) settle(shared);
  return shared.helpers.get(key) === "plain" ? null : key;
}

function free(taken: ReadonlyMap<string, unknown>, name: string): string {
  let key = name;
  for (let count = 2; taken.has(key); count++) key = `${name}~${count}`;
  return key;
}

/** Functions that call each other in a circle, and nothing else, do nothing: known only once all were read. */
function settle(shared: Reading["shared"]): void {
  const does = new Set<string>();
  for (let before = -1; before < does.size; ) {
    before = does.size;
    for (const [key, opened] of shared.helpers) if (opened !== "plain" && !does.has(key) && [...nodesOf(opened.helper.block)].some((node) => isStep(node) && (node.kind !== "call" || does.has(node.helper)))) does.add(key);
  }
  for (const key of shared.helpers.keys()) if (!does.has(key)) shared.helpers.set(key, "plain");
  shared.recursive = false;
  shared.empty = new WeakSet();
  for (const opened of shared.helpers.values()) if (opened !== "plain") opened.helper.block = opened.read();
}

const plain = new Set<GraphNode["kind"]>(["code", "return", "throw", "if", "switch", "loop", "try", "break", "continue", "broken", "parallel"]);

const isStep = (node: GraphNode): boolean => !plain.has(node.kind);

const answers = new WeakMap<Block, boolean>();

/** There is a step somewhere in it. */
export function hasSteps(block: Block): boolean {
  let answer = answers.get(block);
  if (answer === undefined) answers.set(block, (answer = block.nodes.some(holdsStep)));
  return answer;
}

const holdsStep = (node: GraphNode): boolean => isStep(node) || node.inner.some(holdsStep) || blocksOf(node).some(({ block }) => hasSteps(block));
