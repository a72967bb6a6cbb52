/**
 * What an expression gives, as far as it can be told by reading it.
 * @module
 */
import type { CallExpression, Expression, Function as Fn, Node } from "@babel/types";
import type { GraphNode } from "../model.ts";
import { bare, field, keyOf, rangeOf, textOf } from "../parse/values.ts";
import { actionShape, type CustomField, eventShape, outcome, sentEvent, stepEvent } from "./known.ts";
import { boundBy, fieldOf, Names, typeShape } from "./names.ts";
import { arrayShape, either, objectShape, orNull, shape, type Shape, unknownShape } from "./shape.ts";
import { type Constants, zodShape } from "./zod-source.ts";

/** What is known of the file while it is looked through. */
export interface Looking {
  constants: Constants;
  custom: readonly CustomField[];
  /** The graph's nodes by the place of their call: `12:40`. */
  calls: ReadonlyMap<string, GraphNode>;
  /** Schemas of the events that the workflow waits for. */
  events: Node | null;
  /** What returns of a function give; with what is in scope at each. */
  results(fn: Fn, names: Names): Shape[];
  depth: number;
}

const mostDepth = 60;

export function infer(node: Node | null | undefined, names: Names, looking: Looking): Shape {
  if (!node || looking.depth > mostDepth) return unknownShape;
  looking.depth++;
  try {
    return inferred(bare(node), names, looking);
  } finally {
    looking.depth--;
  }
}

const comparing = new Set(["==", "!=", "===", "!==", "<", ">", "<=", ">=", "in", "instanceof"]);

function inferred(at: Node, names: Names, looking: Looking): Shape {
  const of = (node: Node | null | undefined): Shape => infer(node, names, looking);
  switch (at.type) {
    case "StringLiteral":
    case "TemplateLiteral":
      return shape("string");
    case "NumericLiteral":
      return shape("number");
    case "BooleanLiteral":
      return shape("boolean");
    case "NullLiteral":
      return shape("null", { nullable: true });
    case "AwaitExpression":
      return of(at.argument);
    case "Identifier":
      return at.name === "undefined" ? shape("null", { nullable: true }) : (names.find(at.name)?.shape() ?? unknownShape);
    case "MemberExpression":
    case "OptionalMemberExpression": {
      const key = at.computed ? (at.property.type === "StringLiteral" || at.property.type === "NumericLiteral" ? String(at.property.value) : null) : keyOf(at.property);
      return key === null ? (of(at.object).items ?? unknownShape) : fieldOf(of(at.object), key);
    }
    case "ObjectExpression":
      return { open: at.properties.some(({ type }) => type === "SpreadElement"), ...objectShape(Object.fromEntries(at.properties.flatMap((one): [string, Shape][] => {
        if (one.type === "SpreadElement") return Object.entries(of(one.argument).fields ?? {});
        const key = one.type === "ObjectProperty" && !one.computed ? keyOf(one.key) : null;
        return key === null || one.type !== "ObjectProperty" ? [] : [[key, of(one.value)]];
      }))) };
    case "ArrayExpression": {
      const spread = at.elements.some((one) => one?.type === "SpreadElement");
      const items = at.elements.map((one) => (one?.type === "SpreadElement" ? (of(one.argument).items ?? unknownShape) : of(one)));
      return { ...arrayShape(items.length > 0 ? either(items) : unknownShape), fields: spread ? null : Object.fromEntries(items.map((one, index) => [String(index), one])) };
    }
    case "ConditionalExpression":
      return either([of(at.consequent), of(at.alternate)]);
    case "LogicalExpression":
      return at.operator === "??" ? either([{ ...of(at.left), nullable: false }, of(at.right)]) : either([of(at.left), of(at.right)]);
    case "UnaryExpression":
      return at.operator === "!" ? shape("boolean") : at.operator === "typeof" ? shape("string") : at.operator === "void" ? shape("null", { nullable: true }) : shape("number");
    case "BinaryExpression": {
      if (comparing.has(at.operator)) return shape("boolean");
      const [left, right] = at.operator === "+" ? [of(at.left).type, of(at.right).type] : ["number", "number"];
      return left === "string" || right === "string" ? shape("string") : left === "number" && right === "number" ? shape("number") : unknownShape;
    }
    case "NewExpression":
      return bare(at.callee).type === "Identifier" && (bare(at.callee) as { name: string }).name === "Date" ? shape("date") : unknownShape;
    case "CallExpression":
    case "OptionalCallExpression":
      return called(at as CallExpression, names, looking);
    default:
      return unknownShape;
  }
}

