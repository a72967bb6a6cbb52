/**
 * The comment above a node.
 * @module
 */
import type { Change } from "../changes.ts";
import { type Edit, type Plan, statement } from "../edit.ts";
import { beginsLine, indentAt, lineStart } from "../lines.ts";
import { Refused } from "../result.ts";

export function setComment(edit: Edit, id: string, comment: string | null): Plan {
  const { source, manner } = edit;
  const { node } = statement(edit, id);
  const lines = (comment ?? "").split(/\r\n?|\n/).map((line) => line.trim());
  while (lines.length > 0 && lines.at(-1) === "") lines.pop();
  while (lines[0] === "") lines.shift();
  const there = node.extent.start < node.start;
  if (!beginsLine(source, there ? node.extent.start : node.start)) throw new Refused("unsupported", `\`${id}\` shares its line: a comment would belong to more than it.`);
  const indent = indentAt(source, node.start);
  const plan = (changes: Change[]): Plan => ({ changes, node: node.start, kind: node.kind });
  const lead = (text: string): string => (text === "" ? "" : text + manner.eol + indent);
  if (lines.length === 0) return plan(there ? [{ start: lineStart(source, node.extent.start), end: lineStart(source, node.start), text: "" }] : []);
  const block = there && source.startsWith("/*", node.extent.start) && !lines.some((line) => line.includes("*/"));
  const doc = source.startsWith("/**", node.extent.start) ? "/**" : "/*";
  const text = block ? (lines.length === 1 ? `${doc} ${lines[0]} */` : [doc, ...lines.map((line) => ` * ${line}`.trimEnd()), " */"].join(manner.eol + indent)) : lines.map((line) => `// ${line}`.trimEnd()).join(manner.eol + indent);
  return plan([{ start: there ? node.extent.start : node.start, end: node.start, text: lead(text) }]);
}
