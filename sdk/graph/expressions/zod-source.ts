/**
 * Schemas as a source writes them: `z.object({ name: z.string() })`, read without running it.
 * @module
 */
import type { CallExpression, Expression, Node } from "@babel/types";
import { bare, keyOf } from "../parse/values.ts";
import { arrayShape, either, objectShape, orNull, shape, type Shape, type ShapeType, titled, unknownShape } from "./shape.ts";

/** What a name at the top of the file is set to. */
export type Constants = ReadonlyMap<string, Node>;

const plain: Readonly<Record<string, ShapeType>> = {
  string: "string", email: "string", url: "string", uuid: "string", datetime: "string", date: "date", number: "number", int: "number", boolean: "boolean", stringbool: "boolean", null: "null",
};
const objects = new Set(["object", "looseObject", "strictObject", "interface"]);

export function zodShape(node: Node | null | undefined, constants: Constants, depth = 0): Shape {
  if (!node || depth > 20) return unknownShape;
  const at = bare(node);
  if (at.type === "Identifier") return zodShape(constants.get(at.name), constants, depth + 1);
  if (at.type !== "CallExpression") return unknownShape;
  const callee = bare(at.callee);
  if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return unknownShape;
  const { object, property } = callee;
  return isRoot(object) ? made(property.name, object, at, constants, depth) : changed(property.name, zodShape(object, constants, depth + 1), at, constants, depth);
}

/** `z`, `z.coerce`, `z.iso` */
function isRoot(node: Node): boolean {
  const at = bare(node);
  if (at.type === "Identifier") return at.name === "z" || at.name === "zod";
  return at.type === "MemberExpression" && at.property.type === "Identifier" && (at.property.name === "coerce" || at.property.name === "iso") && isRoot(at.object);
}

function made(name: string, root: Expression | Node, { arguments: [first] }: CallExpression, constants: Constants, depth: number): Shape {
  const inner = (node: Node | null | undefined): Shape => zodShape(node, constants, depth + 1);
  if (objects.has(name)) return { ...objectShape(fieldsOf(first, constants, depth)), open: name === "looseObject" };
  switch (name) {
    case "array":
      return arrayShape(inner(first));
    case "enum":
      return shape("string", { options: textsIn(first) });
    case "literal":
      return literalShape(first);
    case "optional":
    case "nullable":
    case "nullish":
      return orNull(inner(first));
    case "record":
      return shape("object");
    case "union":
    case "discriminatedUnion": {
      const list = bare(name === "union" ? (first ?? root) : root);
      return list.type === "ArrayExpression" ? either(list.elements.map(inner)) : unknownShape;
    }
    case "date":
      // `z.iso.date()` is a text.
      return shape(bare(root as Node).type === "MemberExpression" && "property" in bare(root as Node) && nameOf(root as Node) === "iso" ? "string" : "date");
    default:
      return shape(plain[name] ?? "unknown");
  }
}

const nameOf = (node: Node): string | null => {
  const at = bare(node);
  return at.type === "MemberExpression" && at.property.type === "Identifier" ? at.property.name : null;
};

/** `.optional()`, `.meta({ title })`; checks such as `.min(3)` change nothing of it. */
function changed(name: string, before: Shape, { arguments: [first] }: CallExpression, constants: Constants, depth: number): Shape {
  switch (name) {
    case "optional":
    case "nullable":
    case "nullish":
      return orNull(before);
    case "default":
    case "prefault":
    case "catch":
      return { ...before, nullable: false };
    case "array":
      return arrayShape(before);
    case "extend":
    case "safeExtend":
      return objectShape({ ...before.fields, ...fieldsOf(first, constants, depth) }, before.title);
    case "partial":
      return before.fields ? { ...before, fields: Object.fromEntries(Object.entries(before.fields).map(([field, one]) => [field, orNull(one)])) } : before;
    case "describe":
      return titled(before, textsIn(first)[0] ?? null);
    case "meta":
      return titled(before, titleIn(first));
    case "transform":
    case "pipe":
      return unknownShape;
    default:
      return before;
  }
}

function fieldsOf(node: Node | undefined, constants: Constants, depth: number): Record<string, Shape> {
  const at = node ? bare(node) : undefined;
  if (at?.type !== "ObjectExpression") return {};
  return Object.fromEntries(
    at.properties.flatMap((one) => {
      const key = one.type === "ObjectProperty" && !one.computed ? keyOf(one.key) : null;
      return key === null || one.type !== "ObjectProperty" ? [] : [[key, zodShape(one.value, constants, depth + 1)]];
    }),
  );
}

function textsIn(node: Node | undefined): string[] {
  const at = node ? bare(node) : undefined;
  if (at?.type === "StringLiteral") return [at.value];
  return at?.type === "ArrayExpression" ? at.elements.flatMap((one) => (one?.type === "StringLiteral" ? [one.value] : [])) : [];
}

function titleIn(node: Node | undefined): string | null {
  const at = node ? bare(node) : undefined;
  if (at?.type !== "ObjectExpression") return null;
  for (const one of at.properties) if (one.type === "ObjectProperty" && keyOf(one.key) === "title") return textsIn(one.value)[0] ?? null;
  return null;
}

function literalShape(node: Node | undefined): Shape {
  const at = node ? bare(node) : undefined;
  if (at?.type === "StringLiteral" || at?.type === "NumericLiteral" || at?.type === "BooleanLiteral") return shape(typeof at.value as ShapeType, { options: [at.value] });
  return at?.type === "NullLiteral" ? shape("null", { nullable: true }) : unknownShape;
}
