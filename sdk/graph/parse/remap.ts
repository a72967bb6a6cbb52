/**
 * Copies of trees whose places are elsewhere.
 * @module
 */
import type { Range } from "../value.ts";

/** A deep copy, every place of it moved. */
export function remapped<T>(tree: T, place: (at: number) => number): T {
  return copy(tree, place) as T;
}

function copy(value: unknown, place: (at: number) => number): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => (typeof one === "object" && one !== null ? copy(one, place) : one));
  const made: Record<string, unknown> = { ...value };
  if (typeof made["start"] === "number") made["start"] = place(made["start"]);
  if (typeof made["end"] === "number") made["end"] = place(made["end"]);
  for (const key in made) {
    const one = made[key];
    if (typeof one === "object" && one !== null) made[key] = copy(one, place);
  }
  return made;
}

/** A text with ranges of it replaced, and its places in the whole. */
export function without(source: string, cuts: readonly Range[], placeholder: string): { text: string; place: (at: number) => number } {
  let text = "";
  let at = 0;
  const starts: number[] = [0];
  const shifts: number[] = [0];
  for (const { start, end } of cuts) {
    text += source.slice(at, start) + placeholder;
    at = end;
    starts.push(text.length);
    shifts.push(end - text.length);
  }
  text += source.slice(at);
  return {
    text,
    place(position) {
      let low = 0;
      let high = starts.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((starts[middle] ?? 0) <= position) low = middle + 1;
        else high = middle;
      }
      return position + (shifts[low - 1] ?? 0);
    },
  };
}
