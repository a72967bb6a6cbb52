/**
 * Schemas as JSON Schema, made once each.
 * @module
 */
import { z } from "zod";

/** As much of JSON Schema as zod writes and pickers read. */
export interface JsonSchema {
  type?: string | readonly string[];
  title?: string | undefined;
  description?: string | undefined;
  enum?: readonly unknown[];
  const?: unknown;
  properties?: Readonly<Record<string, JsonSchema>>;
  required?: readonly string[];
  items?: JsonSchema | boolean;
  anyOf?: readonly JsonSchema[];
  oneOf?: readonly JsonSchema[];
  $ref?: string;
}

const made = new WeakMap<z.ZodType, JsonSchema>();

/** Of what comes out. */
export function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  const known = made.get(schema);
  if (known) return known;
  const one = z.toJSONSchema(schema, { io: "output", unrepresentable: "any" }) as JsonSchema;
  made.set(schema, one);
  return one;
}
