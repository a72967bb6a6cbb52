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
import { blank, closed, endOfLine, including, linesOf, problem, suspects, widened } from "./damage.ts";

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
  plugins: ["typescript", "decorators", "decoratorAutoAccessors"],
  errorRecovery: true,
  attachComment: false,
  allowAwaitOutsideFunction: true,
  allowReturnOutsideFunction: true,
  allowUndeclaredExports: true,
};

/** Attempts to find what is broken, and then to find less; each costs a parse: fewer of long sources. */
const attemptsFor = ({ length }: string): number => Math.max(12, Math.min(40, Math.floor(1_200_000 / (length + 1))));

type Parsed = File & { errors?: readonly Failure[] | null };

interface Attempt {
  broken: Range[];
  /** Null: it did not parse. */
  parsed: Parsed | null;
  /** What is closed at its end, so that it does. */
  tail: string;
  failures: Failure[];
}

export function parseSyntax(source: string): Syntax {
  let left = attemptsFor(source);
  const attempt = (broken: Range[]): Attempt => {
    let tail = "";
    const failures: Failure[] = [];
    for (;;) {
      left--;
      const result = tryParse(blank(source, broken) + tail, options);
      if (!("message" in result)) return { broken, parsed: result, tail, failures };
      failures.push(result);
      const more = (result.pos ?? 0) >= source.trimEnd().length && tail === "" ? closed(blank(source, broken)) : "";
      if (more === "") return { broken, parsed: null, tail, failures };
      tail = more;
    }
  };
  const going = (): boolean => left > 0;
  let at = attempt([]);
  const errors: SourceError[] = [];
  while (at.parsed === null && going()) {
    errors.push(...at.failures.slice(0, 1).map((failure) => problem(source, failure)));
    at = repaired(source, at, attempt, going);
  }
  errors.push(...at.failures.slice(0, 1).map((failure) => problem(source, failure)));
  if (at.parsed === null) return { statements: [], comments: [], errors: errors.slice(0, 1), broken: [{ start: 0, end: source.length }] };
  return done(source, refined(source, at, attempt, going), errors);
}

/** The attempt that goes furthest: without a line at the error or above it, or some words before it; or without more and more. */
function repaired(source: string, failed: Attempt, attempt: (broken: Range[]) => Attempt, going: () => boolean): Attempt {
  const at = Math.min(failed.failures.at(-1)?.pos ?? 0, source.length);
  let best: Attempt | null = null;
  let furthest = endOfLine(source, at);
  for (const range of suspects(source, at, failed.broken)) {
    if (!going()) break;
    const one = attempt(including(failed.broken, range));
    if (one.parsed) return one;
    const reached = one.failures.at(-1)?.pos ?? 0;
    if (reached <= furthest) continue;
    [best, furthest] = [one, reached];
  }
  return best ?? attempt(widened(source, failed.broken, at));
}

/** With as few lines of each broken range as will do. */
function refined(source: string, whole: Attempt, attempt: (broken: Range[]) => Attempt, going: () => boolean): Attempt {
  let best = whole;
  for (const range of whole.broken) {
    const lines = linesOf(source, range);
    search: for (let size = 1; size < lines.length; size++) {
      for (let from = 0; from + size <= lines.length; from++) {
        if (!going()) return best;
        const less = { start: lines[from]?.start ?? range.start, end: lines[from + size - 1]?.end ?? range.end };
        const one = attempt(best.broken.map((each) => (each === range ? less : each)));
        if (!one.parsed || (one.parsed.errors?.length ?? 0) > (best.parsed?.errors?.length ?? 0)) continue;
        best = one;
        break search;
      }
    }
  }
  return best;
}

function done(source: string, { parsed, broken }: Attempt, errors: readonly SourceError[]): Syntax {
  // What follows from the first says nothing new, unless it is broken itself.
  const certain = errors.filter(({ start }, index) => index === 0 || broken.some((range) => start >= range.start && start <= range.end));
  const recovered = (parsed?.errors ?? []).map((error) => problem(source, error));
  return { statements: parsed?.program.body ?? [], comments: parsed?.comments ?? [], errors: distinct([...certain, ...recovered]), broken };
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

function tryParse(text: string, how: ParserOptions): Parsed | Failure {
  try {
    return parse(text, how) as Parsed;
  } catch (error) {
    // Too deep for the stack: not for the parser alone.
    if (error instanceof RangeError) throw error;
    if (error instanceof SyntaxError) return error;
    // It stumbled over what it had recovered from before.
    return how.errorRecovery ? tryParse(text, { ...how, errorRecovery: false }) : { message: "This cannot be parsed." };
  }
}

/** One of a line. */
function distinct(errors: readonly SourceError[]): SourceError[] {
  const seen = new Set<number>();
  return errors.filter(({ line }) => !seen.has(line) && seen.add(line));
}
