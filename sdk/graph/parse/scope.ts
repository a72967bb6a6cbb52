/**
 * What names mean: which of them are the step API, records or actions, whatever they are called.
 * @module
 */
import type { Node, Statement } from "@babel/types";
import { bare, keyOf, pathOf } from "./values.ts";

/** Names, or two of them with a dot, by the path that they stand for: `leads` → `$crm.leads`. */
export type Scope = ReadonlyMap<string, readonly string[]>;

/** What a path stands for, from `$step`, `$context`, `$crm`, `$actions`, … on; null: nothing of that. */
export function meaningOf(scope: Scope, path: readonly string[] | null): string[] | null {
  if (!path) return null;
  const [first = "", second = ""] = path;
  const two = scope.get(`${first}.${second}`);
  if (two) return [...two, ...path.slice(2)];
  const one = scope.get(first);
  return one ? plain([...one, ...path.slice(1)]) : null;
}

/** `$everstep.crm` is `$crm`, `$context.step` is `$step`. */
function plain(path: string[]): string[] {
  const [root, next] = path;
  if (root === "$everstep" && next !== undefined) return [`$${next}`, ...path.slice(2)];
  return root === "$context" && next === "step" ? ["$step", ...path.slice(2)] : path;
}

const matters = ([root, next]: readonly string[]): boolean => root === "$step" || root === "$crm" || root === "$actions" || root === "$on" || root === "$workflow" || next === undefined;

/** The names that a pattern makes of what has a meaning. */
export function* namesOf(pattern: Node, meaning: readonly string[]): Generator<[string, string[]]> {
  const at = bare(pattern);
  if (at.type === "AssignmentPattern") yield* namesOf(at.left, meaning);
  else if (at.type === "Identifier" && matters(meaning)) yield [at.name, [...meaning]];
  else if (at.type === "ObjectPattern") {
    for (const one of at.properties) {
      const key = one.type === "ObjectProperty" && !one.computed ? keyOf(one.key) : null;
      if (one.type === "ObjectProperty" && key !== null) yield* namesOf(one.value, plain([...meaning, key]));
    }
  }
}

/** With what the statements of a block declare: `const { leads } = crm`, `const { step } = context`. */
export function declaredIn(scope: Scope, statements: readonly Statement[]): Scope {
  let inner: Map<string, readonly string[]> | null = null;
  for (const statement of statements) {
    const declared = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (declared?.type === "VariableDeclaration") {
      for (const { id, init } of declared.declarations) {
        if (id.type === "Identifier" && scope.has(id.name)) (inner ??= new Map(scope)).delete(id.name);
        const meaning = init ? meaningOf(inner ?? scope, withoutBind(init)) : null;
        if (meaning) for (const [name, path] of namesOf(id, meaning)) (inner ??= new Map(scope)).set(name, path);
      }
    } else if (declared?.type === "ExpressionStatement" && declared.expression.type === "AssignmentExpression") {
      const [target, meaning] = [pathOf(declared.expression.left), meaningOf(inner ?? scope, pathOf(declared.expression.right))];
      if (target?.[0] === "this" && target.length === 2 && meaning && matters(meaning)) (inner ??= new Map(scope)).set(target.join("."), meaning);
    }
  }
  return inner ?? scope;
}

/** `step.do.bind(step)` is `step.do`. */
function withoutBind(node: Node): string[] | null {
  const at = bare(node);
  if (at.type !== "CallExpression") return pathOf(at);
  const path = pathOf(at.callee);
  return path?.at(-1) === "bind" ? path.slice(0, -1) : null;
}

const types: Record<string, string[]> = { Step: ["$step"], WorkflowStep: ["$step"], WorkflowContext: ["$context"] };

/** What a function's parameters mean when it is called so; by reference (null) as their types and names say. */
export function parametersOf(scope: Scope, own: Scope, parameters: readonly Node[], given: readonly Node[] | null): Scope {
  const inner = new Map(own);
  for (const [index, one] of parameters.entries()) {
    const parameter = one.type === "AssignmentPattern" ? one.left : one;
    if (parameter.type === "Identifier") inner.delete(parameter.name);
    const argument = given?.[index];
    const meaning = (argument ? meaningOf(scope, pathOf(argument)) : null) ?? typed(parameter) ?? (given === null && parameter.type === "Identifier" ? (scope.get(parameter.name) ?? null) : null);
    if (meaning) for (const [name, path] of namesOf(parameter, meaning)) inner.set(name, path);
    else if (argument) for (const [name, path] of fieldsOf(scope, parameter, bare(argument))) inner.set(name, path);
    else if (given === null && parameter.type === "ObjectPattern") for (const [name, path] of sameNames(scope, parameter)) inner.set(name, path);
  }
  return inner;
}

/** What its type says. */
export function typed(parameter: Node): string[] | null {
  const annotation = "typeAnnotation" in parameter && parameter.typeAnnotation?.type === "TSTypeAnnotation" ? parameter.typeAnnotation.typeAnnotation : null;
  return annotation?.type === "TSTypeReference" && annotation.typeName.type === "Identifier" ? (types[annotation.typeName.name] ?? null) : null;
}

/** `f({ step, input })` for `f({ step })` and for `f(tools)`. */
function* fieldsOf(scope: Scope, parameter: Node, argument: Node): Generator<[string, string[]]> {
  if (argument.type !== "ObjectExpression") return;
  for (const property of argument.properties) {
    const key = property.type === "ObjectProperty" && !property.computed ? keyOf(property.key) : null;
    const meaning = property.type === "ObjectProperty" ? meaningOf(scope, pathOf(property.value)) : null;
    if (key === null || !meaning || !matters(meaning)) continue;
    if (parameter.type === "Identifier") yield [`${parameter.name}.${key}`, meaning];
    if (parameter.type !== "ObjectPattern") continue;
    for (const one of parameter.properties) if (one.type === "ObjectProperty" && keyOf(one.key) === key) yield* namesOf(one.value, meaning);
  }
}

function* sameNames(scope: Scope, pattern: Node & { type: "ObjectPattern" }): Generator<[string, string[]]> {
  for (const one of pattern.properties) {
    const key = one.type === "ObjectProperty" ? keyOf(one.key) : null;
    const meaning = key === null ? undefined : scope.get(key);
    if (one.type === "ObjectProperty" && meaning) yield* namesOf(one.value, meaning);
  }
}
