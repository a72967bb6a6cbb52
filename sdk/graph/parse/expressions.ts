/**
 * Expressions → the step they are, or those inside of them.
 * @module
 */
import type { ArrayExpression, CallExpression, ConditionalExpression, LogicalExpression, Node } from "@babel/types";
import type { Block, Branch, GraphNode, ParallelNode } from "../model.ts";
import { readCall } from "./calls.ts";
import { callbackOf } from "./functions.ts";
import { hasSteps, readHelperCall } from "./helpers.ts";
import { blockOf, type Frame, inExpression, type Reading, visit } from "./reading.ts";
import { bare, pathOf, rangeOf, valueOf } from "./values.ts";

/** Null: there is no step in it, or it is no form of its own. */
export function readExpression(reading: Reading, node: Node, frame: Frame): GraphNode | null {
  let at = bare(node);
  let { awaited } = frame;
  while (at.type === "AwaitExpression" || (at.type === "UnaryExpression" && at.operator === "void")) {
    awaited ||= at.type === "AwaitExpression";
    at = bare(at.argument);
  }
  const framed = { ...frame, awaited };
  if (at.type === "ConditionalExpression") return readTernary(reading, at, framed);
  if (at.type === "LogicalExpression") return readLogical(reading, at, framed);
  if (at.type !== "CallExpression") return null;
  const { call, chain } = unchained(at);
  const found = readPromise(reading, call, framed) ?? readCall(reading, call, framed, chain.length > 0) ?? readHelperCall(reading, call, framed, chain.length > 0);
  if (found && chain.length > 0) found.inner.push(...readInner(reading, chain));
  return found;
}

/** A call before its `.then`, `.catch`, `.finally`, and what these were given. */
function unchained(call: CallExpression): { call: CallExpression; chain: Node[] } {
  const chain: Node[] = [];
  let at = call;
  for (;;) {
    const { callee } = at;
    if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier" || !/^(?:then|catch|finally)$/.test(callee.property.name)) return { call: at, chain };
    const object = bare(callee.object);
    if (object.type !== "CallExpression") return { call: at, chain };
    chain.unshift(...at.arguments);
    at = object;
  }
}

function readTernary(reading: Reading, { test, consequent, alternate }: ConditionalExpression, frame: Frame): GraphNode | null {
  const branch = (condition: Branch["condition"], node: Node): Branch => ({ ...rangeOf(node), condition, block: expressionBlock(reading, node) });
  const branches = [branch(valueOf(test), consequent), branch(null, alternate)];
  if (!branches.some(({ block }) => hasSteps(block))) return null;
  return { kind: "if", id: "", form: "ternary", branches, ...frame, inner: readInner(reading, [test]) };
}

function readLogical(reading: Reading, { operator, left, right }: LogicalExpression, frame: Frame): GraphNode | null {
  if (operator !== "&&") return null;
  const block = expressionBlock(reading, right);
  if (!hasSteps(block)) return null;
  return { kind: "if", id: "", form: "logical", branches: [{ ...rangeOf(right), condition: valueOf(left), block }], ...frame, inner: readInner(reading, [left]) };
}

function expressionBlock(reading: Reading, node: Node): Block {
  const range = rangeOf(node);
  const frame = inExpression(range);
  return { ...range, braced: false, nodes: [readExpression(reading, node, frame) ?? { kind: "code", id: "", ...frame, inner: readInner(reading, [node]) }] };
}

const modes = new Set(["all", "allSettled", "race", "any"]);

/** `Promise.all([…])`, `Promise.all(list.map(…))` */
function readPromise(reading: Reading, call: CallExpression, frame: Frame): GraphNode | null {
  const path = pathOf(call.callee);
  const [list, more] = call.arguments;
  if (path?.length !== 2 || path[0] !== "Promise" || !modes.has(path[1] ?? "") || !list || more) return null;
  const at = bare(list);
  if (at.type === "ArrayExpression") return readParallel(reading, at, path[1] as ParallelNode["mode"], frame);
  return at.type === "CallExpression" ? readMap(reading, at, frame) : null;
}

function readParallel(reading: Reading, list: ArrayExpression, mode: ParallelNode["mode"], frame: Frame): GraphNode | null {
  if (list.elements.some((one) => !one || one.type === "SpreadElement")) return null;
  const branches = list.elements.flatMap((one) => (one ? [branchOf(reading, one)] : []));
  if (!branches.some(hasSteps)) return null;
  return { kind: "parallel", id: "", mode, branches, items: rangeOf(list), ...frame, inner: [] };
}

/** `(async () => { … })()` is what its body does. */
function branchOf(reading: Reading, node: Node): Block {
  const at = bare(node);
  const fn = at.type === "CallExpression" && at.arguments.length === 0 ? callbackOf(reading, at.callee) : null;
  return fn ? blockOf(reading, fn.body) : expressionBlock(reading, node);
}

function readMap(reading: Reading, call: CallExpression, frame: Frame): GraphNode | null {
  const { callee } = call;
  const fn = callbackOf(reading, call.arguments[0]);
  if (!fn || callee.type !== "MemberExpression" || callee.property.type !== "Identifier" || callee.property.name !== "map") return null;
  const block = blockOf(reading, fn.body);
  if (!hasSteps(block)) return null;
  const [first, last] = [fn.params[0], fn.params.at(-1)];
  const item = first && last ? reading.file.source.slice(first.start ?? 0, last.end ?? 0) : null;
  return { kind: "loop", id: "", form: "map", item, over: valueOf(callee.object), condition: null, header: rangeOf(callee.object), concurrent: true, block, ...frame, inner: readInner(reading, [callee.object]) };
}

/** The steps inside of expressions that are none themselves. */
export function readInner(reading: Reading, nodes: readonly (Node | null | undefined)[]): GraphNode[] {
  const found: GraphNode[] = [];
  const look = (node: Node): boolean => {
    // A function by name is read where it is called.
    if (node.type === "FunctionDeclaration" && node.id && (reading.locals.has(node.id.name) || reading.file.functions.has(node.id.name))) return false;
    if (node.type === "VariableDeclarator" && node.id.type === "Identifier" && node.init && callbackOf(reading, node.init) && reading.locals.has(node.id.name)) return false;
    if (node.type !== "CallExpression" && node.type !== "AwaitExpression" && node.type !== "ConditionalExpression" && node.type !== "LogicalExpression") return true;
    const one = readExpression(reading, node, inExpression(rangeOf(node)));
    if (!one) return true;
    found.push(one);
    return false;
  };
  for (const node of nodes) if (node && look(node)) visit(node, look);
  return found;
}
