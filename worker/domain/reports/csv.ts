/**
 * The rows of a report as a file.
 * @module
 */
import { csvLine } from "../csv.ts";

/** Names of all cells, of what lies within another as `won.count`; lists are JSON. */
function cellsOf(row: object, before = ""): [string, string][] {
  return Object.entries(row).flatMap(([name, value]: [string, unknown]): [string, string][] => {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return cellsOf(value, `${before}${name}.`);
    return [[before + name, value === null || value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value)]];
  });
}

export function csvFile(name: string, rows: readonly object[]): { type: string; name: string; content: ReadableStream<Uint8Array> } {
  const all = rows.map((row) => new Map(cellsOf(row)));
  const columns = [...new Set(all.flatMap((cells) => [...cells.keys()]))];
  const lines = [csvLine(columns), ...all.map((cells) => csvLine(columns.map((column) => cells.get(column) ?? "")))];
  return { type: "text/csv; charset=utf-8", name: `${name}.csv`, content: new Blob(lines).stream() };
}
