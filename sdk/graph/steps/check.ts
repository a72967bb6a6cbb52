/**
 * Params of actions, checked before they are written as code: places `{{…}}` fit everywhere.
 * @module
 */
import { z } from "zod";

const place = /\{\{[\s\S]*?\}\}/;

function hasPlaces(json: unknown): boolean {
  if (typeof json === "string") return place.test(json);
  return typeof json === "object" && json !== null && Object.values(json).some(hasPlaces);
}

/** What is wrong, each with where it is. */
export function faultsOf(schema: z.ZodType, json: unknown, path = ""): string[] {
  const bare = unwrapped(schema);
  if (bare instanceof z.ZodObject && typeof json === "object" && json !== null && !Array.isArray(json)) return objectFaults(bare, json as Record<string, unknown>, path);
  if (hasPlaces(json)) return [];
  const parsed = schema.safeParse(json);
  return parsed.success ? [] : [`${path === "" ? "" : `${path}: `}${parsed.error.issues[0]?.message ?? "not accepted"}`];
}

function objectFaults(schema: z.ZodObject, json: Record<string, unknown>, path: string): string[] {
  const shape = schema.shape as Record<string, z.ZodType>;
  const at = (key: string): string => (path === "" ? key : `${path}.${key}`);
  const strict = schema.def.catchall instanceof z.ZodNever;
  const faults = Object.entries(json).flatMap(([key, value]): string[] => {
    const field = Object.hasOwn(shape, key) ? shape[key] : undefined;
    if (!field) return strict ? [`there is no ${at(key)}; there are ${Object.keys(shape).join(", ")}`] : [];
    return value === undefined ? [] : faultsOf(field, value, at(key));
  });
  const missing = Object.entries(shape).flatMap(([key, field]) => (json[key] === undefined && !field.safeParse(undefined).success ? [`${at(key)} is missing`] : []));
  if (faults.length > 0 || missing.length > 0 || hasPlaces(json)) return [...faults, ...missing];
  // What holds between fields.
  const whole = schema.safeParse(json);
  return whole.success ? [] : [whole.error.issues[0]?.message ?? "not accepted"];
}

function unwrapped(schema: z.ZodType): z.ZodType {
  let at: unknown = schema;
  while (at instanceof z.ZodOptional || at instanceof z.ZodNullable || at instanceof z.ZodDefault) at = at.unwrap();
  return at as z.ZodType;
}
