/**
 * Paths into values, as code: what is known of their shape decides where `?.` is needed.
 * @module
 */
import { z } from "zod";

/** A value that code can name. */
export interface Source {
  text: string;
  /** Null: anything. */
  schema: z.ZodType | null;
  /** It may be null or undefined. */
  maybe: boolean;
}

export interface Access extends Source {
  /** A field that its schema does not have. */
  unknown: string | null;
}

/** Without what makes it optional. */
export function bareSchema(schema: z.ZodType | null): { schema: z.ZodType | null; maybe: boolean } {
  let at: unknown = schema;
  let maybe = false;
  for (;;) {
    if (at instanceof z.ZodOptional || at instanceof z.ZodNullable) {
      maybe = true;
      at = at.unwrap();
    } else if (at instanceof z.ZodDefault || at instanceof z.ZodReadonly) at = at.unwrap();
    else if (at instanceof z.ZodPipe) at = at.out;
    else break;
  }
  const known = at instanceof z.ZodObject || at instanceof z.ZodArray || at instanceof z.ZodString || at instanceof z.ZodStringFormat || at instanceof z.ZodNumber || at instanceof z.ZodBoolean || at instanceof z.ZodEnum || at instanceof z.ZodLiteral;
  return { schema: known ? (at as z.ZodType) : null, maybe: maybe || (at instanceof z.ZodType && !known) };
}

/** @param sure texts that are known not to be null here, without `?` */
export function access(from: Source, path: readonly string[], sure: ReadonlySet<string>): Access {
  let at: Access = { ...from, unknown: null };
  for (const [index, key] of path.entries()) {
    const { schema } = bareSchema(at.schema);
    const dot = at.maybe && !sure.has(plain(at.text)) ? "?." : "";
    const name = /^[A-Za-z_$][\w$]*$/.test(key) ? `${dot || "."}${key}` : `${dot}[${/^\d+$/.test(key) ? key : JSON.stringify(key)}]`;
    const next = fieldOf(schema, key);
    // Of what nothing is known, the first name is taken to be there.
    at = { text: at.text + name, schema: next.schema, maybe: next.known ? next.maybe || dot !== "" : index >= 0, unknown: at.unknown ?? (next.missing ? key : null) };
  }
  return at;
}

function fieldOf(schema: z.ZodType | null, key: string): { schema: z.ZodType | null; maybe: boolean; known: boolean; missing: boolean } {
  if (schema instanceof z.ZodObject) {
    const shape = schema.shape as Record<string, z.ZodType>;
    const found = Object.hasOwn(shape, key) ? shape[key] : undefined;
    if (!found) return { schema: null, maybe: true, known: false, missing: true };
    return { ...bareSchema(found), known: true, missing: false };
  }
  if (schema instanceof z.ZodArray && key === "length") return { schema: z.number(), maybe: false, known: true, missing: false };
  if (schema instanceof z.ZodArray) return { schema: bareSchema(schema.element as z.ZodType).schema, maybe: true, known: true, missing: false };
  return { schema: null, maybe: true, known: false, missing: schema !== null };
}

/** What a list holds. */
export function elementOf(schema: z.ZodType | null): z.ZodType | null {
  const { schema: bare } = bareSchema(schema);
  return bare instanceof z.ZodArray ? (bare.element as z.ZodType) : null;
}

export const plain = (text: string): string => text.replaceAll("?.", ".").replaceAll(".[", "[");

/** A text and all that it is reached through: `a.b.c` → `a`, `a.b`, `a.b.c`. */
export function* reachedThrough(text: string): Generator<string> {
  const whole = plain(text);
  for (let index = 0; index <= whole.length; index++) if (index === whole.length || whole[index] === "." || whole[index] === "[") yield whole.slice(0, index);
}
