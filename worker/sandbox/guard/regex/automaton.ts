/**
 * A regular expression as a position automaton (Glushkov): one state for each place where a
 * character is matched. An edge counts how many ways lead along it: `(a+)+` goes from `a`
 * to `a` in two ways. Assertions are dropped, which can only add matches; a reference is a
 * second copy of its group. What is never matched again after a success is cut (settle.ts).
 * @module
 */
import { settle } from "./settle.ts";
import type { Pattern } from "./parse.ts";

export interface Automaton {
  /** Source text of the character matched at each state. */
  chars: string[];
  /** From state to state: in how many ways. */
  edges: Map<number, number>[];
}

interface Part {
  nullable: boolean;
  first: number[];
  last: number[];
}

/** Ranges above this count as unbounded; fixed counts above the other one are cut to it. */
const LONGEST_RANGE = 6;
const LONGEST_COUNT = 12;
const MOST_STATES = 1500;

/** The automata of a pattern: its own and one for each lookaround. Null when it is too large. */
export function automata(pattern: Pattern): Automaton[] | null {
  const groups = new Map<string, Pattern>();
  const bodies: Pattern[] = [settle(pattern)];
  visit(pattern, (p) => {
    if (p.kind === "group" && p.index > 0) groups.set(String(p.index), p.body);
    if (p.kind === "group" && p.name) groups.set(p.name, p.body);
    if (p.kind === "look") bodies.push(p.ahead ? settle(p.body) : p.body);
  });
  const built = bodies.map((body) => build(body, groups));
  return built.every((a) => a !== null) ? built : null;
}

export function visit(pattern: Pattern, see: (p: Pattern) => void): void {
  see(pattern);
  if ("parts" in pattern) for (const part of pattern.parts) visit(part, see);
  if ("body" in pattern) visit(pattern.body, see);
}

function build(pattern: Pattern, groups: ReadonlyMap<string, Pattern>): Automaton | null {
  const chars: string[] = [];
  const edges: Map<number, number>[] = [];
  const copying = new Set<string>();

  const join = (from: readonly number[], to: readonly number[]): void => {
    for (const a of from) for (const b of to) edges[a]?.set(b, (edges[a].get(b) ?? 0) + 1);
  };
  const nothing = (): Part => ({ nullable: true, first: [], last: [] });
  const cat = (parts: (() => Part)[]): Part => {
    let all = nothing();
    for (const make of parts) {
      const next = make();
      join(all.last, next.first);
      all = {
        nullable: all.nullable && next.nullable,
        first: all.nullable ? [...all.first, ...next.first] : all.first,
        last: next.nullable ? [...all.last, ...next.last] : next.last,
      };
    }
    return all;
  };
  const loop = (body: Pattern): Part => {
    const part = walk(body);
    join(part.last, part.first);
    return { ...part, nullable: true };
  };
  const optional = (body: Pattern, times: number): Part =>
    times === 0 ? nothing() : { ...cat([() => walk(body), () => optional(body, times - 1)]), nullable: true };
  const walk = (p: Pattern): Part => {
    if (chars.length > MOST_STATES) return nothing();
    switch (p.kind) {
      case "char": {
        const state = chars.push(p.source) - 1;
        edges.push(new Map());
        return { nullable: false, first: [state], last: [state] };
      }
      case "cat":
        return cat(p.parts.map((part) => () => walk(part)));
      case "alt": {
        const parts = p.parts.map(walk);
        return { nullable: parts.some((x) => x.nullable), first: parts.flatMap((x) => x.first), last: parts.flatMap((x) => x.last) };
      }
      case "group":
        return walk(p.body);
      case "look":
      case "assertion":
        return nothing();
      case "reference": {
        const body = groups.get(p.to);
        if (!body || copying.has(p.to)) return nothing();
        copying.add(p.to);
        const part = walk(body);
        copying.delete(p.to);
        return { ...part, nullable: true };
      }
      case "repeat": {
        const { body, min, max } = p;
        if (min === 1 && max === Infinity) {
          const part = walk(body);
          join(part.last, part.first);
          return part;
        }
        const fixed = Array.from({ length: Math.min(min, max === min ? LONGEST_COUNT : LONGEST_RANGE) }, () => () => walk(body));
        const rest = max - min > LONGEST_RANGE ? () => loop(body) : () => optional(body, max - min);
        return cat([...fixed, rest]);
      }
    }
  };
  walk(pattern);
  return chars.length > MOST_STATES ? null : { chars, edges };
}
