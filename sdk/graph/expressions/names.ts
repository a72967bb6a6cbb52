/**
 * Variables and where they come from.
 * @module
 */
import type { Node } from "@babel/types";
import { bare, keyOf } from "../parse/values.ts";
import type { OriginKind } from "./picker.ts";
import { arrayShape, either, objectShape, orNull, shape, type Shape, type ShapeType, unknownShape } from "./shape.ts";

/** A variable while a source is looked through. */
export interface Name {
  name: string;
  kind: OriginKind;
  /** Where it is declared. */
  at: number;
  /** Nothing to pick: a function, a schema, the step API. */
  hidden: boolean;
  /** `let name;`: hidden until it is given a value. */
  empty: boolean;
  shape(): Shape;
}

export class Names {
  readonly #parent: Names | null;
  readonly #own = new Map<string, Name>();
  constructor(parent: Names | null) {
    this.#parent = parent;
  }

  find(name: string): Name | null {
    return this.#own.get(name) ?? this.#parent?.find(name) ?? null;
  }

  /** What it is is found out when somebody asks, once. */
  declare(name: string, kind: OriginKind, at: number, shape: () => Shape, hidden = false, empty = false): void {
    let known: Shape | null = null;
    this.#own.set(name, {
      name, kind, at, hidden: hidden || empty, empty,
      shape() {
        if (known) return known;
        // Should it ask for itself.
        known = unknownShape;
        return (known = shape());
      },
    });
  }

  /** From here on it is neither null nor undefined. */
  present(name: string): void {
    const found = this.find(name);
    if (found) this.#own.set(name, { ...found, shape: () => ({ ...found.shape(), nullable: false }) });
  }

  /** Those declared without a value that none was given yet. */
  waiting(): string[] {
    return this.all().flatMap(({ name, hidden, empty }) => (hidden && empty ? [name] : []));
  }

  /** From here on it has a value. */
  assigned(name: string): void {
    const found = this.find(name);
    if (found) this.#own.set(name, { ...found, hidden: false, shape: () => found.shape() });
  }

  /** The innermost first, the latest before the earlier; none that another of its name hides. */
  all(): Name[] {
    const own = [...this.#own.values(), ...(this.#parent?.all() ?? []).filter(({ name }) => !this.#own.has(name))];
    return own.sort((a, b) => b.at - a.at);
  }
}

export const fieldOf = (of: Shape, key: string): Shape => {
  const field = of.fields && Object.hasOwn(of.fields, key) ? of.fields[key] : undefined;
  const found = field ?? (of.type === "array" ? (key === "length" ? shape("number") : /^\d+$/.test(key) && of.items ? orNull(of.items) : undefined) : of.type === "string" && key === "length" ? shape("number") : undefined);
  return found && of.nullable ? orNull(found) : (found ?? unknownShape);
};

/** The names that a pattern makes, with what they are. */
export function* boundBy(pattern: Node, of: () => Shape): Generator<[string, () => Shape, Node]> {
  const at = bare(pattern);
  switch (at.type) {
    case "Identifier":
      yield [at.name, at.typeAnnotation?.type === "TSTypeAnnotation" ? annotated(at.typeAnnotation.typeAnnotation, of) : of, at];
      break;
    case "AssignmentPattern":
      yield* boundBy(at.left, () => ({ ...of(), nullable: false }));
      break;
    case "RestElement":
      yield* boundBy(at.argument, () => (of().type === "array" ? of() : shape("object")));
      break;
    case "ObjectPattern":
      for (const one of at.properties) {
        if (one.type === "RestElement") yield* boundBy(one, of);
        else {
          const key = one.computed ? null : keyOf(one.key);
          yield* boundBy(one.value, () => (key === null ? unknownShape : fieldOf(of(), key)));
        }
      }
      break;
    case "ArrayPattern":
      for (const [index, one] of at.elements.entries()) if (one) yield* boundBy(one, one.type === "RestElement" ? of : () => itemOf(of(), index));
      break;
    default:
  }
}

/** Items of a list that is written out are known each; of others one may be missing. */
const itemOf = (of: Shape, index: number): Shape => of.fields?.[String(index)] ?? (of.items ? orNull(of.items) : unknownShape);

/** What is declared counts, where it says more. */
const annotated = (type: Node, of: () => Shape) => (): Shape => {
  const declared = typeShape(type);
  return declared.type === "unknown" ? of() : declared;
};

const keywords: Readonly<Record<string, ShapeType>> = { TSStringKeyword: "string", TSNumberKeyword: "number", TSBooleanKeyword: "boolean", TSNullKeyword: "null", TSUndefinedKeyword: "null", TSObjectKeyword: "object" };

/** `string`, `Date | null`, `{ id: string }[]`, `Promise<number>` */
export function typeShape(type: Node): Shape {
  const keyword = keywords[type.type];
  if (keyword) return shape(keyword, { nullable: keyword === "null" });
  switch (type.type) {
    case "TSParenthesizedType":
      return typeShape(type.typeAnnotation);
    case "TSArrayType":
      return arrayShape(typeShape(type.elementType));
    case "TSUnionType":
      return either(type.types.map(typeShape));
    case "TSLiteralType":
      return type.literal.type === "StringLiteral" || type.literal.type === "NumericLiteral" || type.literal.type === "BooleanLiteral" ? shape(typeof type.literal.value as ShapeType, { options: [type.literal.value] }) : unknownShape;
    case "TSTypeLiteral":
      return objectShape(
        Object.fromEntries(
          type.members.flatMap((member): [string, Shape][] => {
            const key = member.type === "TSPropertySignature" && !member.computed ? keyOf(member.key) : null;
            if (member.type !== "TSPropertySignature" || key === null || !member.typeAnnotation) return [];
            const one = typeShape(member.typeAnnotation.typeAnnotation);
            return [[key, member.optional ? orNull(one) : one]];
          }),
        ),
      );
    case "TSTypeReference": {
      const name = type.typeName.type === "Identifier" ? type.typeName.name : "";
      const [first] = type.typeParameters?.params ?? [];
      if (name === "Date") return shape("date");
      if ((name === "Promise" || name === "Readonly") && first) return typeShape(first);
      return (name === "Array" || name === "ReadonlyArray") && first ? arrayShape(typeShape(first)) : unknownShape;
    }
    default:
      return unknownShape;
  }
}
