/**
 * Calls of functions in which there are steps: their bodies are read once, where they stand.
 * @module
 */
import type { CallExpression } from "@babel/types";
import type { Block, GraphNode, Helper, HelperCallNode } from "../model.ts";
import { blocksOf } from "../walk.ts";
import { blockOf, type Candidate, type Frame, type Reading } from "./reading.ts";
import { bare, pathOf, rangeOf, valueOf } from "./values.ts";

/** Null: not a function that is known, or there is no step in it. */
export function readHelperCall(reading: Reading, call: CallExpression, frame: Frame, chained: boolean): HelperCallNode | null {
  const path = pathOf(call.callee);
  if (!path) return null;
  const [first = "", second] = path;
  const candidate = path.length === 1 ? (reading.locals.get(first) ?? reading.file.functions.get(first)?.() ?? null) : path.length === 2 && first === "this" && second !== undefined ? (reading.methods.get(second) ?? null) : null;
  if (!candidate) return null;
  const name = path.at(-1) ?? "";
  const key = candidate.file.path === null ? name : `${candidate.file.path}#${name}`;
  if (!reading.helpers.has(key)) open(reading, key, name, candidate, call);
  const helper = reading.helpers.get(key);
  if (helper === undefined || typeof helper === "string") return null;
  return { kind: "call", id: "", helper: key, call: rangeOf(call), args: call.arguments.map((argument) => valueOf(argument)), chained, ...frame, inner: reading.read.inner(reading, call.arguments) };
}

function open(reading: Reading, key: string, name: string, candidate: Candidate, call: CallExpression): void {
  reading.helpers.set(key, "open");
  const { fn, file, range } = candidate;
  const steps = new Set(reading.locals.has(name) || reading.methods.has(name) ? reading.steps : []);
  const contexts = new Set(reading.locals.has(name) ? reading.contexts : []);
  for (const [index, parameter] of fn.params.entries()) {
    const given = call.arguments[index];
    if (parameter.type !== "Identifier" || !given) continue;
    const text = pathOf(bare(given))?.join(".");
    if (text === undefined) continue;
    if (reading.steps.has(text)) steps.add(parameter.name);
    if (reading.contexts.has(text)) {
      contexts.add(parameter.name);
      steps.add(`${parameter.name}.step`);
    }
  }
  const block = blockOf({ ...reading, file, steps, contexts, locals: file === reading.file ? reading.locals : new Map() }, fn.body);
  reading.helpers.set(key, hasSteps(block) ? ({ name, file: file.path, block, ...range } satisfies Helper) : "plain");
}

const plain = new Set<GraphNode["kind"]>(["code", "return", "throw", "if", "switch", "loop", "try", "break", "continue", "broken", "parallel"]);

/** There is a step somewhere in it. */
export function hasSteps(block: Block): boolean {
  return block.nodes.some((node) => !plain.has(node.kind) || node.inner.some((one) => !plain.has(one.kind)) || blocksOf(node).some(({ block }) => hasSteps(block)));
}
