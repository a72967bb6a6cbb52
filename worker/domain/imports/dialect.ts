/**
 * What a file looks like: how its values are parted, and whether its first row says what they are.
 * @module
 */
import Papa from "papaparse";

export const delimiters = [",", ";", "\t", "|"] as const;

export interface Dialect {
  delimiter: string;
  newline: "\n" | "\r";
  hasHeader: boolean;
}

const looksLikeValue = /@|^https?:|^[\d\s.,+\-/():%R$€£]+$/;

/** A header's titles are words, each another. */
function isHeader(cells: readonly string[]): boolean {
  const titles = cells.map((cell) => cell.trim().toLowerCase());
  return titles.some((title) => title !== "") && new Set(titles).size === titles.length && !titles.some((title) => looksLikeValue.test(title));
}

/** @param text the beginning of the file */
export function dialectOf(text: string): Dialect {
  const newline = text.includes("\n") ? "\n" : text.includes("\r") ? "\r" : "\n";
  const { data, meta } = Papa.parse<string[]>(text, { delimitersToGuess: [...delimiters], newline, preview: 50, skipEmptyLines: "greedy" });
  const [first = []] = data;
  return { delimiter: meta.delimiter, newline, hasHeader: isHeader(first) };
}
