/**
 * Regular expressions that could hold the processor for ever. V8 is started with
 * `--enable-experimental-regexp-engine-on-excessive-backtracks`: after 50,000 backtracks it
 * goes on in linear time, if its linear engine knows all that the pattern uses. What it does
 * not know (measured with workerd 1.20261102): the flags d, i, u, v, lookahead, references,
 * modifiers, and repetitions of more than 16 copies. Patterns with those must not be
 * exponential; whether they are is decided here.
 * @module
 */
import { automata, visit } from "./automaton.ts";
import { isExponential } from "./ambiguity.ts";
import { overlapOf } from "./alphabet.ts";
import { parsePattern } from "./parse.ts";
import type { Parsed, Pattern } from "./parse.ts";

const MOST_COPIES = 16;

/** Why the pattern is refused, null when it is harmless. The pattern must be valid. */
export function refusePattern(source: string, flags: string): string | null {
  const parsed = parsePattern(source, flags);
  if (!repeats(parsed.pattern) || isLinear(parsed, flags)) return null;
  const built = automata(parsed.pattern);
  const shown = `/${source.length > 80 ? `${source.slice(0, 80)}…` : source}/${flags}`;
  if (!built) return `the regular expression ${shown} is too large to show that it always ends; split it`;
  const overlap = overlapOf(source, flags);
  if (!built.some((automaton) => isExponential(automaton, overlap))) return null;
  return `the regular expression ${shown} can take exponential time: a repetition can match the same text in two ways, and its flags or lookarounds keep it from the linear engine; make the parts of the repetition exclude each other, or drop what is nested`;
}

/** True when the linear engine can take over. */
function isLinear({ pattern, modifiers }: Parsed, flags: string): boolean {
  if (modifiers || /[^gmsy]/.test(flags) || copies(pattern) > MOST_COPIES) return false;
  let linear = true;
  visit(pattern, (p) => {
    if (p.kind === "look" || p.kind === "reference") linear = false;
  });
  return linear;
}

function copies(p: Pattern): number {
  const inner = "body" in p ? copies(p.body) : "parts" in p ? Math.max(1, ...p.parts.map(copies)) : 1;
  return p.kind === "repeat" ? inner * Math.max(1, p.min, p.max === Infinity ? 1 : p.max) : inner;
}

function repeats(pattern: Pattern): boolean {
  let found = false;
  visit(pattern, (p) => {
    if (p.kind === "repeat" && p.max > 1) found = true;
  });
  return found;
}
