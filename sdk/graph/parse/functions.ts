/**
 * Functions as values: callbacks, helpers, handlers.
 * @module
 */
import type { ArrowFunctionExpression, FunctionDeclaration, FunctionExpression, Node, ObjectMethod, ClassMethod, Statement } from "@babel/types";
import type { Candidate, FileNames, Reading } from "./reading.ts";
import { bare, rangeOf } from "./values.ts";

export type AnyFunction = ArrowFunctionExpression | FunctionExpression | FunctionDeclaration | ObjectMethod | ClassMethod;

/** The function that is written here; of a name null. */
export function callbackOf(_reading: Reading | null, node: Node | undefined): ArrowFunctionExpression | FunctionExpression | null {
  if (!node) return null;
  const at = bare(node);
  return at.type === "ArrowFunctionExpression" || at.type === "FunctionExpression" ? at : null;
}

/** Functions that statements declare, by name: `function f() {}`, `const f = async () => {}`. */
export function declaredFunctions(statements: readonly Statement[], file: FileNames): Map<string, Candidate> {
  const found = new Map<string, Candidate>();
  const add = (name: string, fn: AnyFunction, node: Node): void => void found.set(name, { fn, range: rangeOf(node), file });
  for (const statement of statements) {
    const declared = statement.type === "ExportNamedDeclaration" || statement.type === "ExportDefaultDeclaration" ? statement.declaration : statement;
    if (declared?.type === "FunctionDeclaration" && declared.id) add(declared.id.name, declared, declared);
    if (declared?.type !== "VariableDeclaration") continue;
    for (const { id, init } of declared.declarations) {
      const fn = init ? callbackOf(null, init) : null;
      if (fn && id.type === "Identifier") add(id.name, fn, fn);
    }
  }
  return found;
}
