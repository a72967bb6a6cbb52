/**
 * What runs side by side: `Promise.all([…])`, `list.map(…)`.
 * @module
 */
import type { ArrayExpression, CallExpression, Node } from "@babel/types";
import type { Block, GraphNode, LoopNode, ParallelNode } from "../model.ts";
import { callbackOf } from "./functions.ts";
import { hasSteps, readReference } from "./helpers.ts";
import { blockOf, expressionBlock, type Frame, inExpression, type Reading } from "./reading.ts";
import { bare, pathOf, rangeOf, valueOf } from "./values.ts";

const modes = new Set(["all", "allSettled", "race", "any"]);

/** `Promise.all([…])`, `Promise.all(list.map(…))`, `Promise.all(Array.from(list, …))` */
export function readPromise(reading: Reading, call: CallExpression, frame: Frame): GraphNode | null {
  const path = pathOf(call.callee);
  const [list, more] = call.arguments;
  if (path?.length !== 2 || path[0] !== "Promise" || !modes.has(path[1] ?? "") || !list || more) return null;
  const at = bare(list);
  if (at.type === "ArrayExpression") return readParallel(reading, at, path[1] as ParallelNode["mode"], frame);
  return at.type === "CallExpression" ? readMap(reading, at, frame) : null;
}

function readParallel(reading: Reading, list: ArrayExpression, mode: ParallelNode["mode"], frame: Frame): GraphNode | null {
  if (list.elements.some((one) => !one)) return null;
  const branches = list.elements.flatMap((one) => (one ? [branchOf(reading, one)] : []));
  if (!branches.some(hasSteps)) return null;
  return { kind: "parallel", id: "", mode, branches, items: rangeOf(list), ...frame, inner: [] };
}

/** `(async () => { … })()` is what its body does; `...list.map(…)` a loop. */
function branchOf(reading: Reading, node: Node): Block {
  if (node.type === "SpreadElement") return { ...expressionBlock(reading, node.argument), ...rangeOf(node) };
  const at = bare(node);
  const fn = at.type === "CallExpression" && at.arguments.length === 0 ? callbackOf(at.callee) : null;
  return fn ? blockOf(reading, fn.body) : expressionBlock(reading, node);
}

/** Each round starts before the one before it has ended, whether or not somebody waits for them here. */
export function readMap(reading: Reading, call: CallExpression, frame: Frame): GraphNode | null {
  const mapped = mapOf(call);
  if (!mapped) return null;
  const { over, callback } = mapped;
  const fn = callbackOf(callback);
  const loop = (block: Block, item: string | null, inner: readonly Node[]): LoopNode => ({ kind: "loop", id: "", form: "map", item, over: valueOf(over), condition: null, header: rangeOf(over), concurrent: true, block, ...frame, inner: reading.shared.read.inner(reading, inner) });
  if (!fn) {
    const reference = readReference(reading, callback);
    return reference ? loop({ ...rangeOf(callback), braced: false, nodes: [{ ...reference, ...inExpression(rangeOf(callback)) }] }, null, [over]) : null;
  }
  const block = blockOf(reading, fn.body);
  if (!hasSteps(block)) {
    reading.shared.empty.add(fn);
    return null;
  }
  const [first, last] = [fn.params[0], fn.params.at(-1)];
  return loop(block, first && last ? reading.file.source.slice(first.start ?? 0, last.end ?? 0) : null, [over]);
}

/** `list.map(f)`, `Array.from(list, f)` */
function mapOf({ callee, arguments: [first, second, more] }: CallExpression): { over: Node; callback: Node } | null {
  if (!first || more || callee.type !== "MemberExpression" || callee.computed || callee.property.type !== "Identifier") return null;
  if (callee.property.name === "map" && !second) return { over: callee.object, callback: first };
  const path = pathOf(callee);
  return second && path?.[0] === "Array" && path[1] === "from" ? { over: first, callback: second } : null;
}
