/**
 * Whether a backtracking engine can need exponential time: whether one string leads from
 * some state back to itself in two ways (Weber and Seidl, "On the degree of ambiguity of
 * finite automata": the criterion EDA). Patterns that merely look nested, such as
 * `([a-z]+\.)+`, are not ambiguous and pass.
 * @module
 */
import type { Automaton } from "./automaton.ts";

const MOST_STEPS = 20_000_000;

/**
 * @param overlap whether some character is matched by both of two source texts
 * @returns true also when finding out would take too long
 */
export function isExponential({ chars, edges }: Automaton, overlap: (a: string, b: string) => boolean): boolean {
  const component = components(edges);
  const inside = edges.map((to, from) => [...to].filter(([state]) => component[state] === component[from]));
  // The same edge in two ways, on a cycle.
  if (inside.some((to) => to.some(([, ways]) => ways > 1))) return true;

  const members = new Map<number, number[]>();
  component.forEach((c, state) => members.set(c, [...(members.get(c) ?? []), state]));
  const next = inside.map((to) => to.map(([state]) => state));
  const previous: number[][] = next.map(() => []);
  next.forEach((to, from) => to.forEach((state) => previous[state]?.push(from)));

  let steps = 0;
  const size = chars.length;
  const agree = (a: number, b: number): boolean => overlap(chars[a] ?? "", chars[b] ?? "");
  /** Pairs of states reachable in step from a pair of equals. */
  const reach = (start: readonly number[], along: readonly number[][], matchTarget: boolean): Set<number> => {
    const seen = new Set(start.map((s) => s * size + s));
    for (const pair of seen) {
      const p = Math.floor(pair / size);
      const q = pair % size;
      if (!matchTarget && p !== q && !agree(p, q)) continue;
      for (const a of along[p] ?? []) {
        for (const b of along[q] ?? []) {
          if (++steps > MOST_STEPS) return seen;
          const to = a * size + b;
          if (!seen.has(to) && (a === b || agree(a, b))) seen.add(to);
        }
      }
    }
    return seen;
  };
  for (const states of members.values()) {
    if (states.length < 2) continue;
    const forth = reach(states, next, true);
    const back = reach(states, previous, false);
    for (const pair of forth) if (Math.floor(pair / size) !== pair % size && back.has(pair)) return true;
    if (steps > MOST_STEPS) return true;
  }
  return false;
}

/** Strongly connected components (Kosaraju, without recursion): a number for each state. */
function components(edges: readonly Map<number, number>[]): number[] {
  const order: number[] = [];
  const seen = new Set<number>();
  edges.forEach((_, root) => {
    const stack: [number, number[]][] = [];
    const enter = (state: number): void => {
      seen.add(state);
      stack.push([state, [...(edges[state]?.keys() ?? [])]]);
    };
    if (!seen.has(root)) enter(root);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const to = top[1].pop();
      if (to === undefined) {
        order.push(top[0]);
        stack.pop();
      } else if (!seen.has(to)) enter(to);
    }
  });
  const reverse: number[][] = edges.map(() => []);
  edges.forEach((to, from) => [...to.keys()].forEach((state) => reverse[state]?.push(from)));
  const component: number[] = edges.map(() => -1);
  for (const root of order.reverse()) {
    const stack = component[root] === -1 ? [root] : [];
    for (let state = stack.pop(); state !== undefined; state = stack.pop()) {
      if (component[state] !== -1) continue;
      component[state] = root;
      stack.push(...(reverse[state] ?? []).filter((s) => component[s] === -1));
    }
  }
  return component;
}
