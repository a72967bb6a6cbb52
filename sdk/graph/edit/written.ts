/**
 * Values → text in the manner of the file.
 * @module
 */
import type { Manner } from "./manner.ts";
import type { Written } from "./operations.ts";

/** Longer than this, objects and lists take a line for each item. */
const longest = 110;

export function quoted(text: string, quote: Manner["quote"]): string {
  const json = JSON.stringify(text).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
  return quote === '"' ? json : `'${json.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

export const key = (name: string, quote: Manner["quote"]): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name, quote));

export function isExpression(value: Written): value is { readonly $expression: string } {
  return typeof value === "object" && value !== null && !Array.isArray(value) && "$expression" in value && typeof value.$expression === "string";
}

/** `indent`: of the line it begins in. */
export function writtenText(value: Written, manner: Manner, indent: string): string {
  if (typeof value === "string") return quoted(value, manner.quote);
  if (typeof value !== "object" || value === null) return String(value);
  if (isExpression(value)) return value.$expression.trim();
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  const items = (inner: string): string[] =>
    Array.isArray(value) ? value.map((one: Written) => writtenText(one, manner, inner)) : Object.entries(value).map(([name, one]: [string, Written]) => fieldText(name, one, manner, inner));
  const flat = items(indent);
  if (flat.length === 0) return open + close;
  const line = open === "{" ? `{ ${flat.join(", ")} }` : `[${flat.join(", ")}]`;
  if (line.length + indent.length <= longest && !line.includes("\n")) return line;
  const inner = indent + manner.unit;
  return `${open}${manner.eol}${inner}${items(inner).join(`,${manner.eol}${inner}`)}${manner.trailingComma ? "," : ""}${manner.eol}${indent}${close}`;
}

/** `name: value`; `name` where the value is the variable of that name. */
export function fieldText(name: string, value: Written, manner: Manner, indent: string): string {
  const text = writtenText(value, manner, indent);
  return text === name && isExpression(value) ? name : `${key(name, manner.quote)}: ${text}`;
}
