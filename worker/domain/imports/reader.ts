/**
 * Rows of a CSV file from any place between two rows, a piece of the file at a time: however
 * long it is, one piece is held. The parser is Papa Parse (decision 0017).
 * @module
 */
import Papa from "papaparse";
import { bytesOf, decode, type KeptEncoding } from "./encoding.ts";

export interface Format {
  encoding: KeptEncoding;
  delimiter: string;
  newline: "\n" | "\r";
}

export interface FileRow {
  cells: string[];
  /** Why it cannot be read. */
  fault: string | null;
}

/** Bytes of the file; fewer at its end. */
export type Source = (offset: number, length: number) => Promise<Uint8Array>;

/** A row has so many bytes at most; what is longer has a quote that nobody closed. */
export const longestRow = 1024 * 1024;
/** Rows together, so that what is written of them fits into one statement. */
const mostBytes = 256 * 1024;

interface Found {
  rows: FileRow[];
  /** Characters of the text that they take. */
  end: number;
}

export interface Part {
  rows: FileRow[];
  /** Where the next row begins; the file's size when there is none. */
  next: number;
}

/**
 * The next rows, at least one unless the file is at its end.
 * @param from where a row begins
 * @param window how many bytes to begin with; what it is changes nothing but how often is read
 */
export async function readRows(source: Source, size: number, format: Format, from: number, most: number, window = 64 * 1024): Promise<Part> {
  if (from >= size) return { rows: [], next: size };
  for (let length = Math.min(window, longestRow); ; length = Math.min(length * 4, longestRow)) {
    const bytes = await source(from, Math.min(length, size - from));
    if (bytes.length === 0) throw new Error(`the file ends before its byte ${from}`);
    const last = from + bytes.length >= size;
    const text = decode(bytes, format.encoding, last);
    const { rows, end } = parse(text, format, most, last);
    if (rows.length > 0) return { rows, next: last && end >= text.length ? size : from + bytesOf(text.slice(0, end), format.encoding) };
    if (!last && length < longestRow) continue;
    // Nothing ends here: a quote is open. Its line is given up, and what follows is read.
    const cells = text.slice(0, 2000).split(format.newline, 1)[0]?.trimEnd().split(format.delimiter) ?? [];
    return { rows: [{ cells, fault: `a quote is opened and not closed within ${longestRow / 1024} KiB` }], next: await afterLine(source, size, format, from) };
  }
}

function parse(text: string, { delimiter, newline }: Format, most: number, last: boolean): Found {
  const found: Found = { rows: [], end: 0 };
  const parser: Papa.Parser = new Papa.Parser({
    delimiter,
    newline,
    quoteChar: '"',
    step({ data, errors, meta }: Papa.ParseStepResult<unknown>) {
      const [cells] = data as string[][];
      const codes = errors.map(({ code }) => code);
      // The rest of the file is one value: a quote is open.
      if (!cells || codes.includes("MissingQuotes")) return parser.abort();
      found.rows.push(rowOf(cells, newline, codes.includes("InvalidQuotes")));
      found.end = meta.cursor;
      if (found.rows.length >= most || found.end >= mostBytes) parser.abort();
    },
  } as Papa.ParseConfig);
  parser.parse(text, 0, !last);
  return found;
}

function rowOf(cells: string[], newline: string, odd: boolean): FileRow {
  const final = cells.length - 1;
  // Some lines may end with both characters.
  if (newline === "\n" && cells[final]?.endsWith("\r")) cells[final] = cells[final].slice(0, -1);
  const fault = odd && cells.some((cell) => cell.includes(newline)) ? "quotes inside of a quoted value have to be doubled" : null;
  return { cells, fault };
}

/** Where the line after this one begins, whatever is in between. */
async function afterLine(source: Source, size: number, { newline }: Format, from: number): Promise<number> {
  for (let at = from; at < size; at += longestRow) {
    const found = (await source(at, Math.min(longestRow, size - at))).indexOf(newline.charCodeAt(0));
    if (found >= 0) return at + found + 1;
  }
  return size;
}

export const isBlank = ({ cells, fault }: FileRow): boolean => fault === null && cells.every((cell) => cell.trim() === "");
