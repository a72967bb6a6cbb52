/**
 * The workflows of a file: `workflow({ … }, async ({ step }) => { … })`, and classes that extend
 * `WorkflowEntrypoint`.
 * @module
 */
import type { CallExpression, ClassDeclaration, ClassExpression, ClassMethod, Node, Statement } from "@babel/types";
import type { Helper, TriggerNode, WorkflowGraph } from "../model.ts";
import type { Value } from "../value.ts";
import { callbackOf, declaredFunctions, type AnyFunction } from "./functions.ts";
import { readExpression, readInner } from "./expressions.ts";
import { giveIds } from "./ids.ts";
import { blockOf, type Candidate, type FileNames, type Reading } from "./reading.ts";
import { readStatements } from "./statements.ts";
import { bare, field, keyOf, objectOf, pathOf, rangeOf, textOf, valueOf } from "./values.ts";

interface Found {
  node: CallExpression | ClassDeclaration | ClassExpression;
  /** Local name. */
  name: string | null;
  exported: string | null;
}

export function readWorkflows(statements: readonly Statement[], file: FileNames): WorkflowGraph[] {
  return findAll(statements, file).flatMap((found) => {
    const workflow = found.node.type === "CallExpression" ? readFunctionForm(found.node, found, file) : readClassForm(found.node, found, file);
    if (workflow) giveIds(workflow, file.source);
    return workflow ? [workflow] : [];
  });
}

function findAll(statements: readonly Statement[], file: FileNames): Found[] {
  const found: Found[] = [];
  const take = (node: Node | null | undefined, name: string | null, exported: string | null): void => {
    const at = node ? bare(node) : null;
    if (at?.type === "CallExpression" && file.everstep.get(pathOf(at.callee)?.join(".") ?? "") === "workflow") found.push({ node: at, name, exported });
    if ((at?.type === "ClassDeclaration" || at?.type === "ClassExpression") && at.superClass && pathOf(at.superClass)?.at(-1) === "WorkflowEntrypoint") found.push({ node: at, name: at.id?.name ?? name, exported });
  };
  for (const statement of statements) {
    if (statement.type === "ExportDefaultDeclaration") take(statement.declaration, null, "default");
    else if (statement.type === "ExportNamedDeclaration" && statement.declaration) takeDeclared(statement.declaration, true, take);
    else takeDeclared(statement, false, take);
  }
  for (const statement of statements) {
    // `export { a as b }`, `export default a`
    if (statement.type === "ExportNamedDeclaration" && !statement.source) {
      for (const one of statement.specifiers) if (one.type === "ExportSpecifier") named(found, one.local.name, keyOf(one.exported));
    } else if (statement.type === "ExportDefaultDeclaration" && statement.declaration.type === "Identifier") named(found, statement.declaration.name, "default");
  }
  return found;
}

function takeDeclared(statement: Statement, exported: boolean, take: (node: Node | null | undefined, name: string | null, exported: string | null) => void): void {
  if (statement.type === "ClassDeclaration") take(statement, statement.id?.name ?? null, exported ? (statement.id?.name ?? null) : null);
  if (statement.type !== "VariableDeclaration") return;
  for (const { id, init } of statement.declarations) if (id.type === "Identifier") take(init, id.name, exported ? id.name : null);
}

function named(found: Found[], local: string, exported: string | null): void {
  for (const one of found) if (one.name === local) one.exported = exported;
}

function readFunctionForm(call: CallExpression, { exported }: Found, file: FileNames): WorkflowGraph | null {
  const [first, second] = call.arguments;
  const given = second ? bare(second) : null;
  const named = given?.type === "Identifier" ? file.functions.get(given.name)?.() : null;
  const fn = callbackOf(null, second) ?? (named?.fn as AnyFunction | undefined);
  if (!fn) return null;
  const at = first ? bare(first) : null;
  const options = at?.type === "ObjectExpression" ? objectOf(at, rangeOf(at)) : null;
  return {
    ...rangeOf(call),
    id: textOf(field(options, "id")),
    title: textOf(field(options, "title")),
    export: exported,
    style: "function",
    options,
    triggers: triggersOf(field(options, "on"), at, file),
    ...bodyOf(fn, file, stepsOf(fn), new Map()),
  };
}

