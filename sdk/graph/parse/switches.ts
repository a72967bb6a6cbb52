/**
 * Switches.
 * @module
 */
import type { Statement, SwitchStatement } from "@babel/types";
import type { Branch, GraphNode } from "../model.ts";
import { blockOf, type Frame, type Reading } from "./reading.ts";
import { rangeOf, valueOf } from "./values.ts";

export function readSwitch(reading: Reading, { discriminant, cases }: SwitchStatement, frame: Frame): GraphNode {
  const branches = cases.map((one): Branch => {
    const range = rangeOf(one);
    const [only, more] = one.consequent;
    const body = only?.type === "BlockStatement" && !more ? blockOf(reading, only) : reading.read.statements(reading, one.consequent, inside(reading, range, one.test?.end ?? null, one.consequent), false);
    return { ...range, condition: one.test ? valueOf(one.test) : null, block: body };
  });
  const falls = cases.some(({ consequent }, index) => consequent.length > 0 && index < cases.length - 1 && !leaves(consequent.at(-1)));
  return { kind: "switch", id: "", subject: valueOf(discriminant), branches, falls, ...frame, inner: reading.read.inner(reading, [discriminant, ...cases.map(({ test }) => test)]) };
}

/** From behind the colon. */
function inside(reading: Reading, { start, end }: { start: number; end: number }, testEnd: number | null, body: readonly Statement[]): { start: number; end: number } {
  const colon = reading.file.source.indexOf(":", testEnd ?? start);
  return { start: colon < 0 || colon >= (body[0]?.start ?? end) ? (body[0]?.start ?? end) : colon + 1, end };
}

function leaves(statement: Statement | undefined): boolean {
  if (statement?.type === "BlockStatement") return leaves(statement.body.at(-1));
  return statement?.type === "BreakStatement" || statement?.type === "ReturnStatement" || statement?.type === "ThrowStatement" || statement?.type === "ContinueStatement";
}
