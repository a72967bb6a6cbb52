/**
 * Which names a statement makes and uses, and what they mean within it.
 * @module
 */
import type { Node, Statement } from "@babel/types";
import { type Declared, functionScope, lookUp, type Names, newScope, type Reference, type Scope } from "./scopes.ts";

interface Walk extends Names {
  open: { reference: Reference; scope: Scope }[];
}

export function namesOf(statements: readonly Statement[]): Names {
  const top = newScope(null);
  const walk: Walk = { declared: [], references: [], patterns: new Set(), open: [] };
  for (const one of statements) go(walk, one, top);
  for (const { reference, scope } of walk.open) reference.declared = lookUp(scope, reference.name);
  // What the statement itself declares belongs to its block: other statements use it as well.
  return { declared: [...top.names.values()], references: walk.references, patterns: walk.patterns };
}

const start = (node: Node): number => node.start ?? 0;

function declare(scope: Scope, name: string, at: number, more: Partial<Declared> = {}): void {
  if (!scope.names.has(name)) scope.names.set(name, { name, at, hoisted: false, given: true, ...more });
}

function refer(walk: Walk, scope: Scope, name: string, at: number, more: Partial<Reference> = {}): void {
  const reference: Reference = { name, at, end: at + name.trimEnd().length, declared: null, write: false, shorthand: false, ...more };
  walk.references.push(reference);
  walk.open.push({ reference, scope });
}

function each(walk: Walk, node: Node, scope: Scope, without: readonly string[] = []): void {
  for (const key in node) {
    if (key === "loc" || key === "extra" || without.includes(key)) continue;
    const child = (node as unknown as Record<string, unknown>)[key];
    for (const one of Array.isArray(child) ? child : [child]) if (isNode(one)) go(walk, one, scope);
  }
}

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";

/** The names of a pattern: made (`into`), or written to. */
function pattern(walk: Walk, node: Node, scope: Scope, into: Scope | null, more: Partial<Declared> = {}): void {
  switch (node.type) {
    case "Identifier":
      if (into) declare(into, node.name, start(node), more);
      else refer(walk, scope, node.name, start(node), { write: true });
      if (node.typeAnnotation) go(walk, node.typeAnnotation, scope);
      return;
    case "AssignmentPattern":
      pattern(walk, node.left, scope, into, more);
      return go(walk, node.right, scope);
    case "RestElement":
      return pattern(walk, node.argument, scope, into, more);
    case "ArrayPattern":
      for (const one of node.elements) if (one) pattern(walk, one, scope, into, more);
      return;
    case "TSParameterProperty":
      return pattern(walk, node.parameter, scope, into, more);
    case "ObjectPattern":
      for (const one of node.properties) {
        if (one.type === "RestElement") pattern(walk, one.argument, scope, into, more);
        else {
          if (one.computed) go(walk, one.key, scope);
          const before = walk.references.length;
          if (one.shorthand) walk.patterns.add(start(one.key));
          pattern(walk, one.value, scope, into, more);
          const written = walk.references[before];
          if (one.shorthand && written?.write) written.shorthand = true;
        }
      }
      if (node.typeAnnotation) go(walk, node.typeAnnotation, scope);
      return;
    default:
      return go(walk, node, scope);
  }
}

function fn(walk: Walk, node: Node, outer: Scope): void {
  const scope = newScope(outer, true);
  if (!("params" in node) || !Array.isArray(node.params)) return;
  declare(scope, "return ", start(node));
  if (node.type !== "ArrowFunctionExpression") for (const own of ["this", "arguments"]) declare(scope, own, start(node));
  if (node.type === "FunctionExpression" && node.id) declare(scope, node.id.name, start(node.id));
  if ("key" in node && node.computed) go(walk, node.key as Node, outer);
  for (const one of node.params as Node[]) pattern(walk, one, scope, scope);
  if ("returnType" in node && node.returnType) go(walk, node.returnType, scope);
  if ("body" in node && isNode(node.body)) {
    if (node.body.type === "BlockStatement") each(walk, node.body, scope);
    else go(walk, node.body, scope);
  }
}

