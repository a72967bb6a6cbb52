/**
 * Words of a query and of what is found by them, cut and folded as the full-text index does.
 * @module
 */

/** A stretch of a text, in UTF-16 code units: [from, to). */
export type Range = [from: number, to: number];

export const fold = (text: string): string => text.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase();

const mostWords = 10;

/** Of a query, as they were written: each once, ten at most. */
export function wordsIn(query: string): string[] {
  const words = query.normalize("NFC").split(/[^\p{L}\p{N}\p{M}]+/u);
  return [...new Set(words.filter((word) => fold(word) !== ""))].slice(0, mostWords);
}

interface Token {
  /** Folded. */
  word: string;
  at: Range;
}

export function tokensOf(text: string): Token[] {
  return Array.from(text.matchAll(/[\p{L}\p{N}\p{M}]+/gu), (match) => ({ word: fold(match[0]), at: [match.index, match.index + match[0].length] }));
}

/** Whole words that begin with one of those asked for, which are folded. */
export const rangesIn = (text: string, words: readonly string[]): Range[] => tokensOf(text).flatMap(({ word, at }) => (words.some((one) => word.startsWith(one)) ? [at] : []));

export interface Excerpt {
  text: string;
  /** Of `text`. */
  ranges: Range[];
}

const before = 40;
const longest = 200;

/** The part of a text in which the words stand; null when they do not. The text is as it was written: whoever shows it escapes it. */
export function excerptOf(text: string, words: readonly string[]): Excerpt | null {
  const ranges = rangesIn(text, words);
  const [first] = ranges;
  if (!first) return null;
  const space = text.indexOf(" ", Math.max(0, first[0] - before));
  const from = first[0] <= before ? 0 : space >= 0 && space < first[0] ? space + 1 : first[0];
  const cut = text.slice(from, from + longest).toWellFormed();
  return { text: cut, ranges: ranges.filter(([begin, end]) => begin >= from && end <= from + cut.length).map(([begin, end]) => [begin - from, end - from]) };
}
