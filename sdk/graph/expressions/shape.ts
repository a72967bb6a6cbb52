/**
 * What a value looks like, as far as it can be told without a compiler.
 * @module
 */
import type { JsonSchema } from "../../schema/json-schema.ts";

export type ShapeType = "string" | "number" | "boolean" | "null" | "date" | "object" | "array" | "unknown";

export interface Shape {
  type: ShapeType;
  title: string | null;
  /** It may be null or undefined. */
  nullable: boolean;
  /** The values there are to choose from. */
  options: readonly (string | number | boolean)[] | null;
  /** Of an object, as far as they are known. */
  fields: Readonly<Record<string, Shape>> | null;
  /** It may have more fields than these. */
  open?: boolean;
  /** Of an array. */
  items: Shape | null;
}

export const shape = (type: ShapeType, more: Partial<Shape> = {}): Shape => ({ type, title: null, nullable: false, options: null, fields: null, items: null, ...more });
export const unknownShape: Shape = shape("unknown");
export const objectShape = (fields: Record<string, Shape>, title: string | null = null): Shape => shape("object", { fields, title });
export const arrayShape = (items: Shape): Shape => shape("array", { items });
export const orNull = (one: Shape): Shape => (one.nullable ? one : { ...one, nullable: true });
export const titled = (one: Shape, title: string | null): Shape => (title === null || one.title !== null ? one : { ...one, title });

const types: Readonly<Record<string, ShapeType>> = { string: "string", number: "number", integer: "number", boolean: "boolean", null: "null", object: "object", array: "array" };
const isChoice = (value: unknown): value is string | number | boolean => typeof value === "string" || typeof value === "number" || typeof value === "boolean";

export function shapeOfSchema(schema: JsonSchema): Shape {
  const title = schema.title ?? schema.description ?? null;
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants) return titled(either(variants.map(shapeOfSchema)), title);
  if (schema.const !== undefined) return titled(isChoice(schema.const) ? shape(typeof schema.const as ShapeType, { options: [schema.const] }) : shape("null", { nullable: true }), title);
  if (schema.enum) {
    const options = schema.enum.filter(isChoice);
    return shape(types[typeof options[0]] ?? "unknown", { title, options, nullable: schema.enum.includes(null) });
  }
  if (typeof schema.type === "object") return titled(either(schema.type.map((type) => shapeOfSchema({ ...schema, title: undefined, description: undefined, type }))), title);
  const type = schema.type === undefined ? "unknown" : (types[schema.type] ?? "unknown");
  if (type === "array") return shape(type, { title, items: typeof schema.items === "object" ? shapeOfSchema(schema.items) : unknownShape });
  if (type !== "object") return shape(type, { title, nullable: type === "null" });
  const required = new Set(schema.required);
  const fields = Object.entries(schema.properties ?? {}).map(([name, one]) => [name, required.has(name) ? shapeOfSchema(one) : orNull(shapeOfSchema(one))] as const);
  return shape(type, { title, fields: fields.length > 0 ? Object.fromEntries(fields) : null });
}

/** One of several: what they have in common. */
export function either(all: readonly Shape[]): Shape {
  const some = all.filter(({ type }) => type !== "null");
  const [first, ...rest] = some;
  if (!first) return shape("null", { nullable: true });
  const nullable = some.length < all.length || some.some((one) => one.nullable);
  if (rest.length === 0) return { ...first, nullable };
  if (rest.some(({ type }) => type !== first.type)) return shape("unknown", { nullable });
  const fields = first.fields && rest.every((one) => one.fields) ? common(some.map((one) => one.fields ?? {})) : null;
  const options = some.every((one) => one.options) ? [...new Set(some.flatMap((one) => one.options ?? []))] : null;
  return { ...first, title: rest.every(({ title }) => title === first.title) ? first.title : null, nullable, options, fields, items: first.items && rest.every((one) => one.items) ? either(some.flatMap((one) => one.items ?? [])) : null };
}

function common(all: readonly Readonly<Record<string, Shape>>[]): Record<string, Shape> {
  const [first = {}, ...rest] = all;
  const shared = Object.keys(first).filter((name) => rest.every((one) => Object.hasOwn(one, name)));
  return Object.fromEntries(shared.map((name) => [name, either(all.flatMap((one) => one[name] ?? []))]));
}

/** `"new" | "lost"`, `string | null`, `{ … }`, `number[]` */
export function typeText({ type, options, nullable, items }: Shape): string {
  const base = options && options.length <= 12 ? options.map((one) => JSON.stringify(one)).join(" | ") : type === "object" ? "{ … }" : type === "date" ? "Date" : type === "array" ? listText(items ?? unknownShape) : type;
  return nullable && type !== "null" && type !== "unknown" ? `${base} | null` : base;
}

function listText(items: Shape): string {
  const text = typeText(items);
  return text.includes("|") ? `(${text})[]` : `${text}[]`;
}
