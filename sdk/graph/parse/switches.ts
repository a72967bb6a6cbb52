/**
 * Switches.
 * @module
 */
import type { Statement, SwitchCase, SwitchStatement } from "@babel/types";
import type { Branch, GraphNode } from "../model.ts";
import type { Range } from "../value.ts";
import { find, lineCommentEnd } from "./comments.ts";
import { blockOf, type Frame, type Reading } from "./reading.ts";
import { rangeOf, valueOf } from "./values.ts";

export function readSwitch(reading: Reading, { discriminant, cases }: SwitchStatement, frame: Frame): GraphNode {
  const branches = cases.map((one, index): Branch => {
    const before = cases[index + 1]?.start ?? frame.end - 1;
    const [only, more] = one.consequent;
    const block = only?.type === "BlockStatement" && !more ? blockOf(reading, only) : reading.shared.read.statements(reading, one.consequent, inside(reading, one, before), false);
    const range = rangeOf(one);
    return { start: range.start, end: Math.max(range.end, block.end), condition: one.test ? valueOf(one.test) : null, block };
  });
  const falls = cases.some(({ consequent }, index) => consequent.length > 0 && index < cases.length - 1 && !leaves(consequent.at(-1)));
  return { kind: "switch", id: "", subject: valueOf(discriminant), branches, falls, ...frame, inner: reading.shared.read.inner(reading, [discriminant, ...cases.map(({ test }) => test)]) };
}

/** From behind the colon to the end of the last statement, and of a comment behind it. */
function inside({ file }: Reading, one: SwitchCase, before: number): Range {
  const { start, end } = rangeOf(one);
  const colon = find(file, ":", one.test ? rangeOf(one.test).end : start, end);
  return { start: colon < 0 ? end : colon + 1, end: lineCommentEnd(file, end, before) };
}

function leaves(statement: Statement | undefined): boolean {
  if (statement?.type === "BlockStatement") return leaves(statement.body.at(-1));
  if (statement?.type === "IfStatement") return leaves(statement.consequent) && leaves(statement.alternate ?? undefined);
  return statement?.type === "BreakStatement" || statement?.type === "ReturnStatement" || statement?.type === "ThrowStatement" || statement?.type === "ContinueStatement";
}
