/**
 * What a workflow runs, as a tree.
 * @module
 */
import type { Node } from "@babel/types";
import type { Block, Helper, WorkflowGraph } from "../model.ts";
import { readExpression, readInner } from "./expressions.ts";
import { type AnyFunction, callbackOf, type Declared } from "./functions.ts";
import { readReference } from "./helpers.ts";
import { giveIds } from "./ids.ts";
import { blockOf, type Candidate, expressionBlock, type FileNames, inExpression, type Reading, type Shared } from "./reading.ts";
import type { Scope } from "./scope.ts";
import { readStatements } from "./statements.ts";
import { bare, pathOf, rangeOf } from "./values.ts";

interface Handler {
  /** Null: it is not written here. */
  fn: AnyFunction | null;
  node: Node;
  file: FileNames;
}

/** `workflow({ … }, handler)`: a function here, the name of one, or a function around one. */
export function handlerOf(node: Node, file: FileNames): Handler {
  const at = bare(node);
  const path = pathOf(at);
  const named = path ? file.find(path) : null;
  if (named) return { fn: named.fn as AnyFunction, node: at, file: named.file };
  const wrapped = at.type === "CallExpression" ? at.arguments.flatMap((one) => callbackOf(one) ?? []) : [];
  const fn = callbackOf(at) ?? (wrapped.length === 1 ? wrapped[0] : null);
  return { fn: fn ?? null, node: fn ?? at, file };
}

export function bodyOf(handler: Handler, file: FileNames, scope: Scope, methods: readonly Declared[], inMethods: Scope = file.scope): Pick<WorkflowGraph, "handler" | "parameters" | "step" | "body" | "helpers"> {
  const { fn } = handler;
  const shared: Shared = { helpers: new Map(), keys: new Map(), known: new WeakSet(), empty: new WeakSet(), open: [], recursive: false, read: { statements: readStatements, expression: readExpression, inner: readInner } };
  const locals = new Map<string, Candidate>();
  for (const { called, fn, range } of methods) locals.set(called, { fn, name: called.split(".").at(-1) ?? called, range, file, scope: inMethods, locals });
  const reading: Reading = { file, scope, locals, shared };
  const here = handler.file === file;
  const body = fn && here ? blockOf(reading, fn.body) : bodyElsewhere(reading, handler.node);
  const helpers: Record<string, Helper> = {};
  const blocks: { block: Block; source: string }[] = [{ block: body, source: file.source }];
  for (const [key, opened] of shared.helpers) {
    if (opened === "plain") continue;
    helpers[key] = opened.helper;
    blocks.push({ block: opened.helper.block, source: opened.source });
  }
  giveIds(blocks);
  const range = rangeOf(fn && here ? fn : handler.node);
  const [first, last] = fn && here ? [fn.params[0], fn.params.at(-1)] : [];
  return {
    handler: range,
    parameters: first && last ? { start: rangeOf(first).start, end: rangeOf(last).end } : { start: range.start, end: range.start },
    step: stepName(fn, reading),
    body,
    helpers,
  };
}

/** Of a handler in another file a call of it. */
function bodyElsewhere(reading: Reading, node: Node): Block {
  const reference = readReference(reading, node);
  return reference ? { ...rangeOf(node), braced: false, nodes: [{ ...reference, ...inExpression(rangeOf(node)) }] } : expressionBlock(reading, node);
}

/** As the code calls it: `step`, `context.step`. */
function stepName(fn: AnyFunction | null, { scope, file }: Reading): string | null {
  const own = [...scope].filter(([name, path]) => path.length === 1 && !file.scope.has(name));
  const step = own.find(([, [root]]) => root === "$step");
  if (step) return step[0];
  const context = own.find(([, [root]]) => root === "$context");
  if (!context || !fn) return null;
  // `const { step } = context;`
  for (const statement of fn.body.type === "BlockStatement" ? fn.body.body : []) {
    if (statement.type !== "VariableDeclaration") continue;
    for (const { id, init } of statement.declarations) {
      if (!init) continue;
      const path = pathOf(init)?.join(".");
      if (path === `${context[0]}.step` && id.type === "Identifier") return id.name;
      if (path === context[0] && id.type === "ObjectPattern") for (const one of id.properties) if (one.type === "ObjectProperty" && one.key.type === "Identifier" && one.key.name === "step" && one.value.type === "Identifier") return one.value.name;
    }
  }
  return `${context[0]}.step`;
}
