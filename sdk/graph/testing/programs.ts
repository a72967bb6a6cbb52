/**
 * Workflow sources as people write them, for properties: of every construct, in any indentation,
 * with comments in all places, with and without semicolons and braces. They parse, and every
 * name in them is declared.
 * @module
 */
import fc from "fast-check";
import { type Item, items } from "./program-items.ts";
import { printProgram, type Style } from "./program-print.ts";

export const styles: fc.Arbitrary<Style> = fc.record({
  unit: fc.constantFrom("  ", "    ", "\t"),
  eol: fc.constantFrom("\n", "\r\n"),
  quote: fc.constantFrom('"' as const, "'" as const),
  semicolons: fc.boolean(),
  trailingComma: fc.boolean(),
  form: fc.constantFrom("destructured" as const, "context" as const, "function" as const, "class" as const, "named" as const),
  elseOnOwnLine: fc.boolean(),
  compact: fc.boolean(),
  tail: fc.constantFrom("", "\n", "\n\n// the end\n"),
});

/**
 * @param least statements of the body, at the least
 * @example `fc.assert(fc.property(programs(), (source) => parseSource(source).errors.length === 0))`
 */
export function programs({ depth = 3, size = 6, least = 0 }: { depth?: number; size?: number; least?: number } = {}): fc.Arbitrary<string> {
  return fc.tuple(styles, items(depth, size, least)).map(([style, body]: [Style, Item[]]) => printProgram(style, body));
}
