/**
 * Loops.
 * @module
 */
import type { Node, Statement } from "@babel/types";
import type { GraphNode, LoopNode } from "../model.ts";
import type { Range } from "../value.ts";
import { find } from "./comments.ts";
import { blockOf, type Frame, type Reading } from "./reading.ts";
import { rangeOf, valueOf } from "./values.ts";

/** Null: not a loop. */
export function readLoop(reading: Reading, statement: Statement, frame: Frame): GraphNode | null {
  const loop = (form: LoopNode["form"], parts: readonly (Node | null | undefined)[], body: Statement, more: Partial<LoopNode>): GraphNode => {
    const block = blockOf(reading, body);
    const header = form === "do-while" ? between(reading, rangeOf(body).end, rangeOf(statement).end) : between(reading, rangeOf(statement).start, rangeOf(body).start);
    return { kind: "loop", id: "", form, item: null, over: null, condition: null, header, concurrent: false, block, ...more, ...frame, inner: reading.shared.read.inner(reading, parts) };
  };
  switch (statement.type) {
    case "ForOfStatement":
    case "ForInStatement": {
      const { left, right, body } = statement;
      const form = statement.type === "ForInStatement" ? "for-in" : statement.await ? "for-await" : "for-of";
      return loop(form, [left, right], body, { item: itemOf(reading, left), over: valueOf(right) });
    }
    case "ForStatement": {
      const { init, test, update, body } = statement;
      return loop("for", [init, test, update], body, { item: init ? itemOf(reading, init) : null, condition: test ? valueOf(test) : null });
    }
    case "WhileStatement":
    case "DoWhileStatement":
      return loop(statement.type === "WhileStatement" ? "while" : "do-while", [statement.test], statement.body, { condition: valueOf(statement.test) });
    default:
      return null;
  }
}

/** From the first parenthesis of a range to the last. */
function between({ file }: Reading, start: number, end: number): Range {
  const open = find(file, "(", start, end);
  let close = open;
  for (let at = open; at >= 0; at = find(file, ")", at + 1, end)) close = at;
  return { start: open + 1, end: Math.max(open + 1, close) };
}

/** `const item` → `item` */
function itemOf(reading: Reading, node: Node): string {
  const [only, more] = node.type === "VariableDeclaration" ? node.declarations : [];
  const { start, end } = rangeOf(only && !more ? only.id : node);
  return reading.file.source.slice(start, end);
}
