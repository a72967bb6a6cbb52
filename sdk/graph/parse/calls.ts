/**
 * Calls that are steps: of the step API, of records, of actions.
 * @module
 */
import type { CallExpression, Node } from "@babel/types";
import type { GraphNode } from "../model.ts";
import { callbackOf } from "./functions.ts";
import { blockOf, type Frame, type Reading } from "./reading.ts";
import { meaningOf } from "./scope.ts";
import { bare, pathOf, rangeOf, textOf, valueOf } from "./values.ts";

/** Actions whose id is not the name that they are called by. */
const renamed: Record<string, string> = { publishEvent: "events.publish" };

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Null: not a step. */
export function readCall(reading: Reading, call: CallExpression, frame: Frame, chained: boolean): GraphNode | null {
  const path = pathOf(call.callee);
  const meaning = meaningOf(reading.scope, path) ?? computedKind(reading, call.callee);
  if (!meaning) return null;
  const [root, kind = "", method = "", more] = meaning;
  if (root === "$step" && kind !== "" && method === "") return stepCall(reading, call, kind, frame, chained);
  const action = (id: string): GraphNode => ({ kind: "action", action: id, callee: path?.join(".") ?? reading.file.source.slice(...ends(call.callee)), ...frame, id: "", call: rangeOf(call), chained, args: argumentsOf(call), inner: reading.shared.read.inner(reading, call.arguments) });
  if (root === "$crm" && method !== "" && more === undefined) return action(`crm.${kind}.${method === "page" ? "find" : snake(method)}`);
  if (root === "$actions" && kind !== "" && method === "") return action(renamed[kind] ?? snake(kind));
  return null;
}

/** `crm[kind].update(…)`: which records they are is seen when it runs. */
function computedKind(reading: Reading, callee: Node): string[] | null {
  const at = bare(callee);
  if (at.type !== "MemberExpression" || at.computed || at.property.type !== "Identifier") return null;
  const object = bare(at.object);
  if (object.type !== "MemberExpression" || !object.computed) return null;
  const meaning = meaningOf(reading.scope, pathOf(object.object));
  return meaning?.[0] === "$crm" && meaning.length === 1 ? ["$crm", "*", at.property.name] : null;
}

const ends = (node: Node): [number, number] => [rangeOf(node).start, rangeOf(node).end];

const argumentsOf = (call: CallExpression) => call.arguments.map((argument) => valueOf(argument));

function stepCall(reading: Reading, call: CallExpression, method: string, frame: Frame, chained: boolean): GraphNode | null {
  const args = argumentsOf(call);
  const [first = null, second = null, third = null, fourth = null] = args;
  const common = { ...frame, id: "", call: rangeOf(call), args, chained };
  const named = () => ({ ...common, name: textOf(first), inner: reading.shared.read.inner(reading, call.arguments) });
  switch (method) {
    case "do":
      return stepDo(reading, call, { ...common, name: textOf(first) });
    case "sleep":
    case "sleepUntil":
      return { kind: method, time: second, ...named() };
    case "waitForEvent":
    case "approval":
      return { kind: method, options: second, ...named() };
    case "sendEvent":
      return { kind: method, event: second, ...named() };
    case "invoke":
      return { kind: method, workflow: second, input: third, options: fourth, ...named() };
    case "continueAsNew":
      return { kind: method, ...common, inner: reading.shared.read.inner(reading, call.arguments) };
    default:
      return null;
  }
}

type DoNode = Extract<GraphNode, { kind: "step" }>;

/** `step.do(name, config?, callback, rollback?)` */
function stepDo(reading: Reading, call: CallExpression, base: Omit<DoNode, "kind" | "config" | "callback" | "rollback" | "block" | "inner">): DoNode {
  const [name, ...rest] = call.arguments;
  const configured = rest.length > 1 && callbackOf(rest[0]) === null && !isRollback(rest[1]);
  const [config, callback, rollback] = configured ? rest : [null, ...rest];
  const fn = callbackOf(callback);
  return {
    kind: "step",
    ...base,
    config: config ? valueOf(config) : null,
    callback: callback ? rangeOf(callback) : null,
    rollback: rollback ? rangeOf(rollback) : null,
    block: fn ? blockOf(reading, fn.body) : null,
    inner: reading.shared.read.inner(reading, [name, config, fn ? null : callback, rollback]),
  };
}

/** `step.do("x", charge, { rollback })` has no config. */
function isRollback(node: Node | undefined): boolean {
  const at = node ? bare(node) : null;
  return at?.type === "ObjectExpression" && at.properties.some((one) => one.type !== "SpreadElement" && one.key.type === "Identifier" && one.key.name === "rollback");
}
