/**
 * Expressions → values that a form can show.
 * @module
 */
import type { Expression, Node, ObjectExpression, TemplateLiteral } from "@babel/types";
import type { Field, Range, Value } from "../value.ts";

export const rangeOf = ({ start, end }: { start?: number | null; end?: number | null }): Range => ({ start: start ?? 0, end: end ?? 0 });

/** Without `as`, `!`, `satisfies` and the like. */
export function bare(node: Node): Node {
  let at = node;
  while (at.type === "TSAsExpression" || at.type === "TSNonNullExpression" || at.type === "TSSatisfiesExpression" || at.type === "TSTypeAssertion" || at.type === "ParenthesizedExpression") at = at.expression;
  return at;
}

export function valueOf(node: Node): Value {
  const range = rangeOf(node);
  switch (node.type) {
    case "StringLiteral":
    case "NumericLiteral":
    case "BooleanLiteral":
      return { form: "literal", value: node.value, ...range };
    case "NullLiteral":
      return { form: "literal", value: null, ...range };
    case "UnaryExpression":
      return node.operator === "-" && node.argument.type === "NumericLiteral" ? { form: "literal", value: -node.argument.value, ...range } : { form: "expression", ...range };
    case "TemplateLiteral":
      return templateOf(node, range);
    case "ObjectExpression":
      return objectOf(node, range);
    case "ArrayExpression": {
      const items = node.elements.flatMap((item) => (item && item.type !== "SpreadElement" ? [valueOf(item)] : []));
      return { form: "array", items, open: items.length !== node.elements.length, ...range };
    }
    default: {
      const path = pathOf(node);
      return path ? { form: "path", path, ...range } : { form: "expression", ...range };
    }
  }
}

function templateOf({ quasis, expressions }: TemplateLiteral, range: Range): Value {
  if (quasis.some(({ value }) => value.cooked == null)) return { form: "expression", ...range };
  const [only] = quasis;
  if (quasis.length === 1 && only) return { form: "literal", value: only.value.cooked ?? "", ...range };
  const parts = quasis.flatMap((quasi, index): (string | Value)[] => {
    const hole = expressions[index];
    return [...(quasi.value.cooked ? [quasi.value.cooked] : []), ...(hole ? [valueOf(hole)] : [])];
  });
  return { form: "template", parts, ...range };
}

export function objectOf({ properties }: ObjectExpression, range: Range): Value & { form: "object" } {
  const fields = properties.flatMap((property): Field[] => {
    if (property.type !== "ObjectProperty" || property.computed) return [];
    const key = keyOf(property.key);
    return key === null ? [] : [{ key, value: valueOf(property.value), shorthand: property.shorthand, ...rangeOf(property) }];
  });
  return { form: "object", fields, open: fields.length !== properties.length, ...range };
}

export function keyOf(node: Node): string | null {
  if (node.type === "Identifier") return node.name;
  return node.type === "StringLiteral" ? node.value : node.type === "NumericLiteral" ? String(node.value) : null;
}

/** `a.b?.c`, `a["b"]`, `a[0]`, `this.a` */
export function pathOf(node: Node): string[] | null {
  const at = bare(node);
  if (at.type === "Identifier") return [at.name];
  if (at.type === "ThisExpression") return ["this"];
  if (at.type !== "MemberExpression" && at.type !== "OptionalMemberExpression") return null;
  const before = pathOf(at.object);
  const key = at.computed ? (at.property.type === "StringLiteral" || at.property.type === "NumericLiteral" ? String(at.property.value) : null) : at.property.type === "Identifier" ? at.property.name : at.property.type === "PrivateName" ? `#${at.property.id.name}` : null;
  return before && key !== null ? [...before, key] : null;
}

export const field = (value: Value | null | undefined, key: string): Value | null => (value?.form === "object" ? (value.fields.find((one) => one.key === key)?.value ?? null) : null);

export const textOf = (value: Value | null | undefined): string | null => (value?.form === "literal" && typeof value.value === "string" ? value.value : null);

export type { Expression };
