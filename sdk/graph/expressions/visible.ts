/**
 * Which variables are visible at a place of a source.
 * @module
 */
import type { Function as Fn, Node, Statement } from "@babel/types";
import { visit } from "../parse/reading.ts";
import { bare } from "../parse/values.ts";
import { declareItems, infer, isFunction, type Looking } from "./infer.ts";
import { stepContext } from "./known.ts";
import { boundBy, Names } from "./names.ts";
import { presentBehind, presentWhen } from "./narrow.ts";
import type { OriginKind } from "./picker.ts";
import { arrayShape, shape, type Shape, unknownShape } from "./shape.ts";

export interface Walk extends Looking {
  offset: number;
  /** The function that runs: its parameters are what the workflow is given. */
  isHandler(fn: Fn): boolean;
  /** What they bring. */
  declareGiven(fn: Fn, names: Names): void;
  /** Functions that are given a step's context. */
  isCallback(fn: Fn): boolean;
}

const holds = (node: Node, offset: number): boolean => (node.start ?? 0) <= offset && offset < (node.end ?? 0);

/** Declares what the statements before the place declare, and goes into the one around it. A branch that ends leaves what its condition denies. */
export function enter(statements: readonly Statement[], names: Names, walk: Walk, kind: OriginKind): Names {
  const top = kind === "file";
  for (const statement of statements) {
    // What is at the top of the file is there by the time anything runs.
    if (holds(statement, walk.offset) || (!top && (statement.end ?? 0) > walk.offset)) continue;
    declare(statement, names, walk, kind);
    for (const name of assignedIn(statement, names.waiting())) names.assigned(name);
    for (const name of presentBehind(statement)) names.present(name);
  }
  const around = statements.find((one) => holds(one, walk.offset));
  return around ? into(around, null, names, walk) : names;
}

function declare(statement: Statement, names: Names, walk: Walk, kind: OriginKind): void {
  const declared = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
  if (declared?.type === "FunctionDeclaration" && declared.id) names.declare(declared.id.name, kind, declared.start ?? 0, () => unknownShape, true);
  if (declared?.type !== "VariableDeclaration") return;
  for (const { id, init } of declared.declarations) {
    const scope = names;
    const of = (): Shape => infer(init, scope, walk);
    for (const [name, one, at] of boundBy(id, of)) names.declare(name, kind, at.start ?? 0, one, init ? nothingToPick(init) : false, !init);
  }
}

/** Of these names those that a statement sets, on one of its ways at least. */
function assignedIn(statement: Statement, waiting: readonly string[]): string[] {
  if (waiting.length === 0) return [];
  const found: string[] = [];
  visit(statement, (node) => {
    if (node.type === "AssignmentExpression") found.push(...Array.from(boundBy(node.left, () => unknownShape), ([name]) => name));
    return !isFunction(node);
  });
  return waiting.filter((name) => found.includes(name));
}

/** Functions, schemas, and workflows themselves. */
function nothingToPick(init: Node): boolean {
  const at = bare(init);
  if (isFunction(at) || at.type === "ClassExpression") return true;
  let callee: Node = at;
  while (callee.type === "CallExpression" || callee.type === "MemberExpression") callee = bare(callee.type === "CallExpression" ? callee.callee : callee.object);
  return at.type === "CallExpression" && callee.type === "Identifier" && (callee.name === "z" || callee.name === "workflow");
}

function into(node: Node, parent: Node | null, names: Names, walk: Walk): Names {
  if (isFunction(node)) return intoFunction(node, parent, names, walk);
  const { offset } = walk;
  const inner = new Names(names);
  switch (node.type) {
    case "BlockStatement":
      return enter(node.body, inner, walk, "node");
    case "ForOfStatement":
    case "ForInStatement":
      if (holds(node.body, offset)) {
        const of = (): Shape => (node.type === "ForInStatement" ? shape("string") : (infer(node.right, names, walk).items ?? unknownShape));
        const target = node.left.type === "VariableDeclaration" ? node.left.declarations[0]?.id : null;
        if (target) for (const [name, one, at] of boundBy(target, of)) inner.declare(name, "item", at.start ?? 0, one);
      }
      break;
    case "ForStatement":
      if (node.init?.type === "VariableDeclaration" && !holds(node.init, offset)) declare(node.init, inner, walk, "item");
      break;
    case "CatchClause":
      if (node.param) for (const [name, , at] of boundBy(node.param, () => unknownShape)) inner.declare(name, "error", at.start ?? 0, () => unknownShape);
      break;
    case "IfStatement":
    case "ConditionalExpression":
      for (const [branch, outcome] of [[node.consequent, true], [node.alternate, false]] as const) if (branch && holds(branch, offset)) for (const name of presentWhen(node.test, outcome)) inner.present(name);
      break;
    case "LogicalExpression":
      if (node.operator !== "??" && holds(node.right, offset)) for (const name of presentWhen(node.left, node.operator === "&&")) inner.present(name);
      break;
    case "SwitchStatement":
      if (node.cases.some((one) => holds(one, offset))) return enter(node.cases.flatMap(({ consequent }) => consequent), inner, walk, "node");
      break;
    default:
  }
  const child = childAround(node, offset);
  return child ? into(child, node, inner, walk) : inner;
}

function intoFunction(fn: Fn, parent: Node | null, names: Names, walk: Walk): Names {
  const inner = new Names(names);
  if (!fn.body || !holds(fn.body, walk.offset)) {
    const child = childAround(fn, walk.offset);
    return child ? into(child, fn, names, walk) : names;
  }
  if (walk.isHandler(fn)) walk.declareGiven(fn, inner);
  else if (walk.isCallback(fn)) bind(fn, inner, () => stepContext);
  else if (parent?.type === "CallExpression" && overItems(parent)) declareItems(inner, fn, () => itemsBefore(parent, names, walk));
  else bind(fn, inner, () => unknownShape);
  return into(fn.body, fn, inner, walk);
}

function bind(fn: Fn, names: Names, first: () => Shape): void {
  for (const [index, parameter] of fn.params.entries()) for (const [name, one, at] of boundBy(parameter, index === 0 ? first : () => unknownShape)) names.declare(name, "parameter", at.start ?? 0, one);
}

const overItems = (call: Node & { type: "CallExpression" }): boolean => {
  const callee = bare(call.callee);
  return callee.type === "MemberExpression" && callee.property.type === "Identifier" && /^(?:map|flatMap|filter|find|findLast|findIndex|forEach|some|every)$/.test(callee.property.name);
};

function itemsBefore(call: Node & { type: "CallExpression" }, names: Names, walk: Walk): Shape {
  const callee = bare(call.callee);
  return callee.type === "MemberExpression" ? ((infer(callee.object, names, walk) ?? arrayShape(unknownShape)).items ?? unknownShape) : unknownShape;
}

function childAround(node: Node, offset: number): Node | null {
  let found: Node | null = null;
  visit(node, (child) => {
    if (!found && holds(child, offset)) found = child;
    return false;
  });
  return found;
}

/** What each `return` of a function gives, not those of functions inside of it. */
export function resultsOf(fn: Fn, names: Names, walk: Walk): Shape[] {
  const found: Shape[] = [];
  if (fn.body?.type !== "BlockStatement") return found;
  visit(fn.body, (node) => {
    if (isFunction(node)) return false;
    if (node.type === "ReturnStatement") {
      const here = into(fn.body as Node, fn, names, { ...walk, offset: node.start ?? 0 });
      found.push(node.argument ? infer(node.argument, here, walk) : shape("null", { nullable: true }));
    }
    return true;
  });
  return found;
}