function called(call: CallExpression, names: Names, looking: Looking): Shape {
  const { start, end } = rangeOf(call);
  const node = looking.calls.get(`${start}:${end}`);
  const known = node ? stepShape(node, call, names, looking) : null;
  if (known) return known;
  const callee = bare(call.callee);
  const [first] = call.arguments;
  if (callee.type === "Identifier") {
    const simple: Record<string, Shape> = { String: shape("string"), Number: shape("number"), Boolean: shape("boolean"), durationMs: shape("number"), structuredClone: unknownShape };
    if (Object.hasOwn(simple, callee.name)) return simple[callee.name] ?? unknownShape;
    const fn = looking.constants.get(callee.name);
    return fn && isFunction(fn) ? resultOf(fn, new Names(names), looking) : unknownShape;
  }
  if ((callee.type !== "MemberExpression" && callee.type !== "OptionalMemberExpression") || callee.property.type !== "Identifier") return unknownShape;
  const { name } = callee.property;
  const owner = bare(callee.object as Expression);
  if (owner.type === "Identifier" && owner.name === "Promise") return together(name, infer(first, names, looking));
  if (owner.type === "Identifier" && !names.find(owner.name)) return ofGlobal(owner.name, name);
  return ofMethod(name, infer(owner, names, looking), call, names, looking);
}

/** What a node of the graph gives; null of one that gives what its text says. */
function stepShape(node: GraphNode, call: CallExpression, names: Names, looking: Looking): Shape | null {
  const { constants, custom } = looking;
  const argument = (from: { start: number; end: number } | null | undefined): Node | null => call.arguments.find((one) => one.start === from?.start && one.end === from?.end) ?? null;
  switch (node.kind) {
    case "action":
      return actionShape(node.action, node.callee, custom);
    case "step": {
      const callback = call.arguments.find((one) => one.start === node.callback?.start);
      const fn = callback ? bare(callback) : null;
      const named = fn?.type === "Identifier" ? looking.constants.get(fn.name) : fn;
      return named && isFunction(named) ? resultOf(named, new Names(names), looking) : unknownShape;
    }
    case "waitForEvent": {
      const type = textOf(field(node.options, "type"));
      const declared = type === null ? null : propertyOf(looking.events, type);
      return stepEvent(declared ? zodShape(declared, constants) : unknownShape);
    }
    case "approval": {
      const form = propertyOf(argument(node.options), "form");
      return outcome(form ? zodShape(form, constants) : shape("null", { nullable: true }));
    }
    case "sendEvent":
      return sentEvent;
    case "sleep":
    case "sleepUntil":
      return shape("null", { nullable: true });
    default:
      return null;
  }
}

function together(method: string, list: Shape): Shape {
  if (method === "all") return list;
  if (method === "race" || method === "any") return list.items ?? unknownShape;
  const settled = (one: Shape): Shape => objectShape({ status: shape("string", { options: ["fulfilled", "rejected"] }), value: orNull(one) });
  return method === "allSettled" ? { ...arrayShape(settled(list.items ?? unknownShape)), fields: list.fields ? Object.fromEntries(Object.entries(list.fields).map(([key, one]) => [key, settled(one)])) : null } : unknownShape;
}

function ofGlobal(owner: string, method: string): Shape {
  if (owner === "Math" || (owner === "Date" && method === "now") || method === "parseInt" || method === "parseFloat") return shape("number");
  if (owner === "JSON") return method === "stringify" ? shape("string") : unknownShape;
  if (owner === "Object" && method === "keys") return arrayShape(shape("string"));
  return owner === "crypto" && method === "randomUUID" ? shape("string") : owner === "Array" && method === "isArray" ? shape("boolean") : unknownShape;
}

