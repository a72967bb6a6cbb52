/**
 * Values and conditions of code → places and conditions of steps.
 * @module
 */
import type { Expression as Node } from "@babel/types";
import { parseStatements } from "../parse/babel.ts";
import { bare, pathOf } from "../parse/values.ts";
import type { Value } from "../value.ts";

/** What a name in the code is among steps. */
export interface Names {
  /** `step3.result` of a variable, `trigger` of the input; null: no such thing. */
  reference(path: readonly string[]): string | null;
}

const plainPath = /^[A-Za-z_$][\w$]*(?:\??\.[A-Za-z_$][\w$]*|(?:\?\.)?\[(?:\d+|"[^"\\]*")\])*$/;

/** `{{step1.result.id}}`, or what is written, as it is: `{{= … =}}`. */
function place(text: string, path: readonly string[] | null, names: Names): string {
  const known = path && plainPath.test(text) ? names.reference(path) : null;
  return known === null ? verbatim(text) : `{{${known}}}`;
}

export const verbatim = (text: string): string => `{{= ${text} =}}`;

/** JSON with places. */
export function jsonOf(value: Value, source: string, names: Names): unknown {
  const text = source.slice(value.start, value.end);
  switch (value.form) {
    case "literal":
      return typeof value.value === "string" && value.value.includes("{{") ? verbatim(text) : value.value;
    case "template":
      return value.parts.map((part) => (typeof part === "string" ? (part.includes("{{") ? verbatim(JSON.stringify(part)) : part) : inText(source.slice(part.start, part.end), part, names))).join("");
    case "object":
      return value.open ? verbatim(text) : Object.fromEntries(value.fields.map((one) => [one.key, one.shorthand ? place(one.key, [one.key], names) : jsonOf(one.value, source, names)]));
    case "array":
      return value.open ? verbatim(text) : value.items.map((item) => jsonOf(item, source, names));
    default:
      return place(text, value.form === "path" ? value.path : null, names);
  }
}

/** Within a text `?? ""` says that nothing is written as nothing: as places do by themselves. */
function inText(text: string, part: Value, names: Names): string {
  const bareText = text.replace(/ \?\? ""$/, "");
  const path = part.form === "path" ? part.path : pathOfText(bareText);
  return place(bareText, path, names);
}

function pathOfText(text: string): string[] | null {
  const node = plainPath.test(text) ? expressionOf(text) : null;
  return node && pathOf(node);
}

function expressionOf(text: string): Node | null {
  const [statement, more] = parseStatements(`(${text});`, 0)?.statements ?? [];
  return statement?.type === "ExpressionStatement" && !more ? statement.expression : null;
}

const comparisons: Record<string, string> = { "===": "==", "!==": "!=", "==": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">=" };

/** A condition as steps have it. */
export function conditionJson(text: string, names: Names): string {
  const node = expressionOf(text);
  const found = node && written(node, `(${text});`, names, 0);
  return found ?? verbatim(text);
}

/** Null: there is no such form for it. */
function written(node: Node, source: string, names: Names, level: number): string | null {
  const at = bare(node) as Node;
  const text = source.slice(at.start ?? 0, at.end ?? 0);
  if (at.type === "LogicalExpression" && at.operator !== "??") return binary(at.left, at.operator, at.right, at.operator === "&&" ? 2 : 1);
  if (at.type === "BinaryExpression" && Object.hasOwn(comparisons, at.operator) && at.left.type !== "PrivateName") {
    const strict = at.operator === "===" || at.operator === "!==";
    const loose = at.operator === "==" || at.operator === "!=";
    // Steps compare with null loosely and else strictly.
    if ((strict && isNull(at.right)) || (loose && !isNull(at.right))) return null;
    return binary(at.left, comparisons[at.operator] ?? "", at.right, strict || loose ? 3 : 4);
  }
  if (at.type === "UnaryExpression" && at.operator === "!") {
    const inner = written(at.argument, source, names, 6);
    return inner === null ? null : `!${inner}`;
  }
  if (at.type === "StringLiteral") return JSON.stringify(at.value).includes("{{") ? null : JSON.stringify(at.value);
  if (at.type === "NumericLiteral" || at.type === "BooleanLiteral") return String(at.value);
  if (at.type === "NullLiteral") return "null";
  if (at.type === "ArrayExpression") {
    const items = at.elements.map((one) => (one && one.type !== "SpreadElement" ? written(one, source, names, 0) : null));
    return items.every((one) => one !== null) ? `[${items.join(", ")}]` : null;
  }
  if (at.type === "CallExpression" || at.type === "OptionalCallExpression") return contains(at);
  const path = pathOf(at);
  return path ? place(text, path, names) : verbatim(text);

  function binary(left: Node, operator: string, right: Node, own: number): string | null {
    const [one, other] = [written(left, source, names, own), written(right, source, names, own + 1)];
    if (one === null || other === null) return null;
    return own < level ? `(${one} ${operator} ${other})` : `${one} ${operator} ${other}`;
  }

  function contains(call: Extract<Node, { type: "CallExpression" | "OptionalCallExpression" }>): string | null {
    const { callee } = call;
    const [argument, more] = call.arguments;
    if ((callee.type !== "MemberExpression" && callee.type !== "OptionalMemberExpression") || callee.property.type !== "Identifier" || !argument || more || argument.type === "SpreadElement" || argument.type === "ArgumentPlaceholder") return verbatim(text);
    const optional = callee.type === "OptionalMemberExpression" && callee.optional;
    const operator = callee.property.name === "includes" ? (optional ? "contains" : "in") : callee.property.name === "startsWith" && optional ? "starts_with" : null;
    const [inside, of] = [written(callee.object, source, names, 7), written(argument as Node, source, names, 5)];
    if (operator === null || inside === null || of === null) return verbatim(text);
    const whole = operator === "in" ? `${of} in ${inside}` : `${inside} ${operator} ${of}`;
    return level > 4 ? `(${whole})` : whole;
  }
}

const isNull = (node: Node): boolean => bare(node).type === "NullLiteral";
