import { expect, test } from "vitest";
import { z } from "zod";
import { inputType } from "./input-type.ts";

const typeOf = (schema: z.ZodType): string => inputType(z.toJSONSchema(schema, { io: "input" })).replace(/\s+/g, " ");

test.each<[z.ZodType, string]>([
  [z.object({ name: z.string(), age: z.number().int().optional() }), "{ name: string; age?: number; }"],
  [z.object({ "odd key": z.boolean() }), '{ "odd key": boolean; }'],
  [z.array(z.union([z.string(), z.null()])), "Array<string | null>"],
  [z.enum(["a", "b"]), '"a" | "b"'],
  [z.literal(3), "3"],
  [z.tuple([z.string(), z.number()]), "[string, number]"],
  [z.record(z.string(), z.number()), "Record<string, number>"],
  [z.intersection(z.object({ a: z.string() }), z.object({ b: z.string() })), "{ a: string; b: string; }"],
  [z.unknown(), "unknown"],
])("a schema becomes its TypeScript type (%#)", (schema, type) => expect(typeOf(schema)).toBe(type));

test("a schema that contains itself ends in unknown", () => {
  const tree: z.ZodType = z.lazy(() => z.object({ children: z.array(tree) }));
  expect(typeOf(tree)).toContain("unknown");
});

test("references and allOf, which other tools write, are followed", () => {
  const schema = { $defs: { name: { type: "string" } }, allOf: [{ type: "object", properties: { a: { $ref: "#/$defs/name" } } }, { type: ["number", "null"] }] };
  expect(inputType(schema).replace(/\s+/g, " ")).toBe("({ a?: string; }) & (number | null)");
});

test("no schema accepts anything", () => expect(inputType(null)).toBe("unknown"));
