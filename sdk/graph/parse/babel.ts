/**
 * The syntax tree of a source, whatever state it is in.
 *
 * What cannot be parsed is blanked, line by line around the place of the error, until the rest
 * parses: somebody is typing in it, and the rest of the diagram has to stay.
 * @module
 */
import { parse, type ParserOptions } from "@babel/parser";
import type { Comment, File, Statement } from "@babel/types";
import type { Range, SourceError } from "../value.ts";

export interface Syntax {
  statements: Statement[];
  /** In the order of the source. */
  comments: Comment[];
  errors: SourceError[];
  /** What was blanked. */
  broken: Range[];
}

const options: ParserOptions = {
  sourceType: "module",
  plugins: ["typescript", "decorators"],
  errorRecovery: true,
  attachComment: false,
  allowAwaitOutsideFunction: true,
  allowReturnOutsideFunction: true,
};

/** Attempts to find what is broken; each costs a parse. */
const mostAttempts = 24;

export function parseSyntax(source: string): Syntax {
  const errors: SourceError[] = [];
  let broken: Range[] = [];
  let text = source;
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    const result = tryParse(text, options);
    if (!("message" in result)) {
      for (const error of result.errors ?? []) errors.push(problem(source, error));
      return { statements: result.program.body, comments: result.comments ?? [], errors: distinct(errors), broken };
    }
    errors.push(problem(source, result));
    const at = result.pos ?? 0;
    if (at >= source.trimEnd().length) {
      const closed = close(text, source.length);
      if (closed !== text) {
        text = closed;
        continue;
      }
    }
    broken = widened(source, broken, Math.min(at, source.length));
    text = blank(source, broken);
  }
  return { statements: [], comments: [], errors: distinct(errors), broken: [{ start: 0, end: source.length }] };
}

/** Statements of a part of a source, with their places in the whole; null when it does not parse by itself. */
export function parseStatements(text: string, startIndex: number): Pick<Syntax, "statements" | "comments"> | null {
  const result = tryParse(text, { ...options, errorRecovery: false, startIndex });
  return "message" in result ? null : { statements: result.program.body, comments: result.comments ?? [] };
}

interface Failure {
  message: string;
  pos?: number;
}

function tryParse(text: string, how: ParserOptions): (File & { errors?: readonly Failure[] | null }) | Failure {
  try {
    return parse(text, how) as File & { errors?: readonly Failure[] };
  } catch (error) {
    if (error instanceof SyntaxError) return error;
    throw error;
  }
}

function problem(source: string, { message, pos = 0 }: Failure): SourceError {
  const start = Math.min(pos, source.length);
  const before = source.slice(0, start);
  const line = before.split("\n").length;
  return { message: message.replace(/\s*\(\d+:\d+\)$/, ""), start, line, column: start - (before.lastIndexOf("\n") + 1) + 1 };
}

/** One line of errors each: those that follow from the first say nothing new. */
function distinct(errors: readonly SourceError[]): SourceError[] {
  const seen = new Set<number>();
  return errors.filter(({ line }) => !seen.has(line) && seen.add(line));
}

/** The line of the error; hit again, one more on either side, then twice as many, … */
function widened(source: string, broken: readonly Range[], at: number): Range[] {
  const line = { start: source.lastIndexOf("\n", at - 1) + 1, end: endOfLine(source, at) };
  const near = broken.find(({ start, end }) => line.start <= end + 1 && line.end >= start - 1);
  if (!near) return [...broken, line].sort((a, b) => a.start - b.start);
  const rows = source.slice(near.start, near.end).split("\n").length;
  let { start, end } = { start: Math.min(near.start, line.start), end: Math.max(near.end, line.end) };
  for (let row = 0; row < rows; row++) {
    start = source.lastIndexOf("\n", start - 2) + 1;
    end = endOfLine(source, Math.min(end + 1, source.length));
  }
  return [...broken.filter((one) => one !== near && (one.end < start || one.start > end)), { start, end }].sort((a, b) => a.start - b.start);
}

function endOfLine(source: string, at: number): number {
  const end = source.indexOf("\n", at);
  return end < 0 ? source.length : end;
}

function blank(source: string, broken: readonly Range[]): string {
  let text = "";
  let at = 0;
  for (const { start, end } of broken) {
    text += source.slice(at, start) + source.slice(start, end).replace(/[^\n]/g, " ");
    at = end;
  }
  return text + source.slice(at);
}

const closers: Record<string, string> = { "(": ")", "[": "]", "{": "}" };

/** With the brackets closed that are open at its end. Strings and comments are skipped. */
function close(text: string, length: number): string {
  const open: string[] = [];
  const tokens = text.matchAll(/\/\/.*|\/\*[\s\S]*?(?:\*\/|$)|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|[()[\]{}]/g);
  for (const [token] of tokens) {
    if (token in closers) open.push(closers[token] ?? "");
    else if (token === open.at(-1)) open.pop();
  }
  return text.length > length + 64 ? text : text + open.reverse().join("");
}
