/**
 * Values and calls as text: on one line where they fit, else one item to a line.
 * @module
 */
import type { ValueSpec } from "./spec.ts";

/** Lines are broken where they would be longer. */
export const width = 120;

/** Where a text begins. */
export interface Room {
  /** White space of the line it begins on. */
  indent: string;
  /** Characters before it on its line, the white space too. */
  used: number;
  /** Characters that have to follow on its last line. */
  behind: number;
}

export const at = (indent: string, before = "", behind = 0): Room => ({ indent, used: indent.length + before.length, behind });
export const fits = (text: string, { used, behind }: Room): boolean => !text.includes("\n") && used + text.length + behind <= width;
const deeper = (indent: string): string => `${indent}  `;

export function printValue(value: ValueSpec, room: Room): string {
  const flat = flatValue(value, room.indent);
  if (fits(flat, room)) return flat;
  const inner = deeper(room.indent);
  if (value.form === "object" && value.fields.length > 0) return `{\n${value.fields.map((one) => `${inner}${printField(one, inner)},\n`).join("")}${room.indent}}`;
  if (value.form === "array" && value.items.length > 0) return `[\n${value.items.map((item) => `${inner}${printValue(item, at(inner, "", 1))},\n`).join("")}${room.indent}]`;
  return flat;
}

function printField({ key, value }: { key: string; value: ValueSpec }, indent: string): string {
  if (value.form === "code" && value.text === key) return key;
  const name = `${printKey(key)}: `;
  return name + printValue(value, at(indent, name, 1));
}

/** On one line, whatever its length; code that has several keeps them. */
export function flatValue(value: ValueSpec, indent = ""): string {
  switch (value.form) {
    case "literal":
      return JSON.stringify(value.value);
    case "template":
      return `\`${value.parts.map((part) => (typeof part === "string" ? escaped(part) : part.form === "literal" ? escaped(String(part.value)) : `\${${flatValue(part, indent)}}`)).join("")}\``;
    case "object":
      return value.fields.length === 0 ? "{}" : `{ ${value.fields.map(({ key, value: of }) => (of.form === "code" && of.text === key ? key : `${printKey(key)}: ${flatValue(of, indent)}`)).join(", ")} }`;
    case "array":
      return `[${value.items.map((item) => flatValue(item, indent)).join(", ")}]`;
    case "code":
      return indented(value.text, indent);
  }
}

const escaped = (text: string): string => JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("`", "\\`").replaceAll("${", "\\${");
const printKey = (key: string): string => (/^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key));

/** Lines behind the first get the white space of where they go; within template literals it would be text. */
export function indented(text: string, indent: string): string {
  return movable(text) ? text.replace(/\n(?=[^\n])/g, `\n${indent}`) : text;
}

/** The inverse of {@link indented}. */
export function dedented(text: string, indent: string): string {
  if (!movable(text)) return text;
  return text
    .split("\n")
    .map((line, index) => (index > 0 && line.startsWith(indent) ? line.slice(indent.length) : index > 0 ? line.trimStart() : line))
    .join("\n");
}

const movable = (text: string): boolean => text.includes("\n") && !text.includes("`");

/** The last argument is broken if it has items of its own, else all are. */
export function printCall(callee: string, args: readonly ValueSpec[], room: Room): string {
  const flat = `${callee}(${args.map((one) => flatValue(one, room.indent)).join(", ")})`;
  const last = args.at(-1);
  if (fits(flat, room) || !last) return flat;
  const before = args.slice(0, -1).map((one) => `${flatValue(one, room.indent)}, `).join("");
  const head = `${callee}(${before}`;
  if ((last.form === "object" || last.form === "array") && fits(head, { ...room, behind: 1 })) return `${head}${printValue(last, { ...room, used: room.used + head.length, behind: room.behind + 1 })})`;
  if (args.length === 1) return flat;
  return printItems(callee, args, room);
}

function printItems(callee: string, args: readonly ValueSpec[], { indent }: Room): string {
  const inner = deeper(indent);
  return `${callee}(\n${args.map((one) => `${inner}${printValue(one, at(inner, "", 1))},\n`).join("")}${indent})`;
}
