/** Where a page ended, as text that callers hand back without reading it. */
import { z } from "zod";

const position = z.tuple([z.number().int(), z.string().min(1).max(64)]);

/** Thrown for text that {@link encodeCursor} did not make. */
export class BadCursorError extends Error {
  override readonly name = "BadCursorError";
  constructor() {
    super("the cursor is not one that a list gave: pass next_cursor of the page before, unchanged");
  }
}

export function encodeCursor(createdAt: number, id: string): string {
  return btoa(JSON.stringify([createdAt, id])).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @throws BadCursorError */
export function decodeCursor(cursor: string): [createdAt: number, id: string] {
  try {
    return position.parse(JSON.parse(atob(cursor.replaceAll("-", "+").replaceAll("_", "/"))));
  } catch {
    throw new BadCursorError();
  }
}
