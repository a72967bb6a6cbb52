/**
 * The workflows of a file: `workflow({ … }, async ({ step }) => { … })`, and classes that extend
 * `WorkflowEntrypoint`.
 * @module
 */
import type { CallExpression, Node, Statement } from "@babel/types";
import type { WorkflowGraph } from "../model.ts";
import { bodyOf, handlerOf } from "./bodies.ts";
import { type AnyClass, methodsOf, ofInstance, ownId, runOf, superClassOf } from "./classes.ts";
import type { FileNames } from "./reading.ts";
import { meaningOf, namesOf } from "./scope.ts";
import { triggersOf } from "./triggers.ts";
import { bare, field, keyOf, objectOf, pathOf, rangeOf, textOf } from "./values.ts";

interface Found {
  node: CallExpression | AnyClass;
  /** Local name. */
  name: string | null;
  exported: string | null;
}

export function readWorkflows(statements: readonly Statement[], file: FileNames): WorkflowGraph[] {
  return findAll(statements, file).flatMap((found) => {
    const workflow = found.node.type === "CallExpression" ? readFunctionForm(found.node, found, file) : readClassForm(found.node, found, file);
    return workflow ? [workflow] : [];
  });
}

function findAll(statements: readonly Statement[], file: FileNames): Found[] {
  const found: Found[] = [];
  const take = (node: Node | null | undefined, name: string | null, exported: string | null): void => {
    const at = node ? bare(node) : null;
    if (at?.type === "CallExpression" && meaningOf(file.scope, pathOf(at.callee))?.join() === "$workflow") found.push({ node: at, name, exported });
    if ((at?.type === "ClassDeclaration" || at?.type === "ClassExpression") && superClassOf(at, file)) found.push({ node: at, name: at.id?.name ?? name, exported });
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
    } else if (statement.type === "ExportDefaultDeclaration" && bare(statement.declaration).type === "Identifier") named(found, pathOf(statement.declaration)?.[0] ?? "", "default");
  }
  return found;
}

function takeDeclared(statement: Statement, exported: boolean, take: (node: Node | null | undefined, name: string | null, exported: string | null) => void): void {
  if (statement.type === "ClassDeclaration") take(statement, statement.id?.name ?? null, exported ? (statement.id?.name ?? null) : null);
  if (statement.type !== "VariableDeclaration") return;
  for (const { id, init } of statement.declarations) if (id.type === "Identifier") take(init, id.name, exported ? id.name : null);
}

function named(found: Found[], local: string, exported: string | null): void {
  for (const one of found) if (one.name === local) one.exported = exported === "default" ? exported : (one.exported ?? exported);
}

function readFunctionForm(call: CallExpression, { exported }: Found, file: FileNames): WorkflowGraph | null {
  const [first, second] = call.arguments;
  if (!second) return null;
  const given = first ? bare(first) : null;
  const at = given?.type === "Identifier" ? (file.constants.get(given.name) ?? given) : given;
  const options = at?.type === "ObjectExpression" ? objectOf(at, rangeOf(at)) : null;
  const handler = handlerOf(second, file);
  const scope = new Map(file.scope);
  const [parameter] = handler.fn?.params ?? [];
  if (parameter) for (const [name, path] of namesOf(parameter, ["$context"])) scope.set(name, path);
  return {
    ...rangeOf(call),
    id: constantText(field(options, "id"), file),
    title: constantText(field(options, "title"), file),
    export: exported,
    style: "function",
    options,
    triggers: triggersOf(at, file),
    ...bodyOf(handler, file, scope, []),
  };
}

/** `"lead-nurture"`, or the name of a variable that is set to such. */
function constantText(value: ReturnType<typeof field>, file: FileNames): string | null {
  const constant = value?.form === "path" && value.path.length === 1 ? file.constants.get(value.path[0] ?? "") : null;
  return constant?.type === "StringLiteral" ? constant.value : textOf(value);
}

function readClassForm(node: AnyClass, { name, exported }: Found, file: FileNames): WorkflowGraph | null {
  const run = runOf(node);
  if (!run) return null;
  const scope = new Map(file.scope);
  const parameter = run.params[1];
  if (parameter) for (const [local, path] of namesOf(parameter, ["$step"])) scope.set(local, path);
  const own = ofInstance(node, run, scope);
  for (const [local, path] of own) scope.set(local, path);
  const id = ownId(node) ?? kebab(exported === null || exported === "default" ? (name ?? "default") : exported);
  return { ...rangeOf(node), id: id || null, title: name, export: exported, style: "class", options: null, triggers: [], ...bodyOf({ fn: run, node: run, file }, file, scope, methodsOf(node, file), new Map([...file.scope, ...own])) };
}

/** As the platform derives it of a class's name. */
function kebab(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1-$2")
    .replace(/[_\s]+/g, "-")
    .toLowerCase();
}
