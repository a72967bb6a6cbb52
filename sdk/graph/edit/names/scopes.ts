/**
 * Scopes of names.
 * @module
 */

export interface Scope {
  parent: Scope | null;
  /** A function's own: `var` goes here, and no jump goes past it. */
  function: boolean;
  names: Map<string, Declared>;
}

export interface Declared {
  name: string;
  at: number;
  /** A function: may be used before it. */
  hoisted: boolean;
  /** It has a value from the beginning. */
  given: boolean;
}

/** A name in use. Jumps are references too: of `return`, `break`, … to what they leave. */
export interface Reference {
  name: string;
  at: number;
  end: number;
  /** Null: not within what was read. */
  declared: Declared | null;
  write: boolean;
  /** `{ name }`: of an object or of a pattern. */
  shorthand: boolean;
}

export interface Names {
  /** What the statement brings into the block that it stands in. */
  declared: Declared[];
  references: Reference[];
  /** Where variables are declared by `{ name }`. */
  patterns: Set<number>;
}

export const newScope = (parent: Scope | null, isFunction = false): Scope => ({ parent, function: isFunction, names: new Map() });

export function functionScope(scope: Scope): Scope {
  let at = scope;
  while (!at.function && at.parent) at = at.parent;
  return at;
}

export function lookUp(scope: Scope, name: string): Declared | null {
  for (let at: Scope | null = scope; at; at = at.parent) {
    const found = at.names.get(name);
    if (found) return found;
    if (at.function && jumps.has(name)) return null;
    if (at.function && name.startsWith("label ")) return null;
  }
  return null;
}

/** No name of a variable: they stand for what `return`, `break`, `continue`, `this` and `await` mean here. */
export const jumps = new Set(["return ", "break ", "continue "]);
