/**
 * Items of lists between brackets: fields of objects, items of arrays, arguments, imports.
 * @module
 */
import type { Node } from "@babel/types";
import { parseStatements } from "../parse/babel.ts";
import type { Range } from "../value.ts";
import type { Change } from "./changes.ts";
import { beginsLine, indentAt, lineEnd, lineStart, nextLine, skip } from "./lines.ts";
import type { Manner } from "./manner.ts";
import { Refused } from "./result.ts";

export interface List {
  /** Behind the bracket that opens it. */
  open: number;
  /** At the bracket that closes it. */
  close: number;
  items: Range[];
  /** Where the comma behind the last item is. */
  trailing: number | null;
}

/** The list that an object, an array or a pattern is. */
export function listAt(source: string, { start, end }: Range): List {
  const [statement] = parseStatements(`(${source.slice(start, end)})`, Math.max(0, start - 1))?.statements ?? [];
  const shift = start === 0 ? -1 : 0;
  const node = statement?.type === "ExpressionStatement" ? statement.expression : null;
  const items = node?.type === "ObjectExpression" ? node.properties : node?.type === "ArrayExpression" ? node.elements : null;
  if (!items) throw new Refused("unsupported", "This is neither an object nor a list.");
  return listOf(source, start + 1, end - 1, items.flatMap((one) => (one ? [one] : [])), shift);
}

export function listOf(source: string, open: number, close: number, nodes: readonly Node[], shift = 0): List {
  const items = nodes.map((node): Range => {
    const own = { start: (node.start ?? 0) + shift, end: (node.end ?? 0) + shift };
    if (!node.extra?.["parenthesized"]) return own;
    const start = Number(node.extra["parenStart"]) + shift;
    let end = own.end;
    for (let next = skip(source, end); source[next] === ")" && next < close; next = skip(source, end)) end = next + 1;
    return { start, end };
  });
  const behind = skip(source, items.at(-1)?.end ?? open);
  return { open, close, items, trailing: items.length > 0 && source[behind] === "," ? behind : null };
}

/** `text` is one item, without a comma; at the end unless `index` says otherwise. */
export function addItem(source: string, manner: Manner, { open, close, items, trailing }: List, text: string, index = items.length): Change[] {
  const last = items.at(-1);
  const curly = source[open - 1] === "{";
  if (!last) {
    const inner = source.slice(open, close);
    if (inner.trim() === "") return [{ start: open, end: close, text: curly ? ` ${text} ` : text }];
    return [{ start: close, end: close, text: beginsLine(source, close) ? `${manner.unit}${text}${manner.trailingComma ? "," : ""}${manner.eol}${indentAt(source, close)}` : ` ${text}${curly ? " " : ""}` }];
  }
  const next = items[index];
  if (next) {
    const own = beginsLine(source, next.start);
    return [{ start: next.start, end: next.start, text: `${text},${own ? manner.eol + indentAt(source, next.start) : " "}` }];
  }
  // On lines of their own: the bracket that closes has one.
  if (!beginsLine(source, close) || lineStart(source, close) <= last.end) return [{ start: last.end, end: last.end, text: `, ${text}` }];
  const indent = beginsLine(source, last.start) ? indentAt(source, last.start) : indentAt(source, close) + manner.unit;
  const from = trailing === null ? last.end : trailing + 1;
  const end = lineEnd(source, from);
  const commented = /^[ \t]*(?:\/\/.*|\/\*(?:(?!\*\/).)*\*\/[ \t]*)?$/.test(source.slice(from, end));
  const to = commented ? end : from;
  const added = `${manner.eol}${indent}${text}${trailing === null ? "" : ","}`;
  return trailing === null ? [{ start: last.end, end: last.end, text: "," }, { start: to, end: to, text: added }] : [{ start: to, end: to, text: added }];
}

export function removeItem(source: string, { open, close, items, trailing }: List, index: number): Change[] {
  const item = items[index];
  if (!item) return [];
  const previous = items[index - 1];
  const next = items[index + 1];
  if (!previous && !next) {
    const plain = source.slice(open, item.start).trim() === "" && source.slice(trailing === null ? item.end : trailing + 1, close).trim() === "";
    return [plain ? { start: open, end: close, text: "" } : { start: item.start, end: trailing === null ? item.end : trailing + 1, text: "" }];
  }
  const comma = next ? skip(source, item.end) : (trailing ?? item.end - 1);
  const behind = Math.max(comma + 1, item.end);
  if (beginsLine(source, item.start) && /^[ \t]*(?:\/\/.*)?\r?$/.test(source.slice(behind, lineEnd(source, behind)))) {
    const gone: Change = { start: lineStart(source, item.start), end: nextLine(source, behind), text: "" };
    // The one that is last now has a comma only if the last had.
    if (next || trailing !== null || !previous) return [gone];
    const before = skip(source, previous.end);
    return [{ start: before, end: before + 1, text: "" }, gone];
  }
  if (next) return [{ start: item.start, end: next.start, text: "" }];
  return [{ start: previous?.end ?? item.start, end: item.end, text: "" }];
}
