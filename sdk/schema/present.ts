/**
 * Values as JSON shows them: dates as ISO strings, maps as objects or pairs, bytes as base64.
 * What is shown has a bound, since a short text can stand for a value without end: parts that
 * are shared are written out wherever they occur, and a list may be all holes.
 * @module
 */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Parts and characters that values shown together may have beyond twice their texts. */
export interface Room {
  left: number;
}
const cut = "[the rest is not shown]";

export function roomToShow(): Room {
  return { left: 1_000_000 };
}

/** @param characters of the text that the value was read from */
export function present(value: unknown, characters: number, room: Room): Json {
  const presentation = new Presentation(2 * characters + room.left);
  const json = presentation.show(value);
  room.left = Math.max(0, Math.min(room.left, presentation.left));
  return json;
}

class Presentation {
  left: number;
  readonly #seen = new Set<object>();

  constructor(left: number) {
    this.left = left;
  }

  show(value: unknown): Json {
    if (--this.left <= 0) return cut;
    if (value === null || value === undefined) return null;
    if (typeof value === "bigint" || typeof value === "string") return this.#text(String(value));
    if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
    if (typeof value === "boolean") return value;
    if (typeof value !== "object") return String(value);
    if (this.#seen.has(value)) return "[circular]";
    this.#seen.add(value);
    try {
      return this.#object(value);
    } finally {
      this.#seen.delete(value);
    }
  }

  #object(value: object): Json {
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
    if (value instanceof Error) return { name: this.#text(value.name), message: this.#text(value.message) };
    if (value instanceof RegExp || value instanceof URL) return this.#text(String(value));
    if (Array.isArray(value)) return this.#list(value);
    if (value instanceof Set) return this.#list([...value]);
    if (value instanceof Map) {
      const entries = [...value];
      return entries.every(([key]) => typeof key === "string") ? this.#record(entries as Array<[string, unknown]>) : this.#list(entries);
    }
    if (value instanceof ArrayBuffer) return this.#bytes(new Uint8Array(value));
    if (ArrayBuffer.isView(value)) return this.#bytes(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    return this.#record(Object.entries(value));
  }

  #text(text: string): string {
    this.left -= text.length;
    return text;
  }

  #list(items: unknown[]): Json[] {
    const shown: Json[] = [];
    for (let index = 0; index < items.length && shown.at(-1) !== cut; index++) shown.push(this.show(items[index]));
    return shown;
  }

  #record(entries: Array<[string, unknown]>): Json {
    const shown: Array<[string, Json]> = [];
    for (const [key, item] of entries) {
      shown.push([this.#text(key), this.show(item)]);
      if (this.left <= 0) break;
    }
    return Object.fromEntries(shown);
  }

  #bytes(bytes: Uint8Array): Json {
    this.left -= bytes.length;
    return { $bytes: base64(bytes) };
  }
}

function base64(bytes: Uint8Array): string {
  let text = "";
  for (let index = 0; index < bytes.length; index += 0x8000) text += String.fromCharCode(...bytes.subarray(index, index + 0x8000));
  return btoa(text);
}
