/**
 * What of a source is broken, in lines.
 * @module
 */
import type { Range, SourceError } from "../value.ts";

export function problem(source: string, { message, pos = 0 }: { message: string; pos?: number }): SourceError {
  const start = Math.min(pos, source.length);
  const before = source.slice(0, start);
  const line = before.split("\n").length;
  return { message: message.replace(/\s*\(\d+:\d+\)$/, ""), start, line, column: start - (before.lastIndexOf("\n") + 1) + 1 };
}

/** The line of the error; hit again, one more on either side, then twice as many, … */
export function widened(source: string, broken: readonly Range[], at: number): Range[] {
  const line = { start: startOfLine(source, at), end: endOfLine(source, at) };
  const near = broken.find(({ start, end }) => line.start <= end + 1 && line.end >= start - 1);
  if (!near) return [...broken, line].sort((a, b) => a.start - b.start);
  const rows = source.slice(near.start, near.end).split("\n").length;
  let { start, end } = { start: Math.min(near.start, line.start), end: Math.max(near.end, line.end) };
  for (let row = 0; row < rows; row++) {
    if (start > 0) start = startOfLine(source, start - 1);
    end = endOfLine(source, Math.min(end + 1, source.length));
  }
  return including(broken, { start, end });
}

/** With one more; those that it reaches are part of it then. */
export function including(broken: readonly Range[], { start, end }: Range): Range[] {
  const reached = broken.filter((one) => one.end >= start && one.start <= end);
  const whole = { start: Math.min(start, ...reached.map((one) => one.start)), end: Math.max(end, ...reached.map((one) => one.end)) };
  return [...broken.filter((one) => !reached.includes(one)), whole].sort((a, b) => a.start - b.start);
}

const linesAbove = 4;
const wordsBefore = 4;

/** What may be to blame for an error: its line, those above it, words before it, the word itself. */
export function* suspects(source: string, at: number, broken: readonly Range[]): Generator<Range> {
  const known = (one: Range): boolean => broken.some(({ start, end }) => one.start >= start && one.end <= end);
  const line = { start: startOfLine(source, at), end: endOfLine(source, at) };
  let one: Range = line;
  for (let above = 0; above <= linesAbove; above++) {
    if (!known(one)) yield one;
    if (one.start === 0) break;
    do one = { start: startOfLine(source, one.start - 1), end: one.start - 1 };
    while (one.start > 0 && source.slice(one.start, one.end).trim() === "");
  }
  const words = [...source.slice(line.start, at).matchAll(/[\w$]+|"[^"]*"|'[^']*'|=>|[^\s\w]/g)].slice(-wordsBefore).reverse();
  for (const { index } of words) yield { start: line.start + index, end: at };
  yield { start: at, end: at + (/^(?:[\w$]+|\S)/.exec(source.slice(at, line.end))?.[0].length ?? 0) };
}

const startOfLine = (source: string, at: number): number => (at <= 0 ? 0 : source.lastIndexOf("\n", at - 1) + 1);

export function endOfLine(source: string, at: number): number {
  const end = source.indexOf("\n", at);
  return end < 0 ? source.length : end;
}

/** Those in which there is something. */
export function linesOf(source: string, { start, end }: Range): Range[] {
  const lines: Range[] = [];
  for (let at = start; at <= end && at < source.length; ) {
    const line = { start: at, end: Math.min(endOfLine(source, at), end) };
    if (source.slice(line.start, line.end).trim() !== "") lines.push(line);
    at = line.end + 1;
  }
  return lines;
}

export function blank(source: string, broken: readonly Range[]): string {
  let text = "";
  let at = 0;
  for (const { start, end } of broken) {
    text += source.slice(at, start) + source.slice(start, end).replace(/[^\n]/g, " ");
    at = end;
  }
  return text + source.slice(at);
}

const closers: Record<string, string> = { "(": ")", "[": "]", "{": "}" };

/** The brackets that close what is open at its end. Strings and comments are skipped. */
export function closed(text: string): string {
  const open: string[] = [];
  const tokens = text.matchAll(/\/\/.*|\/\*[\s\S]*?(?:\*\/|$)|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\[\s\S]|[^`\\])*`|[()[\]{}]/g);
  for (const [token] of tokens) {
    if (token in closers) open.push(closers[token] ?? "");
    else if (token === open.at(-1)) open.pop();
  }
  return open.reverse().join("");
}
