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
import { readLoop } from "./loops.ts";
import { readSwitch } from "./switches.ts";
import { bare, rangeOf, valueOf } from "./values.ts";

export function readStatements(reading: Reading, statements: readonly Statement[], inside: Range, braced: boolean): Block {
  const { source, comments, broken } = reading.file;
  const nodes = statements.map((statement, index): GraphNode => {
    const range = rangeOf(statement);
    const after = statements[index - 1]?.end ?? inside.start;
    const before = statements[index + 1]?.start ?? inside.end;
    const frame: Frame = { ...range, ...around(source, comments, range, after, before), place: "statement", binding: null, returned: false, awaited: false };
    return readStatement(reading, statement, frame);
  });
  for (const range of broken) {
    if (range.start < inside.start || range.end > inside.end || nodes.some(({ start, end }) => range.start >= start && range.end <= end)) continue;
    const frame: Frame = { ...range, comment: null, extent: range, place: "statement", binding: null, returned: false, awaited: false };
    nodes.push({ kind: "broken", id: "", message: "This cannot be parsed.", ...frame, inner: [] });
  }
  if (broken.length > 0) nodes.sort((a, b) => a.start - b.start);
  return { ...inside, braced, nodes };
}

function readStatement(reading: Reading, statement: Statement, frame: Frame): GraphNode {
  const code = (...nodes: (Node | null | undefined)[]): GraphNode => ({ kind: "code", id: "", ...frame, inner: readInner(reading, nodes) });
  switch (statement.type) {
    case "ExpressionStatement": {
      const { expression } = statement;
      if (expression.type === "AssignmentExpression" && expression.operator === "=") {
        const binding = bindingOf(null, expression.left);
        return readExpression(reading, expression.right, { ...frame, binding }) ?? code(expression);
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
      return readLoop(reading, statement.body, frame) ?? code(statement);
    case "FunctionDeclaration":
      return code(...(statement.id && (reading.locals.has(statement.id.name) || reading.file.functions.has(statement.id.name)) ? [] : [statement.body]));
    default:
      return readLoop(reading, statement, frame) ?? code(statement);
  }
}

function readVariable(reading: Reading, { kind, declarations }: VariableDeclaration, frame: Frame): GraphNode | null {
  const [only, more] = declarations;
  if (!only?.init || more || kind === "using" || kind === "await using") return null;
  return readExpression(reading, only.init, { ...frame, binding: bindingOf(kind, only.id) });
}

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