function readClassForm(node: ClassDeclaration | ClassExpression, { name, exported }: Found, file: FileNames): WorkflowGraph | null {
  const methods = new Map<string, Candidate>();
  let run: ClassMethod | null = null;
  let id = kebab(name ?? "");
  for (const member of node.body.body) {
    const key = "key" in member && "type" in member.key ? keyOf(member.key) : null;
    if (key === null) continue;
    if (member.type === "ClassMethod" && key === "run") run = member;
    else if (member.type === "ClassMethod") methods.set(key, { fn: member, range: rangeOf(member), file });
    if (member.type === "ClassProperty" && member.static && key === "id" && member.value) id = textOf(valueOf(member.value)) ?? id;
  }
  if (!run) return null;
  const step = run.params[1];
  const steps = new Set(step?.type === "Identifier" ? [step.name] : []);
  return { ...rangeOf(node), id: id || null, title: name, export: exported, style: "class", options: null, triggers: [], ...bodyOf(run, file, { steps, contexts: new Set() }, methods) };
}

/** As the platform derives it of a class's name. */
function kebab(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, "$1-$2").replace(/([A-Z]+)([A-Z][a-z])/g, "$1-$2").toLowerCase();
}

function stepsOf({ params, body }: AnyFunction): Pick<Reading, "steps" | "contexts"> {
  const [first] = params;
  const steps = new Set<string>();
  const contexts = new Set<string>();
  const from = (pattern: Node): void => {
    if (pattern.type !== "ObjectPattern") return;
    for (const one of pattern.properties) if (one.type === "ObjectProperty" && keyOf(one.key) === "step" && one.value.type === "Identifier") steps.add(one.value.name);
  };
  if (first?.type === "Identifier") {
    contexts.add(first.name);
    steps.add(`${first.name}.step`);
    // `const { step } = context;`
    for (const statement of body.type === "BlockStatement" ? body.body : []) {
      if (statement.type !== "VariableDeclaration") continue;
      for (const { id, init } of statement.declarations) {
        if (init?.type === "Identifier" && init.name === first.name) from(id);
        if (init && id.type === "Identifier" && pathOf(init)?.join(".") === `${first.name}.step`) steps.add(id.name);
      }
    }
  } else if (first) from(first);
  return { steps, contexts };
}

function bodyOf(fn: AnyFunction, file: FileNames, names: Pick<Reading, "steps" | "contexts">, methods: Reading["methods"]): Pick<WorkflowGraph, "handler" | "parameters" | "step" | "body" | "helpers"> {
  const locals = fn.body.type === "BlockStatement" ? declaredFunctions(fn.body.body, file) : new Map<string, Candidate>();
  const reading: Reading = { file, ...names, locals, methods, helpers: new Map(), read: { statements: readStatements, expression: readExpression, inner: readInner } };
  const body = blockOf(reading, fn.body);
  const [first, last] = [fn.params[0], fn.params.at(-1)];
  const { start, end } = rangeOf(fn);
  const helpers = [...reading.helpers].flatMap(([key, helper]): [string, Helper][] => (typeof helper === "string" ? [] : [[key, helper]]));
  return {
    handler: { start, end },
    parameters: first && last ? { start: rangeOf(first).start, end: rangeOf(last).end } : { start, end: start },
    step: [...names.steps].at(-1) ?? null,
    body,
    helpers: Object.fromEntries(helpers),
  };
}

function triggersOf(on: Value | null, options: Node | null, file: FileNames): TriggerNode[] {
  if (!on || options?.type !== "ObjectExpression") return [];
  const property = options.properties.find((one) => one.type === "ObjectProperty" && keyOf(one.key) === "on");
  const list = property?.type === "ObjectProperty" ? bare(property.value) : null;
  if (list?.type !== "ArrayExpression") return [];
  return list.elements.flatMap((element): TriggerNode[] => {
    if (!element) return [];
    const call = bare(element);
    const path = call.type === "CallExpression" ? pathOf(call.callee) : null;
    const args = call.type === "CallExpression" ? call.arguments.map((one) => valueOf(one)) : [];
    const known = path?.length === 2 && file.everstep.get(path[0] ?? "") === "on" ? path[1] : null;
    const kind = known === "manual" || known === "api" || known === "webhook" || known === "event" || known === "schedule" ? known : "unknown";
    return [{ kind, args, ...rangeOf(element) }];
  });
}
