/**
 * Values as strings: everything structured clone carries, in a form a database keeps and
 * a person can read. The first character names the form:
 * `j` plain JSON (the usual, fast case), `d` devalue, `r` a reference to a spilled value.
 * @module
 */
import * as devalue from "devalue";
import { type Json, present, type Room, roomToShow } from "./present.ts";

/** A value or stream too large for the journal, kept as an object of its own. */
export interface Spilled {
  key: string;
  bytes: number;
  /** `value`: an encoded string; `stream`: raw bytes to hand back as a ReadableStream. */
  form: "value" | "stream";
}

const errorTypes = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

const reducers = {
  Error: (value: unknown) => value instanceof Error && [value.name, value.message, value.stack ?? "", value.cause],
};
const revivers = {
  Error: ([name, message, stack, cause]: [string, string, string, unknown]) => {
    const Type = name in errorTypes ? errorTypes[name as keyof typeof errorTypes] : Error;
    const error = cause === undefined ? new Type(message) : new Type(message, { cause });
    if (error.name !== name) Object.defineProperty(error, "name", { value: name, configurable: true, writable: true });
    Object.defineProperty(error, "stack", { value: stack, configurable: true, writable: true });
    return error;
  },
};

/** Thrown for values no journal can hold: functions, symbols, class instances with methods, … */
export class UnserializableError extends Error {
  override readonly name = "UnserializableError";
}

/**
 * More lists and objects than fit into a value: looking at a part in each place where it is
 * shared could go on for ever, while devalue writes it once.
 */
const mostParts = 9_000_000;
let parts = 0;

/** True when JSON.parse(JSON.stringify(value)) is the same value. */
function isPlain(value: unknown): boolean {
  parts = 0;
  return isPlainPart(value, 0);
}

function isPlainPart(value: unknown, depth: number): boolean {
  if (value === null) return true;
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0);
    case "object": {
      if (depth > 32 || ++parts > mostParts) return false;
      if (Array.isArray(value)) {
        for (let index = 0; index < value.length; index++) if (!(index in value) || !isPlainPart(value[index], depth + 1)) return false;
        return true;
      }
      if (Object.getPrototypeOf(value) !== Object.prototype || "toJSON" in value || Object.hasOwn(value, "__proto__")) return false;
      for (const key of Object.keys(value)) if (!isPlainPart((value as Record<string, unknown>)[key], depth + 1)) return false;
      return true;
    }
    default:
      return false;
  }
}

/** @throws UnserializableError naming the path of the first thing that has no form. */
export function encode(value: unknown): string {
  if (isPlain(value)) return `j${JSON.stringify(value)}`;
  try {
    return `d${wellFormed(devalue.stringify(value, reducers))}`;
  } catch (error) {
    const path = error instanceof devalue.DevalueError && error.path ? ` at ${error.path}` : "";
    throw new UnserializableError(`${error instanceof Error ? error.message : String(error)}${path}. Return plain data: objects, arrays, Date, Map, Set, typed arrays, BigInt, Error.`);
  }
}

/** A value's text and the copy that decoding it gives. */
export interface Kept {
  output: string;
  value: unknown;
}

/** `encode` and `decode` in one, for what is written and used at once. */
export function keep(value: unknown): Kept {
  if (!isPlain(value)) {
    const output = encode(value);
    return { output, value: decode(output) };
  }
  const json = JSON.stringify(value);
  return { output: `j${json}`, value: typeof value === "object" ? JSON.parse(json) : value };
}

/** Lone surrogates escaped, as JSON.stringify does: no database keeps them. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, (half) => `\\u${half.charCodeAt(0).toString(16)}`);
}

export function encodeSpilled(spilled: Spilled): string {
  return `r${JSON.stringify(spilled)}`;
}

export function spilledIn(text: string): Spilled | null {
  return text.startsWith("r") ? (JSON.parse(text.slice(1)) as Spilled) : null;
}

/** The inverse of {@link encode}; a spilled value must be fetched first. */
export function decode(text: string): unknown {
  const body = text.slice(1);
  switch (text[0]) {
    case "j":
      return JSON.parse(body);
    case "d":
      return devalue.parse(body, revivers);
    default:
      throw new UnserializableError(`a stored value begins with ${JSON.stringify(text[0])}, which no codec of this version reads`);
  }
}

/** The value as JSON shows it: dates as ISO strings, maps as objects or pairs, bytes as base64, … */
export function toJson(text: string | null, room: Room = roomToShow()): Json {
  if (text === null) return null;
  if (text.startsWith("j")) return JSON.parse(text.slice(1)) as Json;
  const spilled = spilledIn(text);
  if (spilled) return { $spilled: spilled.form, bytes: spilled.bytes };
  return present(decode(text), text.length, room);
}
