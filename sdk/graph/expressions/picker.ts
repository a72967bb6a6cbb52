/**
 * Variables as a tree to pick from.
 * @module
 */
import { type Shape, typeText } from "./shape.ts";

/** `input` and the like: of the workflow; `node`: what a node has bound; `file`: a constant of the file. */
export type OriginKind = "input" | "event" | "variables" | "secrets" | "execution" | "node" | "item" | "error" | "parameter" | "file";

export interface Origin {
  kind: OriginKind;
  /** Id of the node that binds it; null of what the workflow or the file gives. */
  node: string | null;
  /** What that node is called. */
  title: string | null;
}

export interface PickItem {
  name: string;
  /** What is written for it: `lead.company_id`, `customer?.email`. */
  expression: string;
  /** As TypeScript writes it, shortened: `string | null`, `{ … }[]`; `unknown` where reading the code does not tell. */
  type: string;
  title: string | null;
  children: PickItem[];
}

export interface Variable extends PickItem {
  origin: Origin;
}

const mostDepth = 4;
const name = /^[A-Za-z_$][\w$]*$/;

/** `a.b`, `a?.b`, `a["b c"]`, `a?.["b c"]` */
export function memberOf(expression: string, key: string, optional: boolean): string {
  if (name.test(key)) return `${expression}${optional ? "?." : "."}${key}`;
  return `${expression}${optional ? "?." : ""}[${/^(?:0|[1-9]\d*)$/.test(key) ? key : JSON.stringify(key)}]`;
}

/** `maybe`: something before it may be missing, so that it may be missing too. */
export function pickOf(key: string, expression: string, shape: Shape, maybe = false, depth = 0): PickItem {
  const nullable = shape.nullable || maybe;
  const child = (name: string, one: Shape, title = one.title): PickItem => pickOf(name, memberOf(expression, name, shape.nullable), title === one.title ? one : { ...one, title }, nullable, depth + 1);
  const children = depth >= mostDepth ? [] : shape.type === "array" ? listChildren(shape, child) : Object.entries(shape.fields ?? {}).map(([field, one]) => child(field, one));
  return { name: key, expression, type: typeText({ ...shape, nullable }), title: shape.title, children };
}

function listChildren({ items, fields }: Shape, child: (name: string, shape: Shape, title?: string | null) => PickItem): PickItem[] {
  const number: Shape = { type: "number", title: null, nullable: false, options: null, fields: null, items: null };
  const length = child("length", number, "How many");
  if (fields) return [length, ...Object.entries(fields).map(([index, one]) => child(index, one))];
  return items ? [length, child("0", { ...items, nullable: true }, "The first")] : [length];
}
