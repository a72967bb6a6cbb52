/**
 * Conditions as forms make them: `{ field, operator, value }`, and `all` or `any` of such.
 * @module
 */
import { type BinaryOperator, type Expression, ExpressionError, parseCondition, parsePath, parseTemplate } from "./expression.ts";

const comparisons: Record<string, BinaryOperator> = {
  equals: "==", eq: "==", "==": "==", "===": "==", is: "==",
  not_equals: "!=", ne: "!=", "!=": "!=", "!==": "!=", is_not: "!=",
  greater_than: ">", gt: ">", ">": ">", greater_or_equal: ">=", gte: ">=", ">=": ">=",
  less_than: "<", lt: "<", "<": "<", less_or_equal: "<=", lte: "<=", "<=": "<=",
  contains: "contains", in: "in", starts_with: "starts_with",
};
const negated: Record<string, BinaryOperator> = { not_contains: "contains", not_in: "in" };
const empty: Expression = { type: "literal", value: null };

/** @throws ExpressionError saying what is wrong */
export function conditionOf(json: unknown): Expression {
  if (typeof json === "string") return parseCondition(json);
  if (typeof json === "boolean") return { type: "literal", value: json };
  if (Array.isArray(json)) return joined(json, "&&");
  if (typeof json !== "object" || json === null) throw new ExpressionError("a condition is a text, { field, operator, value }, or { all: [] } or { any: [] } of these");
  const { all, any, not, field, operator = "equals", value = null } = json as Record<string, unknown>;
  if (Array.isArray(all)) return joined(all, "&&");
  if (Array.isArray(any)) return joined(any, "||");
  if (not !== undefined) return { type: "not", of: conditionOf(not) };
  if (typeof field !== "string" || typeof operator !== "string") throw new ExpressionError("a condition needs a field and an operator");
  const left: Expression = field.includes("{{") ? parseTemplate(field) : { type: "reference", path: parsePath(field) };
  return compare(left, operator.toLowerCase(), value);
}

function joined(list: readonly unknown[], operator: "&&" | "||"): Expression {
  const [first, ...rest] = list.map(conditionOf);
  if (!first) return { type: "literal", value: operator === "&&" };
  return rest.reduce((left, right): Expression => ({ type: "binary", operator, left, right }), first);
}

function compare(left: Expression, operator: string, value: unknown): Expression {
  const against = (to: BinaryOperator, right: Expression): Expression => ({ type: "binary", operator: to, left, right });
  if (operator === "exists" || operator === "is_not_null") return against("!=", empty);
  if (operator === "not_exists" || operator === "is_null") return against("==", empty);
  if (operator === "is_empty") return { type: "binary", operator: "||", left: against("==", empty), right: against("==", { type: "literal", value: "" }) };
  if (operator === "is_not_empty") return { type: "binary", operator: "&&", left: against("!=", empty), right: against("!=", { type: "literal", value: "" }) };
  const plain = Object.hasOwn(comparisons, operator) ? comparisons[operator] : undefined;
  if (plain) return against(plain, valueOf(value));
  const not = Object.hasOwn(negated, operator) ? negated[operator] : undefined;
  if (not) return { type: "not", of: against(not, valueOf(value)) };
  throw new ExpressionError(`there is no operator ${operator}; there are ${[...Object.keys(comparisons), ...Object.keys(negated), "exists", "not_exists", "is_empty", "is_not_empty"].filter((one) => /^[a-z]/.test(one)).join(", ")}`);
}

function valueOf(value: unknown): Expression {
  if (typeof value === "string") return parseTemplate(value);
  if (Array.isArray(value)) return { type: "list", items: value.map(valueOf) };
  if (typeof value === "number" || typeof value === "boolean" || value === null) return { type: "literal", value };
  throw new ExpressionError("a condition compares with a text, a number, true, false, null or a list of these");
}
