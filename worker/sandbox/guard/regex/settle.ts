/**
 * An engine backtracks only when something later fails. A repetition whose remainder cannot
 * fail, like the one of `"(?:[^"]+|\\.)*"?`, keeps the first way it finds, however many
 * there are: it is as harmless as one pass through its body.
 * @module
 */
import type { Pattern } from "./parse.ts";

/** The pattern without the repetitions that are never tried again. Its end is a success. */
export function settle(p: Pattern): Pattern {
  switch (p.kind) {
    case "group":
      return { ...p, body: settle(p.body) };
    case "alt":
      return { ...p, parts: p.parts.map(settle) };
    case "cat": {
      const parts = [...p.parts];
      for (let i = parts.length - 1; i >= 0; i--) {
        const part = parts[i];
        if (!part) break;
        parts[i] = settle(part);
        if (!cannotFail(part)) break;
      }
      return { ...p, parts };
    }
    case "repeat": {
      const once = settle(p.body);
      return p.min < 2 ? once : { kind: "cat", parts: [{ ...p, min: p.min - 1, max: p.min - 1 }, once] };
    }
    default:
      return p;
  }
}

function cannotFail(p: Pattern): boolean {
  switch (p.kind) {
    case "group":
      return cannotFail(p.body);
    case "repeat":
      return p.min === 0 || cannotFail(p.body);
    case "alt":
      return p.parts.some(cannotFail);
    case "cat":
      return p.parts.every(cannotFail);
    default:
      return false;
  }
}
