/**
 * What a condition says of variables: `if (!lead) return` leaves a lead behind it.
 * @module
 */
import type { Node, Statement } from "@babel/types";
import { bare } from "../parse/values.ts";

const isNothing = (node: Node): boolean => node.type === "NullLiteral" || (node.type === "Identifier" && node.name === "undefined");

/** Variables that are there when the condition comes out so. */
export function presentWhen(test: Node, outcome: boolean): string[] {
  const at = bare(test);
  switch (at.type) {
    case "Identifier":
      return outcome ? [at.name] : [];
    case "UnaryExpression":
      return at.operator === "!" ? presentWhen(at.argument, !outcome) : [];
    case "LogicalExpression":
      // Both hold only where `&&` is true, and neither only where `||` is false.
      return (at.operator === "&&") === outcome && at.operator !== "??" ? [...presentWhen(at.left, outcome), ...presentWhen(at.right, outcome)] : [];
    case "BinaryExpression": {
      const [left, right] = [bare(at.left), bare(at.right)];
      const name = isNothing(right) ? left : isNothing(left) ? right : null;
      const equal = at.operator === "===" || at.operator === "==";
      const unequal = at.operator === "!==" || at.operator === "!=";
      return name?.type === "Identifier" && ((equal && !outcome) || (unequal && outcome)) ? [name.name] : [];
    }
    default:
      return [];
  }
}

/** Nothing goes on behind it. */
export function ends(statement: Statement): boolean {
  switch (statement.type) {
    case "ReturnStatement":
    case "ThrowStatement":
    case "ContinueStatement":
    case "BreakStatement":
      return true;
    case "BlockStatement": {
      const last = statement.body.at(-1);
      return last !== undefined && ends(last);
    }
    case "IfStatement":
      return ends(statement.consequent) && statement.alternate != null && ends(statement.alternate);
    default:
      return false;
  }
}

/** Variables that are there behind a statement. */
export function presentBehind(statement: Statement): string[] {
  if (statement.type !== "IfStatement") return [];
  if (ends(statement.consequent)) return presentWhen(statement.test, false);
  return statement.alternate && ends(statement.alternate) ? presentWhen(statement.test, true) : [];
}
