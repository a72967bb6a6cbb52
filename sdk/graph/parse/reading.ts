/**
 * What is known while a workflow is read.
 * @module
 */
import type { BlockStatement, Comment, Expression, Function as Fn, Node, Statement } from "@babel/types";
import type { Block, GraphNode, Helper } from "../model.ts";
import type { Binding, Range } from "../value.ts";
import { rangeOf } from "./values.ts";

/** A function that may hold steps, and what its file knows. */
export interface Candidate {
  fn: Fn;
  range: Range;
  file: FileNames;
}

/** What names mean in a file. */
export interface FileNames {
  /** Null: the file that is read. */
  path: string | null;
  source: string;
  comments: readonly Comment[];
  broken: readonly Range[];
  /** Local names of what `everstep` exports, such as `crm`. */
  everstep: ReadonlyMap<string, string>;
  /** Functions of the file, and of files it imports, by local name. */
  functions: ReadonlyMap<string, () => Candidate | null>;
}

export interface Reading {
  file: FileNames;
  /** Texts that are the step API here: `step`, `ctx.step`. */
  steps: ReadonlySet<string>;
  /** The contexts that have one: `ctx`. */
  contexts: ReadonlySet<string>;
  /** Functions in the scope of the handler, before those of the file. */
  locals: ReadonlyMap<string, Candidate>;
  /** Methods of the class, by name. */
  methods: ReadonlyMap<string, Candidate>;
  helpers: Map<string, Helper | "open" | "plain">;
  readonly read: Readers;
}

/** What the parts ask of each other. */
export interface Readers {
  statements(reading: Reading, statements: readonly Statement[], inside: Range, braced: boolean): Block;
  /** Null: there is no step in it. */
  expression(reading: Reading, node: Node, frame: Frame): GraphNode | null;
  inner(reading: Reading, nodes: readonly (Node | null | undefined)[]): GraphNode[];
}

/** What a node is whatever its kind. */
export interface Frame extends Range {
  comment: string | null;
  extent: Range;
  place: "statement" | "expression";
  binding: Binding | null;
  returned: boolean;
  awaited: boolean;
}

export const inExpression = (range: Range): Frame => ({ ...range, comment: null, extent: range, place: "expression", binding: null, returned: false, awaited: false });

/** A function's body, a branch, … : within its braces, or the one statement or expression. */
export function blockOf(reading: Reading, body: Statement | Expression | BlockStatement): Block {
  const range = rangeOf(body);
  if (body.type === "BlockStatement") return reading.read.statements(reading, body.body, { start: range.start + 1, end: range.end - 1 }, true);
  if (isExpression(body)) {
    const frame = inExpression(range);
    return { ...range, braced: false, nodes: [reading.read.expression(reading, body, frame) ?? { kind: "code", id: "", ...frame, inner: reading.read.inner(reading, [body]) }] };
  }
  return reading.read.statements(reading, [body], range, false);
}

function isExpression(node: Statement | Expression): node is Expression {
  return !node.type.endsWith("Statement") && !node.type.endsWith("Declaration");
}

/** Calls `visit` for each node inside, until it answers false for one: that is not entered. */
export function visit(node: Node, look: (node: Node) => boolean): void {
  for (const key in node) {
    if (key === "loc" || key === "extra") continue;
    const child = (node as unknown as Record<string, unknown>)[key];
    if (Array.isArray(child)) {
      for (const one of child) if (isNode(one) && look(one)) visit(one, look);
    } else if (isNode(child) && look(child)) visit(child, look);
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string" && "start" in value;
}
