/**
 * Changes of a text, what becomes of places in it, and the way back.
 * @module
 */
import { Refused, type TextChange } from "./result.ts";

/** A part of the old text that a change carries along: `from` in the old text, `to` in the change's. */
export interface Kept {
  from: number;
  length: number;
  to: number;
}

export interface Change extends TextChange {
  kept?: Kept[];
  /** Where in its text the node begins that the operation makes. */
  mark?: number;
}

/** The text with the changes made; they are sorted and do not overlap. */
export function applyChanges(source: string, changes: readonly TextChange[]): string {
  let text = "";
  let at = 0;
  for (const change of changes) {
    text += source.slice(at, change.start) + change.text;
    at = change.end;
  }
  return text + source.slice(at);
}

/** Changes of the new text that bring the old one back, byte for byte. */
export function invertChanges(source: string, changes: readonly TextChange[]): TextChange[] {
  let shift = 0;
  return changes.map(({ start, end, text }) => {
    const at = start + shift;
    shift += text.length - (end - start);
    return { start: at, end: at + text.length, text: source.slice(start, end) };
  });
}

/** In the order of the text; what touches is one change. @throws Refused where two overlap */
export function tidy(changes: readonly Change[]): Change[] {
  const sorted = changes.filter(({ start, end, text }) => end > start || text !== "").map((change, index) => ({ change, index }));
  sorted.sort((a, b) => a.change.start - b.change.start || a.change.end - b.change.end || a.index - b.index);
  const tidied: Change[] = [];
  for (const { change } of sorted) {
    const last = tidied.at(-1);
    if (last && change.start < last.end) throw new Refused("conflict", "The parts of this change overlap: make it in two.");
    if (!last || last.end < change.start) tidied.push({ ...change });
    else {
      last.kept = [...(last.kept ?? []), ...(change.kept ?? []).map((one) => ({ ...one, to: one.to + last.text.length }))];
      if (change.mark !== undefined) last.mark = change.mark + last.text.length;
      last.text += change.text;
      last.end = change.end;
    }
  }
  return tidied;
}

/** Where a place of the old text is in the new; null when it is gone. */
export function mapping(changes: readonly Change[]): (at: number) => number | null {
  const starts: number[] = [];
  const shifts: number[] = [0];
  const carried: { from: number; end: number; to: number }[] = [];
  for (const { start, end, text, kept = [] } of changes) {
    const shift = shifts.at(-1) ?? 0;
    for (const one of kept) carried.push({ from: one.from, end: one.from + one.length, to: start + shift + one.to });
    starts.push(start);
    shifts.push(shift + text.length - (end - start));
  }
  return (at) => {
    for (const { from, end, to } of carried) if (at >= from && at < end) return to + at - from;
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    const change = changes[low - 1];
    return change && at < change.end ? null : at + (shifts[low] ?? 0);
  };
}
