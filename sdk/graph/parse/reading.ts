/**
 * What is known while a workflow is read.
 * @module
 */
import type { BlockStatement, Comment, Expression, Function as Fn, Node, Statement } from "@babel/types";
import type { Block, GraphNode, Helper } from "../model.ts";
import type { Binding, Range } from "../value.ts";
import type { Scope } from "./scope.ts";
import { rangeOf } from "./values.ts";

/** A function that may hold steps, and what is known where it stands. */
export interface Candidate {
  fn: Fn;
  name: string;
  range: Range;
  file: FileNames;
  scope: Scope;
  locals: Locals;
}

/** Functions by how they are called: `f`, `this.f`. */
export type Locals = ReadonlyMap<string, Candidate>;

/** What names mean in a file. */
export interface FileNames {
  /** Null: the file that is read. */
  path: string | null;
  source: string;
  comments: readonly Comment[];
  broken: readonly Range[];
  /** Of what it imports of `everstep`, and of what it makes of that. */
  scope: Scope;
  /** Local names of `WorkflowEntrypoint`. */
  entrypoints: ReadonlySet<string>;
  /** What its top-level variables are set to. */
  constants: ReadonlyMap<string, Node>;
  /** What its functions, and what it imports, are called by. */
  names: readonly string[];
  /** A function of the file, or of a file it imports, by the names it is called by. */
  find(path: readonly string[]): Candidate | null;
  /** By the name it is exported as. */
  exported(name: string): Candidate | null;
}

export interface Reading {
  file: FileNames;
  scope: Scope;
  locals: Locals;
  readonly shared: Shared;
}

/** What all of a workflow have in common. */
export interface Shared {
  helpers: Map<string, Opened | "plain">;
  /** Their keys. */
  keys: Map<Fn, string>;
  /** Functions with a name: they are read where they are called, not where they stand. */
  known: WeakSet<object>;
  /** Expressions that were found to have no step inside. */
  empty: WeakSet<object>;
  /** Helpers that are being read, and whether one of them was called meanwhile. */
  open: string[];
  recursive: boolean;
  readonly read: Readers;
}

export interface Opened {
  helper: Helper;
  source: string;
  read(): Block;
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

export const codeNode = (frame: Frame, inner: GraphNode[]): GraphNode => ({ kind: "code", id: "", ...frame, inner });

/** A function's body, a branch, … : within its braces, or the one statement or expression. */
export function blockOf(reading: Reading, body: Statement | Expression | BlockStatement): Block {
  const range = rangeOf(body);
  // `"use strict";` is a statement to whoever reads it.
  if (body.type === "BlockStatement") return reading.shared.read.statements(reading, [...(body.directives as unknown as Statement[]), ...body.body], { start: range.start + 1, end: range.end - 1 }, true);
  if (isExpression(body)) return expressionBlock(reading, body);
  return reading.shared.read.statements(reading, [body], range, false);
}

export function expressionBlock(reading: Reading, node: Node): Block {
  const range = rangeOf(node);
  const frame = inExpression(range);
  return { ...range, braced: false, nodes: [reading.shared.read.expression(reading, node, frame) ?? codeNode(frame, reading.shared.read.inner(reading, [node]))] };
}

function isExpression(node: Statement | Expression): node is Expression {
  return !node.type.endsWith("Statement") && !node.type.endsWith("Declaration");
}

/** Of the syntax tree, no part of the program. */
const aside = new Set(["type", "start", "end", "loc", "range", "extra"]);

export type Look = (node: Node, parent: Node | null, key: string) => boolean;

/** Calls `look` for each node inside, until it answers false for one: that is not entered. */
export function visit(node: Node, look: Look): void {
  for (const key in node) {
    if (aside.has(key)) continue;
    const child = (node as unknown as Record<string, unknown>)[key];
    if (Array.isArray(child)) {
      for (const one of child) if (isNode(one) && look(one, node, key)) visit(one, look);
    } else if (isNode(child) && look(child, node, key)) visit(child, look);
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string" && "start" in value;
}
