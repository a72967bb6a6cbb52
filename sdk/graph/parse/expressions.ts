/**
 * Expressions → the step they are, or those inside of them.
 * @module
 */
import type { CallExpression, ConditionalExpression, LogicalExpression, Node } from "@babel/types";
import type { Branch, GraphNode } from "../model.ts";
import { readCall } from "./calls.ts";
import { hasSteps, readHelperCall, readReference } from "./helpers.ts";
import { readMap, readPromise } from "./promises.ts";
import { expressionBlock, type Frame, inExpression, type Locals, type Reading, visit } from "./reading.ts";
import { declaredIn, parametersOf, type Scope, typed } from "./scope.ts";
import type { AnyFunction } from "./functions.ts";
import { bare, rangeOf, valueOf } from "./values.ts";

/** Null: there is no step in it, or it is no form of its own. */
export function readExpression(reading: Reading, node: Node, frame: Frame): GraphNode | null {
  let at = bare(node);
  let { awaited } = frame;
  while (at.type === "AwaitExpression" || (at.type === "UnaryExpression" && at.operator === "void")) {
    awaited ||= at.type === "AwaitExpression";
    at = bare(at.argument);
  }
  if (reading.shared.empty.has(at)) return null;
  const framed = { ...frame, awaited };
  if (at.type === "ConditionalExpression") return readTernary(reading, at, framed);
  if (at.type === "LogicalExpression") return readLogical(reading, at, framed);
  // `step?.do(…)` is as good.
  if (at.type !== "CallExpression" && at.type !== "OptionalCallExpression") return null;
  const { call, chain } = unchained(at as CallExpression);
  const chained = chain.length > 0;
  const found = readPromise(reading, call, framed) ?? readCall(reading, call, framed, chained) ?? readHelperCall(reading, call, framed, chained) ?? readMap(reading, call, framed);
  if (found && chained) found.inner.push(...readInner(reading, chain));
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

function readTernary(reading: Reading, node: ConditionalExpression, frame: Frame): GraphNode | null {
  const { test, consequent, alternate } = node;
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

/** The steps inside of expressions that are none themselves. */
export function readInner(reading: Reading, nodes: readonly (Node | null | undefined)[]): GraphNode[] {
  const found: GraphNode[] = [];
  const { empty, known } = reading.shared;
  const look = (node: Node, parent: Node | null, key: string): boolean => {
    if (empty.has(node) || known.has(node) || isType(node)) return false;
    // A function that nobody here knows the caller of: with what its parameters and its block declare.
    const scope = node.type === "BlockStatement" ? declaredIn(reading.scope, node.body) : isFunction(node) && node.params.some(typed) ? parametersOf(reading.scope, reading.scope, node.params, null) : reading.scope;
    if (scope !== reading.scope) {
      found.push(...readInner({ ...reading, scope }, node.type === "BlockStatement" ? node.body : isFunction(node) ? [...node.params, node.body] : []));
      return false;
    }
    const one = forms.has(node.type) ? readExpression(reading, node, inExpression(rangeOf(node))) : isReference(node, parent, key) ? readReference(reading, node) : null;
    if (one) found.push(one);
    return one === null;
  };
  for (const node of nodes) {
    if (!node || !mayHold(reading, node)) continue;
    const before = found.length;
    if (look(node, null, "")) visit(node, look);
    // Asked again of the same, as nested conditions do: the answer is known.
    if (found.length === before) empty.add(bare(node));
  }
  return found;
}

const isFunction = (node: Node): node is AnyFunction => node.type === "ArrowFunctionExpression" || node.type === "FunctionExpression" || node.type === "ObjectMethod" || node.type === "FunctionDeclaration";

const patterns = new WeakMap<Scope, WeakMap<Locals, RegExp>>();

/** Cheaper than looking: none of the names by which steps are called is in its text. */
function mayHold({ file, scope, locals }: Reading, node: Node): boolean {
  let byLocals = patterns.get(scope);
  if (!byLocals) patterns.set(scope, (byLocals = new WeakMap()));
  let pattern = byLocals.get(locals);
  if (!pattern) {
    const names = [...scope.keys(), ...locals.keys(), ...file.names].map((name) => name.replace(/^this\./, "").replace(/[^\w\u0080-\uffff]/g, "\\$&"));
    byLocals.set(locals, (pattern = new RegExp(["\\\\u", ...new Set(names.map((name) => name.replace(/\\\..*/, "")))].join("|"))));
  }
  return pattern.test(file.source.slice(node.start ?? 0, node.end ?? 0));
}

const forms = new Set(["CallExpression", "OptionalCallExpression", "AwaitExpression", "ConditionalExpression", "LogicalExpression"]);

const wrapping = new Set(["TSAsExpression", "TSNonNullExpression", "TSSatisfiesExpression", "TSTypeAssertion", "TSInstantiationExpression"]);

const isType = ({ type }: Node): boolean => type.startsWith("TS") && !wrapping.has(type) && type !== "TSParameterProperty";

/** A name, or `this.name`, that is read: not what is declared, nor a key. */
function isReference(node: Node, parent: Node | null, key: string): boolean {
  if (node.type !== "Identifier" && !(node.type === "MemberExpression" && (node.object.type === "ThisExpression" || node.object.type === "Identifier"))) return false;
  switch (parent?.type) {
    case "MemberExpression":
      return key === "object" && !parent.computed && parent.property.type === "Identifier" && /^(?:bind|call|apply)$/.test(parent.property.name);
    case "ObjectProperty":
      return key === "value";
    case "VariableDeclarator":
      return key === "init";
    case "CallExpression":
    case "OptionalCallExpression":
    case "NewExpression":
      return key === "arguments";
    case "TSAsExpression":
    case "TSNonNullExpression":
    case "TSSatisfiesExpression":
    case "TSTypeAssertion":
      return key === "expression";
    case "AssignmentPattern":
    case "AssignmentExpression":
      return key === "right";
    case "ArrayExpression":
    case "ArrowFunctionExpression":
      return key !== "params";
    case "SpreadElement":
    case "ReturnStatement":
    case "ConditionalExpression":
    case "LogicalExpression":
    case "SequenceExpression":
    case undefined:
      return true;
    default:
      return false;
  }
}
