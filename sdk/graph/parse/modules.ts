/**
 * What names mean in a file, and in those that it imports.
 * @module
 */
import type { Node, Statement } from "@babel/types";
import type { Import } from "../value.ts";
import { parseSyntax, type Syntax } from "./babel.ts";
import { type Declared, declaredFunctions, functionsOfObjects } from "./functions.ts";
import type { Candidate, FileNames } from "./reading.ts";
import { declaredIn, type Scope } from "./scope.ts";
import { bare, keyOf, rangeOf } from "./values.ts";

interface At {
  path: string | null;
  source: string;
  /** Where its imports start from. */
  at: string;
  files: Readonly<Record<string, string>>;
  /** Files that were opened, by path: each is read once. */
  opened: Map<string, FileNames>;
}

const noLocals = new Map<string, Candidate>();

export function fileNames({ statements, comments, broken }: Syntax, { path, source, at, files, opened }: At): FileNames {
  const imports = new Map(importsOf(statements).map((one) => [one.local, one]));
  const other = (from: string): FileNames | null => {
    const target = from.startsWith(".") ? resolve(at, from, files) : null;
    const text = target === null ? undefined : files[target];
    if (target === null || text === undefined) return null;
    return opened.get(target) ?? fileNames(parseSyntax(text), { path: target, source: text, at: target, files, opened });
  };
  const asked = new Set<string>();
  const functions = new Map<string, Candidate>();
  const find = (called: readonly string[]): Candidate | null => {
    const own = functions.get(called.join("."));
    const [first = "", second] = called;
    const from = own ? undefined : imports.get(first);
    if (!from) return own ?? null;
    if (from.imported === "*") return second === undefined ? null : (other(from.from)?.exported(second) ?? null);
    return other(from.from)?.exported(second === undefined ? from.imported : `${from.imported}.${second}`) ?? null;
  };
  const called: string[] = [...imports.values()].filter(({ from }) => from.startsWith(".")).map(({ local }) => local);
  const names: FileNames = {
    path,
    names: called,
    source,
    comments,
    broken,
    scope: declaredIn(everstepNames(imports.values()), statements),
    entrypoints: new Set([...imports.values()].filter(({ imported }) => imported === "WorkflowEntrypoint").map(({ local }) => local)),
    constants: constantsOf(statements),
    find,
    exported(name) {
      // Files may export all of each other.
      if (asked.has(name)) return null;
      asked.add(name);
      const found = exportOf(statements, name, find, other);
      asked.delete(name);
      return found;
    },
  };
  opened.set(at, names);
  const add = ({ called: name, fn, range }: Declared): void => {
    called.push(name);
    functions.set(name, { fn, name: name.split(".").at(-1) ?? name, range, file: names, scope: names.scope, locals: noLocals });
  };
  for (const one of declaredFunctions(statements)) add(one);
  for (const one of functionsOfObjects(statements)) add(one);
  return names;
}

function exportOf(statements: readonly Statement[], exported: string, find: FileNames["find"], other: (from: string) => FileNames | null): Candidate | null {
  const [name, ...rest] = exported.split(".");
  for (const statement of statements) {
    if (statement.type === "ExportAllDeclaration") {
      const found = other(statement.source.value)?.exported(exported);
      if (found) return found;
    } else if (statement.type === "ExportNamedDeclaration") {
      for (const one of statement.specifiers) {
        if (one.type !== "ExportSpecifier" || keyOf(one.exported) !== name) continue;
        const local = [one.local.name, ...rest];
        return statement.source ? (other(statement.source.value)?.exported(local.join(".")) ?? null) : find(local);
      }
    } else if (statement.type === "ExportDefaultDeclaration" && name === "default") {
      const { declaration } = statement;
      if (declaration.type === "Identifier") return find([declaration.name, ...rest]);
      if (declaration.type === "FunctionDeclaration" && declaration.id) return find([declaration.id.name]);
    }
  }
  return find(exported.split("."));
}

function constantsOf(statements: readonly Statement[]): Map<string, Node> {
  const found = new Map<string, Node>();
  for (const statement of statements) {
    const declared = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (declared?.type === "ClassDeclaration" && declared.id) found.set(declared.id.name, declared);
    if (declared?.type === "VariableDeclaration") for (const { id, init } of declared.declarations) if (id.type === "Identifier" && init) found.set(id.name, bare(init));
  }
  return found;
}

function everstepNames(imports: Iterable<Import>): Scope {
  const names = new Map<string, readonly string[]>();
  for (const { from, imported, local } of imports) if (from === "everstep") names.set(local, imported === "*" ? ["$everstep"] : [`$${imported}`]);
  return names;
}

export function importsOf(statements: readonly Statement[]): Import[] {
  return statements.flatMap((statement) => {
    if (statement.type !== "ImportDeclaration") return [];
    const whole = statement.importKind === "type";
    return statement.specifiers.map((one): Import => {
      const imported = one.type === "ImportSpecifier" ? (keyOf(one.imported) ?? one.local.name) : one.type === "ImportDefaultSpecifier" ? "default" : "*";
      return { from: statement.source.value, imported, local: one.local.name, typeOnly: whole || (one.type === "ImportSpecifier" && one.importKind === "type"), ...rangeOf(statement) };
    });
  });
}

/** `./a.ts`, `./a.js` and `./a` are the file `a.ts`. */
export function resolve(from: string, specifier: string, files: Readonly<Record<string, string>>): string | null {
  const parts = from.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  const path = parts.join("/");
  const candidates = [path, path.replace(/\.(m?)js$/, ".$1ts"), `${path}.ts`, `${path}/index.ts`];
  return candidates.find((one) => Object.hasOwn(files, one)) ?? null;
}
