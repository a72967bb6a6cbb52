/**
 * Statements → nodes, one each.
 * @module
 */
import type { Node, Statement, VariableDeclaration } from "@babel/types";
import type { Block, Branch, GraphNode } from "../model.ts";
import type { Binding, Range } from "../value.ts";
import { around } from "./comments.ts";
import { readExpression, readInner } from "./expressions.ts";
import { blockOf, type Frame, type Reading } from "./reading.ts";
import { declaredFunctions } from "./functions.ts";
import { readLoop } from "./loops.ts";
import { declaredIn } from "./scope.ts";
import { readSwitch } from "./switches.ts";
import { bare, rangeOf, valueOf } from "./values.ts";

export function readStatements(outside: Reading, statements: readonly Statement[], inside: Range, braced: boolean): Block {
  const reading = scoped(outside, statements);
  const { source, comments, broken } = reading.file;
  const nodes = statements.map((statement, index): GraphNode => {
    const range = rangeOf(statement);
    const after = statements[index - 1]?.end ?? inside.start;
    const before = statements[index + 1]?.start ?? inside.end;
    const frame: Frame = { ...range, ...around(source, comments, range, after, before), place: "statement", binding: null, returned: false, awaited: false };
    return readStatement(reading, statement, frame);
  });
  for (const blanked of broken) {
    const range = trimmed(source, blanked);
    if (range.start === range.end || range.start < inside.start || range.end > inside.end || nodes.some(({ start, end }) => range.start >= start && range.end <= end)) continue;
    const frame: Frame = { ...range, comment: null, extent: range, place: "statement", binding: null, returned: false, awaited: false };
    nodes.push({ kind: "broken", id: "", message: "This cannot be parsed.", ...frame, inner: [] });
  }
  if (broken.length > 0) nodes.sort((a, b) => a.start - b.start);
  return { ...inside, braced, nodes };
}

function trimmed(source: string, { start, end }: Range): Range {
  const text = source.slice(start, end);
  return { start: start + text.length - text.trimStart().length, end: Math.max(start + text.length - text.trimStart().length, end - (text.length - text.trimEnd().length)) };
}

/** With what the statements declare. */
function scoped({ file, scope: outer, locals: outerLocals, shared }: Reading, statements: readonly Statement[]): Reading {
  const scope = declaredIn(outer, statements);
  const declared = [...declaredFunctions(statements)];
  if (declared.length === 0) return { file, scope, locals: outerLocals, shared };
  const locals = new Map(outerLocals);
  const reading: Reading = { file, scope, locals, shared };
  for (const { called, fn, range } of declared) {
    locals.set(called, { fn, name: called, range, file, scope, locals });
    shared.known.add(fn);
  }
  return reading;
}

function readStatement(reading: Reading, statement: Statement, frame: Frame): GraphNode {
  const code = (...nodes: (Node | null | undefined)[]): GraphNode => ({ kind: "code", id: "", ...frame, inner: readInner(reading, nodes) });
  switch (statement.type) {
    case "ExpressionStatement": {
      const { expression } = statement;
      if (expression.type === "AssignmentExpression" && expression.operator === "=") {
        const found = readExpression(reading, expression.right, { ...frame, binding: bindingOf(null, expression.left) });
        return found ? withInner(reading, found, expression.left) : code(expression);
      }
      return readExpression(reading, expression, frame) ?? code(expression);
    }
    case "VariableDeclaration":
      return readVariable(reading, statement, frame) ?? code(statement);
    case "ReturnStatement": {
      const { argument } = statement;
      const found = argument ? readExpression(reading, argument, { ...frame, returned: true }) : null;
      return found ?? { kind: "return", id: "", value: argument ? valueOf(argument) : null, ...frame, inner: readInner(reading, [argument]) };
    }
    case "ThrowStatement":
      return { kind: "throw", id: "", value: valueOf(statement.argument), ...frame, inner: readInner(reading, [statement.argument]) };
    case "BreakStatement":
      return { kind: "break", id: "", label: statement.label?.name ?? null, ...frame, inner: [] };
    case "ContinueStatement":
      return { kind: "continue", id: "", label: statement.label?.name ?? null, ...frame, inner: [] };
    case "IfStatement": {
      const branches: Branch[] = [];
      const conditions: Node[] = [];
      for (let at: Statement | null | undefined = statement; at; ) {
        const next: Statement | null | undefined = at.type === "IfStatement" ? at.alternate : null;
        const body: Statement = at.type === "IfStatement" ? at.consequent : at;
        if (at.type === "IfStatement") conditions.push(at.test);
        branches.push({ ...rangeOf(body), condition: at.type === "IfStatement" ? valueOf(at.test) : null, block: blockOf(reading, body) });
        at = next;
      }
      return { kind: "if", id: "", form: "statement", branches, ...frame, inner: readInner(reading, conditions) };
    }
    case "SwitchStatement":
      return readSwitch(reading, statement, frame);
    case "TryStatement":
      return {
        kind: "try",
        id: "",
        block: blockOf(reading, statement.block),
        handler: statement.handler ? { param: statement.handler.param ? rangeOf(statement.handler.param) : null, block: blockOf(reading, statement.handler.body) } : null,
        finalizer: statement.finalizer ? blockOf(reading, statement.finalizer) : null,
        ...frame,
        inner: [],
      };
    case "LabeledStatement":
      return labelled.has(statement.body.type) ? readStatement(reading, statement.body, frame) : code(statement);
    default:
      return readLoop(reading, statement, frame) ?? code(statement);
  }
}

function readVariable(reading: Reading, { kind, declarations }: VariableDeclaration, frame: Frame): GraphNode | null {
  const [only, more] = declarations;
  if (!only?.init || more || kind === "using" || kind === "await using") return null;
  const found = readExpression(reading, only.init, { ...frame, binding: bindingOf(kind, only.id) });
  return found && withInner(reading, found, only.id);
}

/** Steps in the defaults and computed keys of what takes the result. */
function withInner(reading: Reading, node: GraphNode, target: Node): GraphNode {
  if (target.type !== "Identifier") node.inner.unshift(...readInner(reading, [target]));
  return node;
}

const labelled = new Set<string>(["IfStatement", "SwitchStatement", "TryStatement", "LabeledStatement", "ForStatement", "ForOfStatement", "ForInStatement", "WhileStatement", "DoWhileStatement"]);

function bindingOf(declared: Binding["declared"], target: Node): Binding {
  return { declared, names: [...namesIn(target)], ...rangeOf(target) };
}

/** The variables that a pattern makes; of `a.b = …` its text's first. */
export function* namesIn(target: Node): Generator<string> {
  const at = bare(target);
  if (at.type === "Identifier") yield at.name;
  else if (at.type === "AssignmentPattern") yield* namesIn(at.left);
  else if (at.type === "RestElement") yield* namesIn(at.argument);
  else if (at.type === "ArrayPattern") for (const one of at.elements) yield* one ? namesIn(one) : [];
  else if (at.type === "ObjectPattern") for (const one of at.properties) yield* namesIn(one.type === "RestElement" ? one.argument : one.value);
}