const texts = new Set(["toUpperCase", "toLowerCase", "trim", "trimStart", "trimEnd", "replace", "replaceAll", "padStart", "padEnd", "repeat", "substring", "toString", "toFixed", "toISOString", "toLocaleString", "toLocaleDateString", "join", "toJSON"]);
const numbers = new Set(["getTime", "valueOf", "indexOf", "findIndex", "lastIndexOf", "getUTCFullYear", "getFullYear", "push"]);
const tests = new Set(["includes", "startsWith", "endsWith", "some", "every", "test", "has"]);
const same = new Set(["filter", "slice", "sort", "toSorted", "reverse", "toReversed", "concat"]);
const picks = new Set(["find", "findLast", "at", "pop", "shift"]);

function ofMethod(name: string, owner: Shape, call: CallExpression, names: Names, looking: Looking): Shape {
  const maybe = (one: Shape): Shape => (owner.nullable ? orNull(one) : one);
  if (texts.has(name)) return maybe(shape("string"));
  if (numbers.has(name)) return maybe(shape("number"));
  if (tests.has(name)) return maybe(shape("boolean"));
  if (name === "split") return maybe(arrayShape(shape("string")));
  if (name === "slice" && owner.type === "string") return owner;
  if (same.has(name)) return { ...owner, fields: null };
  if (picks.has(name)) return orNull(owner.items ?? unknownShape);
  const callback = call.arguments[0] ? bare(call.arguments[0]) : null;
  if ((name !== "map" && name !== "flatMap") || !callback || !isFunction(callback)) return unknownShape;
  const inner = new Names(names);
  declareItems(inner, callback, () => owner.items ?? unknownShape);
  const result = resultOf(callback, inner, looking);
  return maybe(arrayShape(name === "flatMap" && result.items ? result.items : result));
}

/** Of `list.map((item, index) => …)` and its like. */
export function declareItems(names: Names, { params }: Fn, item: () => Shape): void {
  const given = [item, (): Shape => shape("number")];
  for (const [index, of] of given.entries()) if (params[index]) for (const [name, one, at] of boundBy(params[index], of)) names.declare(name, "item", at.start ?? 0, one);
}

/** `names`: with what its parameters bring, or to be filled with it. */
function resultOf(fn: Fn, names: Names, looking: Looking): Shape {
  if (fn.returnType?.type === "TSTypeAnnotation") {
    const declared = typeShape(fn.returnType.typeAnnotation);
    if (declared.type !== "unknown") return declared;
  }
  for (const parameter of fn.params) for (const [name, one, at] of boundBy(parameter, () => unknownShape)) if (!names.find(name)) names.declare(name, "parameter", at.start ?? 0, one);
  if (fn.body && fn.body.type !== "BlockStatement") return infer(fn.body, names, looking);
  const results = looking.results(fn, names);
  return results.length > 0 ? either(results) : shape("null", { nullable: true });
}

export const isFunction = (node: Node): node is Fn => /^(?:ArrowFunctionExpression|FunctionExpression|FunctionDeclaration|ObjectMethod|ClassMethod|ClassPrivateMethod)$/.test(node.type);

export function propertyOf(node: Node | null | undefined, name: string): Node | null {
  const at = node ? bare(node) : null;
  if (at?.type !== "ObjectExpression") return null;
  for (const one of at.properties) if (one.type === "ObjectProperty" && !one.computed && keyOf(one.key) === name) return one.value;
  return null;
}

/** What a workflow is started with: its schema's, else that of the events that start it. */
export function inputShape(options: Node | null, triggers: readonly { kind: string; event: string | null }[], { constants, custom }: Pick<Looking, "constants" | "custom">, scheduled: Shape): Shape {
  const schema = propertyOf(options, "input");
  if (schema) return zodShape(schema, constants);
  const brought = triggers.map(({ kind, event }) => (kind === "event" && event !== null ? (eventShape(event, custom) ?? unknownShape) : kind === "schedule" ? scheduled : unknownShape));
  return brought.length > 0 ? either(brought) : unknownShape;
}
