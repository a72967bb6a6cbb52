/**
 * Calls that are steps: of the step API, of records, of actions.
 * @module
 */
import type { CallExpression, Node } from "@babel/types";
import type { GraphNode } from "../model.ts";
import { callbackOf } from "./functions.ts";
import { blockOf, type Frame, type Reading } from "./reading.ts";
import { bare, pathOf, rangeOf, textOf, valueOf } from "./values.ts";

/** Actions whose id is not the name that they are called by. */
const renamed: Record<string, string> = { publishEvent: "events.publish" };

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Null: not a step. */
export function readCall(reading: Reading, call: CallExpression, frame: Frame, chained: boolean): GraphNode | null {
  const path = pathOf(call.callee);
  const method = path?.at(-1);
  if (!path || method === undefined || path.length < 2) return null;
  const owner = path.slice(0, -1).join(".");
  if (reading.steps.has(owner)) return stepCall(reading, call, method, frame, chained);
  // `import * as everstep`: one name more before the rest.
  if (reading.file.everstep.has(`${path[0]}.${path[1]}`)) path.shift();
  const [first = "", kind = ""] = path;
  const imported = reading.file.everstep.get(first) ?? (pathOf(call.callee)?.length === path.length ? undefined : first);
  const common = { ...frame, id: "", call: rangeOf(call), chained };
  const args = () => ({ args: argumentsOf(call), inner: reading.read.inner(reading, call.arguments) });
  if (imported === "crm" && path.length === 3) return { kind: "action", action: `crm.${kind}.${method === "page" ? "find" : snake(method)}`, callee: `crm.${kind}.${method}`, ...common, ...args() };
  if (imported === "actions" && path.length === 2) return { kind: "action", action: renamed[method] ?? snake(method), callee: `actions.${method}`, ...common, ...args() };
  return null;
}

const argumentsOf = (call: CallExpression) => call.arguments.map((argument) => valueOf(argument));

function stepCall(reading: Reading, call: CallExpression, method: string, frame: Frame, chained: boolean): GraphNode | null {
  const args = argumentsOf(call);
  const [first = null, second = null, third = null, fourth = null] = args;
  const common = { ...frame, id: "", call: rangeOf(call), args, chained };
  const named = { ...common, name: textOf(first), inner: method === "do" ? [] : reading.read.inner(reading, call.arguments) };
  switch (method) {
    case "do":
      return stepDo(reading, call, { ...common, name: textOf(first), inner: [] });
    case "sleep":
    case "sleepUntil":
      return { kind: method, time: second, ...named };
    case "waitForEvent":
    case "approval":
      return { kind: method, options: second, ...named };
    case "sendEvent":
      return { kind: method, event: second, ...named };
    case "invoke":
      return { kind: method, workflow: second, input: third, options: fourth, ...named };
    case "continueAsNew":
      return { kind: method, ...common, inner: reading.read.inner(reading, call.arguments) };
    default:
      return null;
  }
}

type DoNode = Extract<GraphNode, { kind: "step" }>;

/** `step.do(name, config?, callback, rollback?)` */
function stepDo(reading: Reading, call: CallExpression, base: Omit<DoNode, "kind" | "config" | "callback" | "rollback" | "block">): DoNode {
  const rest = call.arguments.slice(1);
  const configured = rest.length > 1 && callbackOf(reading, rest[0]) === null && couldBeConfig(rest[0]);
  const [config, callback, rollback] = configured ? rest : [null, ...rest];
  const fn = callback ? callbackOf(reading, callback) : null;
  return {
    kind: "step",
    ...base,
    config: config ? valueOf(config) : null,
    callback: callback ? rangeOf(callback) : null,
    rollback: rollback ? rangeOf(rollback) : null,
    block: fn && callback && bare(callback) === fn ? blockOf(reading, fn.body) : null,
    inner: reading.read.inner(reading, [config, ...(fn && callback && bare(callback) === fn ? [] : [callback])]),
  };
}

const couldBeConfig = (node: Node | undefined): boolean => node !== undefined && bare(node).type !== "ArrowFunctionExpression" && bare(node).type !== "FunctionExpression";
