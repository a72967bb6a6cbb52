/**
 * Lines, indentation, and where comments and white space end.
 * @module
 */
import type { Node } from "@babel/types";
import { parseStatements } from "../parse/babel.ts";
import { visit } from "../parse/reading.ts";
import type { Range } from "../value.ts";
import type { Change, Kept } from "./changes.ts";

export const lineStart = (source: string, at: number): number => source.lastIndexOf("\n", at - 1) + 1;

/** Before its line end. */
export function lineEnd(source: string, at: number): number {
  const end = source.indexOf("\n", at);
  if (end < 0) return source.length;
  return source[end - 1] === "\r" && end - 1 >= at ? end - 1 : end;
}

/** Behind its line end. */
export function nextLine(source: string, at: number): number {
  const end = source.indexOf("\n", at);
  return end < 0 ? source.length : end + 1;
}

export function indentAt(source: string, at: number): string {
  const start = lineStart(source, at);
  return /^[ \t]*/.exec(source.slice(start, start + 200))?.[0] ?? "";
}

/** Nothing but white space before it on its line. */
export const beginsLine = (source: string, at: number): boolean => source.slice(lineStart(source, at), at).trim() === "";
export const endsLine = (source: string, at: number): boolean => source.slice(at, lineEnd(source, at)).trim() === "";

/** Where a statement ends, without a semicolon that the next line begins with: `;[a].length`. */
export function ownEnd(source: string, { start, end }: Range): number {
  if (source[end - 1] !== ";") return end;
  const text = source.slice(start, end - 1);
  const trimmed = text.trimEnd();
  return text.slice(trimmed.length).includes("\n") ? start + trimmed.length : end;
}

export function lineNumber(source: string, at: number): number {
  let line = 1;
  for (let index = source.indexOf("\n"); index >= 0 && index < at; index = source.indexOf("\n", index + 1)) line++;
  return line;
}

/** Behind the white space and comments from a place on. */
export function skip(source: string, from: number): number {
  const pattern = /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\//y;
  let at = from;
  for (;;) {
    pattern.lastIndex = at;
    if (!pattern.test(source)) return at;
    at = pattern.lastIndex;
  }
}

/** Where lines of a text begin that are no string's: those may be indented. */
export function freeLines(text: string): number[] {
  const starts: number[] = [];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  if (starts.length === 0 || !text.includes("`")) return starts;
  const strings: Range[] = [];
  const look = (node: Node): boolean => {
    if (node.type === "TemplateElement") strings.push({ start: node.start ?? 0, end: node.end ?? 0 });
    return true;
  };
  for (const statement of parseStatements(text, 0)?.statements ?? []) if (look(statement)) visit(statement, look);
  return starts.filter((start) => !strings.some((one) => one.start < start && start <= one.end));
}

/** Each further line of a range gets this much more at its beginning. */
export function indentMore(source: string, { start, end }: Range, more: string): Change[] {
  const text = source.slice(start, end);
  return freeLines(text).flatMap((at) => (/^\r?\n/.test(text.slice(at, at + 2)) || at === text.length ? [] : [{ start: start + at, end: start + at, text: more }]));
}

/** A text of the source as it reads at another indentation, and which parts of it are the source's. */
export function reindented(source: string, { start, end }: Range, from: string, to: string): { text: string; kept: Kept[] } {
  const text = source.slice(start, end);
  const kept: Kept[] = [];
  let made = "";
  let at = 0;
  const take = (until: number): void => {
    if (until > at) kept.push({ from: start + at, length: until - at, to: made.length });
    made += text.slice(at, until);
    at = until;
  };
  if (from !== to) {
    for (const line of freeLines(text)) {
      take(line);
      if (text.startsWith(from, line) && from !== "") at = line + from.length;
      else if (from !== "") at = line + (/^[ \t]*/.exec(text.slice(line))?.[0].length ?? 0);
      const blank = /^[ \t]*\r?(?:\n|$)/.test(text.slice(at));
      if (!blank) made += to;
    }
  }
  take(text.length);
  return { text: made, kept };
}