function go(walk: Walk, node: Node, scope: Scope): void {
  switch (node.type) {
    case "Identifier":
      refer(walk, scope, node.name, start(node));
      if (node.typeAnnotation) go(walk, node.typeAnnotation, scope);
      return;
    case "ThisExpression":
      return refer(walk, scope, "this", start(node));
    case "VariableDeclaration": {
      const into = node.kind === "var" ? functionScope(scope) : scope;
      for (const { id, init } of node.declarations) {
        pattern(walk, id, scope, into, { given: init != null });
        if (init) go(walk, init, scope);
      }
      return;
    }
    case "FunctionDeclaration":
      if (node.id) declare(scope, node.id.name, start(node.id), { hoisted: true });
      return fn(walk, node, scope);
    case "FunctionExpression":
    case "ArrowFunctionExpression":
    case "ObjectMethod":
    case "ClassMethod":
    case "ClassPrivateMethod":
      return fn(walk, node, scope);
    case "ClassDeclaration":
    case "ClassExpression": {
      const inner = newScope(scope);
      if (node.id) declare(node.type === "ClassDeclaration" ? scope : inner, node.id.name, start(node.id));
      return each(walk, node, inner, ["id"]);
    }
    case "ClassProperty":
    case "ObjectProperty":
      if (node.computed) go(walk, node.key, scope);
      if (node.type === "ObjectProperty" && node.shorthand && node.value.type === "Identifier") return refer(walk, scope, node.value.name, start(node.value), { shorthand: true });
      return each(walk, node, scope, ["key"]);
    case "BlockStatement":
    case "StaticBlock":
      return each(walk, node, newScope(scope));
    case "ForStatement":
    case "ForOfStatement":
    case "ForInStatement":
    case "WhileStatement":
    case "DoWhileStatement": {
      const inner = newScope(scope);
      for (const jump of ["break ", "continue "]) declare(inner, jump, start(node));
      if ((node.type === "ForOfStatement" || node.type === "ForInStatement") && node.left.type !== "VariableDeclaration") {
        pattern(walk, node.left, inner, null);
        return each(walk, node, inner, ["left"]);
      }
      return each(walk, node, inner);
    }
    case "SwitchStatement": {
      go(walk, node.discriminant, scope);
      const inner = newScope(scope);
      declare(inner, "break ", start(node));
      for (const one of node.cases) each(walk, one, inner);
      return;
    }
    case "CatchClause": {
      const inner = newScope(scope);
      if (node.param) pattern(walk, node.param, inner, inner);
      return each(walk, node.body, inner);
    }
    case "LabeledStatement": {
      const inner = newScope(scope);
      declare(inner, `label ${node.label.name}`, start(node));
      return go(walk, node.body, inner);
    }
    case "BreakStatement":
    case "ContinueStatement":
      return refer(walk, scope, node.label ? `label ${node.label.name}` : node.type === "BreakStatement" ? "break " : "continue ", start(node));
    case "ReturnStatement":
      refer(walk, scope, "return ", start(node));
      return each(walk, node, scope);
    case "AssignmentExpression":
      pattern(walk, node.left, scope, null);
      return go(walk, node.right, scope);
    case "UpdateExpression":
      return node.argument.type === "Identifier" ? refer(walk, scope, node.argument.name, start(node.argument), { write: true }) : go(walk, node.argument, scope);
    case "MemberExpression":
    case "OptionalMemberExpression":
      go(walk, node.object, scope);
      return node.computed ? go(walk, node.property, scope) : undefined;
    case "MetaProperty":
    case "TSImportType":
      return;
    case "TSQualifiedName":
      return go(walk, node.left, scope);
    case "TSTypeAliasDeclaration":
    case "TSInterfaceDeclaration":
    case "TSEnumDeclaration":
      declare(scope, node.id.type === "Identifier" ? node.id.name : "", start(node.id), { hoisted: true });
      return each(walk, node, newScope(scope), ["id", "members"]);
    case "TSPropertySignature":
    case "TSMethodSignature":
      return each(walk, node, scope, ["key", "parameters"]);
    case "TSFunctionType":
    case "TSConstructorType":
      return each(walk, node, scope, ["parameters", "typeParameters"]);
    case "TSNamedTupleMember":
      return each(walk, node, scope, ["label"]);
    default:
      return each(walk, node, scope);
  }
}
