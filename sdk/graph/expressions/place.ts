/**
 * The names at a node, with what is known of the file around it.
 * @module
 */
import type { Function as Fn, Node, Statement } from "@babel/types";
import type { GraphNode, SourceGraph, WorkflowGraph } from "../model.ts";
import { parseSyntax } from "../parse/babel.ts";
import { bare, textOf } from "../parse/values.ts";
import { allNodes, findNode, findWorkflow } from "../walk.ts";
import { inputShape, propertyOf } from "./infer.ts";
import { executionShape, scheduleInput, workflowEvent } from "./known.ts";
import { boundBy, Names, typeShape } from "./names.ts";
import type { ScopeOptions } from "./options.ts";
import type { OriginKind } from "./picker.ts";
import { objectShape, shape, type Shape, unknownShape } from "./shape.ts";
import { enter, resultsOf, type Walk } from "./visible.ts";

/** Of one source all places are asked, one after another. */
const parsed = new WeakMap<SourceGraph, Statement[]>();

/** Null: there is no such place in this file. */
export function namesAt(graph: SourceGraph, workflow: string, nodeId: string | null, options: ScopeOptions): { names: Names; walk: Walk; workflow: WorkflowGraph } | null {
  const found = findWorkflow(graph, workflow);
  const node = found && nodeId !== null ? findNode(found, nodeId) : null;
  // Of a helper in another file the places are that file's.
  if (!found || (nodeId !== null && !node) || (node && isElsewhere(found, node))) return null;
  const statements = parsed.get(graph) ?? parseSyntax(graph.source).statements;
  parsed.set(graph, statements);
  const walk = walkTo(node?.start ?? found.body.start, found, statements, options);
  return { names: enter(statements, new Names(null), walk, "file"), walk, workflow: found };
}

export const ownNodes = (workflow: WorkflowGraph): GraphNode[] => [...allNodes(workflow)].filter((node) => !isElsewhere(workflow, node));
const elsewhere = new WeakMap<WorkflowGraph, Set<GraphNode>>();

function isElsewhere(workflow: WorkflowGraph, node: GraphNode): boolean {
  let known = elsewhere.get(workflow);
  if (!known) {
    const others = Object.fromEntries(Object.entries(workflow.helpers).filter(([, { file }]) => file !== null));
    known = new Set(allNodes({ ...workflow, body: { ...workflow.body, nodes: [] }, helpers: others }));
    elsewhere.set(workflow, known);
  }
  return known.has(node);
}

function walkTo(offset: number, workflow: WorkflowGraph, statements: readonly Statement[], options: ScopeOptions): Walk {
  const constants = constantsOf(statements);
  const calls = new Map(ownNodes(workflow).flatMap((node) => ("call" in node ? [[`${node.call.start}:${node.call.end}`, node] as const] : [])));
  const callbacks = new Set([...calls.values()].flatMap((node) => (node.kind === "step" && node.callback ? [node.callback.start] : [])));
  const declared = optionsNode(workflow, statements, constants);
  const input = (): Shape => inputShape(declared, workflow.triggers.map(({ kind, args: [first] }) => ({ kind, event: textOf(first) })), { constants, custom: options.custom ?? [] }, scheduleInput);
  const walk: Walk = {
    offset,
    constants,
    custom: options.custom ?? [],
    calls,
    events: propertyOf(declared, "events"),
    depth: 0,
    results: (fn, names) => resultsOf(fn, names, walk),
    isHandler: (fn) => fn.body != null && (fn.body.start === workflow.body.start || (fn.body.start ?? 0) + 1 === workflow.body.start),
    isCallback: (fn) => callbacks.has(fn.start ?? -1),
    declareGiven: (fn, names) => declareGiven(fn, names, workflow, input, options),
  };
  return walk;
}

/** Of each part of the context, whatever it is called here. */
function declareGiven({ params }: Fn, names: Names, { style }: WorkflowGraph, input: () => Shape, { variables = [], secrets = [] }: ScopeOptions): void {
  const [first] = params;
  if (!first) return;
  if (style === "class") {
    // The payload is what `run(event: WorkflowEvent<…>)` says.
    const payload = eventPayload(first);
    for (const [name, one, at] of boundBy(first, () => workflowEvent(payload))) names.declare(name, "event", at.start ?? 0, one);
    return;
  }
  const parts: Record<string, [OriginKind, () => Shape]> = {
    input: ["input", input],
    event: ["event", () => workflowEvent(input())],
    vars: ["variables", () => objectShape(Object.fromEntries(variables.map(({ name, type }) => [name, shape(type === "json" ? "unknown" : type)])))],
    secrets: ["secrets", () => objectShape(Object.fromEntries(secrets.map((name) => [name, shape("string")])))],
    execution: ["execution", () => executionShape],
  };
  const context = (): Shape => objectShape(Object.fromEntries(Object.entries(parts).map(([name, [, of]]) => [name, of()])));
  const at = bare(first);
  if (at.type !== "ObjectPattern") {
    for (const [name, one, place] of boundBy(at, context)) names.declare(name, "event", place.start ?? 0, one);
    return;
  }
  for (const property of at.properties) {
    if (property.type !== "ObjectProperty" || property.computed || property.key.type !== "Identifier") continue;
    const part = parts[property.key.name];
    for (const [name, one, place] of boundBy(property.value, part?.[1] ?? (() => unknownShape))) names.declare(name, part?.[0] ?? "parameter", place.start ?? 0, one, property.key.name === "step");
  }
}

function eventPayload(parameter: Node): Shape {
  const at = bare(parameter);
  const type = at.type === "Identifier" && at.typeAnnotation?.type === "TSTypeAnnotation" ? at.typeAnnotation.typeAnnotation : null;
  let inner: Node | undefined = type ?? undefined;
  while (inner?.type === "TSTypeReference" && inner.typeParameters && inner.typeName.type === "Identifier" && inner.typeName.name === "Readonly") inner = inner.typeParameters.params[0];
  const payload = inner?.type === "TSTypeReference" ? inner.typeParameters?.params[0] : undefined;
  return payload ? typeShape(payload) : unknownShape;
}

function constantsOf(statements: readonly Statement[]): Map<string, Node> {
  const found = new Map<string, Node>();
  for (const statement of statements) {
    const declared = statement.type === "ExportNamedDeclaration" || statement.type === "ExportDefaultDeclaration" ? statement.declaration : statement;
    if (declared?.type === "FunctionDeclaration" && declared.id) found.set(declared.id.name, declared);
    if (declared?.type === "VariableDeclaration") for (const { id, init } of declared.declarations) if (id.type === "Identifier" && init) found.set(id.name, init);
  }
  return found;
}

/** The object that declares the workflow, in the syntax tree. */
function optionsNode({ options }: WorkflowGraph, statements: readonly Statement[], constants: ReadonlyMap<string, Node>): Node | null {
  if (!options) return null;
  for (const node of [...constants.values(), ...statements.flatMap((one) => (one.type === "ExportDefaultDeclaration" ? [one.declaration] : []))]) {
    const call = bare(node);
    for (const one of call.type === "CallExpression" ? call.arguments : [call]) if (bare(one).start === options.start) return bare(one);
  }
  return null;
}
