/**
 * Values ⇄ expressions: what a form holds, and the TypeScript that says the same.
 * @module
 */
import type { Node } from "@babel/types";
import { rangeOf, valueOf } from "../parse/values.ts";
import type { Value } from "../value.ts";
import { readFormula, writeFormula } from "./formulas.ts";
import { parseText } from "./parse-text.ts";
import { memberOf } from "./picker.ts";

export type ExpressionValue =
  | { form: "literal"; value: string | number | boolean | null }
  /** A text with places: `["Dear ", { form: "path", … }, "!"]`. */
  | { form: "template"; parts: readonly (string | ExpressionValue)[] }
  /** The names from the variable on; `text`: as it is written, where there is more to it (`lead?.name`). */
  | { form: "path"; path: readonly string[]; text?: string }
  | { form: "object"; fields: readonly { key: string; value: ExpressionValue }[] }
  | { form: "array"; items: readonly ExpressionValue[] }
  /** One of `formulas`, by its id. */
  | { form: "formula"; formula: string; args: readonly ExpressionValue[] }
  /** Any other expression, as it is written. */
  | { form: "code"; text: string };

export interface WriteOptions {
  /** What texts stand in. Default `"`. */
  quote?: '"' | "'";
}

/**
 * @example
 * ```ts
 * import { toExpression } from "everstep/graph";
 * toExpression({ form: "template", parts: ["Dear ", { form: "path", path: ["lead", "name"] }, "!"] }); // "`Dear ${lead.name}!`"
 * ```
 */
export function toExpression(value: ExpressionValue, options: WriteOptions = {}): string {
  switch (value.form) {
    case "literal":
      return typeof value.value === "string" ? quoted(value.value, options.quote ?? '"') : Object.is(value.value, -0) ? "-0" : String(value.value);
    case "template":
      return `\`${value.parts.map((part) => (typeof part === "string" ? templateText(part) : `\${${toExpression(part, options)}}`)).join("")}\``;
    case "path": {
      const [first = "undefined", ...rest] = value.path;
      return value.text ?? rest.reduce((before, name) => memberOf(before, name, false), first);
    }
    case "object":
      return value.fields.length === 0 ? "{}" : `{ ${value.fields.map((field) => fieldText(field, options)).join(", ")} }`;
    case "array":
      return `[${value.items.map((item) => toExpression(item, options)).join(", ")}]`;
    case "formula":
      return writeFormula(value.formula, value.args.map((one) => toExpression(one, options)));
    case "code":
      return value.text;
  }
}

function fieldText({ key, value }: { key: string; value: ExpressionValue }, options: WriteOptions): string {
  const text = toExpression(value, options);
  if (text === key && value.form === "path" && value.path.length === 1) return key;
  // `__proto__: x` sets no field.
  const name = key === "__proto__" ? '["__proto__"]' : /^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key, options.quote ?? '"');
  return `${name}: ${text}`;
}

/** Also half characters, and line ends that only newer versions of the language allow. */
function quoted(text: string, quote: '"' | "'"): string {
  const json = JSON.stringify(text).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
  return quote === '"' ? json : `'${json.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

/** Lines stay lines; what has a meaning in a template gets its backslash. */
const templateText = (text: string): string =>
  text
    .replaceAll(/[\\`]|\$(?=\{)|\$$/g, "\\$&")
    .replaceAll("\r", "\\r")
    .replaceAll("\0", "\\x00")
    // Half characters do not survive being stored as UTF-8.
    .replaceAll(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, (half) => `\\u${half.charCodeAt(0).toString(16)}`);

export type Read = { ok: true; value: ExpressionValue } | { ok: false; message: string; start: number };

/**
 * What a form can show of an expression is taken apart; the rest stays as it is written.
 * @returns the place of what cannot be read otherwise, from 0
 */
export function fromExpression(text: string): Read {
  const parsed = parseText(text);
  return parsed.ok ? { ok: true, value: read(valueOf(parsed.node), text, parsed.node) } : parsed;
}

/** A value of the tree, with what `source` has at its place. */
export const fromValue = (value: Value, source: string): ExpressionValue => read(value, source, null);

function read(value: Value, source: string, node: Node | null): ExpressionValue {
  const own = source.slice(value.start, value.end);
  switch (value.form) {
    case "literal":
      return { form: "literal", value: value.value };
    case "template":
      return { form: "template", parts: value.parts.map((part) => (typeof part === "string" ? part : fromValue(part, source))) };
    case "path":
      return { form: "path", path: value.path, ...(own === pathText(value.path) ? {} : { text: own }) };
    case "object":
      return value.open ? { form: "code", text: own } : { form: "object", fields: value.fields.map((field) => ({ key: field.key, value: fromValue(field.value, source) })) };
    case "array":
      return value.open ? { form: "code", text: own } : { form: "array", items: value.items.map((item) => fromValue(item, source)) };
    case "expression":
      return readCode(own, node && node.start === 0 ? node : null);
  }
}

const pathText = ([first = "", ...rest]: readonly string[]): string => rest.reduce((before, name) => memberOf(before, name, false), first);

function readCode(text: string, node: Node | null): ExpressionValue {
  const parsed = node ? { ok: true as const, node } : parseText(text);
  // Between commas it would be two.
  const code: ExpressionValue = { form: "code", text: parsed.ok && parsed.node.type === "SequenceExpression" ? `(${text})` : text };
  const found = parsed.ok ? readFormula(parsed.node) : null;
  if (!found) return code;
  const args: ExpressionValue[] = [];
  for (const one of found.args) {
    const { start, end } = rangeOf(one);
    const read = fromExpression(text.slice(start, end));
    if (!read.ok) return code;
    args.push(read.value);
  }
  return { form: "formula", formula: found.formula, args };
}
