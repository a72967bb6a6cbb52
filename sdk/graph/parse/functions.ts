/**
 * Functions as values: callbacks, helpers, handlers.
 * @module
 */
import type { ArrowFunctionExpression, ClassMethod, ClassPrivateMethod, FunctionDeclaration, FunctionExpression, Node, ObjectMethod, Statement } from "@babel/types";
import type { Range } from "../value.ts";
import { bare, keyOf, rangeOf } from "./values.ts";

export type AnyFunction = ArrowFunctionExpression | FunctionExpression | FunctionDeclaration | ObjectMethod | ClassMethod | ClassPrivateMethod;

/** The function that is written here; of a name null. */
export function callbackOf(node: Node | null | undefined): ArrowFunctionExpression | FunctionExpression | null {
  if (!node) return null;
  const at = bare(node);
  return at.type === "ArrowFunctionExpression" || at.type === "FunctionExpression" ? at : null;
}

export interface Declared {
  /** As it is called: `f`, `tools.f`. */
  called: string;
  fn: AnyFunction;
  range: Range;
}

/** Functions that statements declare: `function f() {}`, `const f = async () => {}`. */
export function* declaredFunctions(statements: readonly Statement[]): Generator<Declared> {
  for (const statement of statements) {
    const declared = statement.type === "ExportNamedDeclaration" || statement.type === "ExportDefaultDeclaration" ? statement.declaration : statement;
    if (declared?.type === "FunctionDeclaration") yield { called: declared.id?.name ?? "default", fn: declared, range: rangeOf(declared) };
    const unnamed = statement.type === "ExportDefaultDeclaration" ? callbackOf(statement.declaration) : null;
    if (unnamed) yield { called: "default", fn: unnamed, range: rangeOf(unnamed) };
    if (declared?.type !== "VariableDeclaration") continue;
    for (const { id, init } of declared.declarations) {
      const fn = callbackOf(init);
      if (fn && id.type === "Identifier") yield { called: id.name, fn, range: rangeOf(fn) };
    }
  }
}

/** Those of objects at the top of a file: `const tools = { async f() {} }`. */
export function* functionsOfObjects(statements: readonly Statement[]): Generator<Declared> {
  for (const statement of statements) {
    const declared = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (declared?.type !== "VariableDeclaration") continue;
    for (const { id, init } of declared.declarations) {
      const object = init ? bare(init) : null;
      if (id.type !== "Identifier" || object?.type !== "ObjectExpression") continue;
      for (const property of object.properties) {
        if (property.type === "SpreadElement" || property.computed) continue;
        const fn = property.type === "ObjectMethod" ? property : callbackOf(property.value);
        const key = keyOf(property.key);
        if (fn && key !== null) yield { called: `${id.name}.${key}`, fn, range: rangeOf(property) };
      }
    }
  }
}
