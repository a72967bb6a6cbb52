/**
 * What can be written at a node, and values ⇄ expressions.
 * @module
 */
export type { FormulaArgument, FormulaView } from "./formula.ts";
export type { CustomField } from "./known.ts";
export { formulas } from "./offered.ts";
export type { ScopeOptions } from "./options.ts";
export type { Origin, OriginKind, PickItem, Variable } from "./picker.ts";
export { scopeAt } from "./scope.ts";
export { type Fault, type Placing, typeFaults, validateExpression } from "./validate.ts";
export { type ExpressionValue, fromExpression, fromValue, type Read, toExpression, type WriteOptions } from "./values.ts";
