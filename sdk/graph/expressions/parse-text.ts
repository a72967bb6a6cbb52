/**
 * Expressions as syntax trees.
 * @module
 */
import { parseExpression } from "@babel/parser";
import type { Node } from "@babel/types";

/** The syntax tree of one expression, or why it is none. */
export function parseText(text: string): { ok: true; node: Node } | { ok: false; message: string; start: number } {
  try {
    return { ok: true, node: parseExpression(text, { sourceType: "module", plugins: ["typescript"], allowAwaitOutsideFunction: true }) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { pos } = error as Error & { pos?: number };
    return { ok: false, message: error instanceof RangeError ? "This is nested too deeply." : error.message.replace(/ \(\d+:\d+\)$/, ""), start: Math.min(pos ?? 0, text.length) };
  }
}
