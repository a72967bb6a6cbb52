/**
 * Where in the TypeScript a place in the bundle comes from: a reader of source maps
 * (version 3, https://tc39.es/ecma426/), as much of one as that takes.
 * @module
 */
import type { SourceMap } from "../../schema/manifest.ts";

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** One base64 VLQ group: numbers, each the difference to the last of its kind. */
function decodeGroup(text: string): number[] {
  const numbers: number[] = [];
  let value = 0;
  let shift = 0;
  for (const character of text) {
    const digit = digits.indexOf(character);
    value += (digit & 31) << shift;
    shift += 5;
    if (digit & 32) continue;
    numbers.push(value & 1 ? -(value >> 1) : value >> 1);
    value = 0;
    shift = 0;
  }
  return numbers;
}

export interface Position {
  file: string;
  /** From 1. */
  line: number;
  /** From 1. */
  column: number;
}

/** The place that made `line:column` (both from 1) of the bundle, or null. */
export function originalPosition(map: SourceMap, line: number, column: number): Position | null {
  let source = 0;
  let sourceLine = 0;
  let sourceColumn = 0;
  const lines = map.mappings.split(";");
  for (let index = 0; index < lines.length && index < line; index++) {
    let generated = 0;
    let found: Position | null = null;
    for (const group of lines[index]?.split(",") ?? []) {
      const [column0 = 0, sourceStep, lineStep = 0, columnStep = 0] = decodeGroup(group);
      generated += column0;
      if (sourceStep === undefined) continue;
      source += sourceStep;
      sourceLine += lineStep;
      sourceColumn += columnStep;
      if (index === line - 1 && generated <= column - 1) found = { file: map.sources[source] ?? "", line: sourceLine + 1, column: sourceColumn + 1 };
    }
    if (index === line - 1) return found;
  }
  return null;
}

/** Replaces every `bundle:line:column` in a text by the place in the TypeScript. */
export function toOriginal(text: string, bundleName: string, map: SourceMap): string {
  const pattern = new RegExp(`(?:[\\w:/.-]*/)?${bundleName.replaceAll(".", "\\.")}:(\\d+)(?::(\\d+))?`, "g");
  return text.replace(pattern, (whole, line: string, column: string | undefined) => {
    const position = originalPosition(map, Number(line), column === undefined ? Number.MAX_SAFE_INTEGER : Number(column));
    if (!position) return whole;
    return `${position.file}:${position.line}${column === undefined ? "" : `:${position.column}`}`;
  });
}
