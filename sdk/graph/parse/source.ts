/**
 * A source as a tree.
 * @module
 */
import type { Statement } from "@babel/types";
import type { SourceGraph } from "../model.ts";
import type { Import } from "../value.ts";
import { parseSyntax, type Syntax } from "./babel.ts";
import { declaredFunctions } from "./functions.ts";
import type { Candidate, FileNames } from "./reading.ts";
import { keyOf, rangeOf } from "./values.ts";
import { readWorkflows } from "./workflows.ts";

export interface ParseOptions {
  /** The other files of the project by path: helpers are followed into them. */
  files?: Readonly<Record<string, string>>;
  /** Path of this one, that its imports are relative to. */
  file?: string;
}

/**
 * Reads a source, whatever state it is in: what does not parse is named in `errors`, and the
 * rest is there.
 * @example
 * ```ts
 * import { parseSource } from "everstep/graph";
 *
 * const graph = parseSource(`import { workflow } from "everstep";
 * export default workflow({ id: "nap" }, async ({ step }) => {
 *   await step.sleep("a while", "1 hour");
 * });`);
 * graph.workflows[0]?.body.nodes[0]?.kind; // "sleep"
 * ```
 */
export function parseSource(source: string, { files = {}, file }: ParseOptions = {}): SourceGraph {
  const syntax = parseSyntax(source);
  const imports = importsOf(syntax.statements);
  const names = fileNames(syntax, imports, { path: null, source, at: file ?? "", files, depth: 0 });
  return { source, workflows: readWorkflows(syntax.statements, names), imports, errors: syntax.errors };
}

interface At {
  path: string | null;
  source: string;
  /** Where its imports start from. */
  at: string;
  files: Readonly<Record<string, string>>;
  depth: number;
}

/** Helpers are followed through so many files. */
const deepest = 4;

function fileNames({ statements, comments, broken }: Syntax, imports: readonly Import[], { path, source, at, files, depth }: At): FileNames {
  const functions = new Map<string, () => Candidate | null>();
  const names: FileNames = { path, source, comments, broken, functions, everstep: everstepNames(imports) };
  for (const [name, candidate] of declaredFunctions(statements, names)) functions.set(name, () => candidate);
  if (depth >= deepest) return names;
  for (const one of imports) {
    const target = one.from.startsWith(".") ? resolve(at, one.from, files) : null;
    const text = target === null ? undefined : files[target];
    if (target === null || text === undefined) continue;
    let exported: FileNames | null = null;
    functions.set(one.local, () => {
      if (!exported) {
        const syntax = parseSyntax(text);
        exported = fileNames(syntax, importsOf(syntax.statements), { path: target, source: text, at: target, files, depth: depth + 1 });
      }
      return exported.functions.get(one.imported)?.() ?? null;
    });
  }
  return names;
}

function everstepNames(imports: readonly Import[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const { from, imported, local } of imports) {
    if (from !== "everstep") continue;
    if (imported !== "*") names.set(local, imported);
    else for (const name of ["workflow", "on", "crm", "actions"]) names.set(`${local}.${name}`, name);
  }
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
