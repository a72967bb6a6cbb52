/**
 * Modules of Node that code gets at run time, through `process` or through the platform's own
 * modules of the same name (./modules.ts).
 * @module
 */
import { createRequire } from "node:module";
import { hidden } from "./modules.ts";
import { openModules } from "./node-modules.ts";

const { defineProperty } = Object;

type Hand = (id: string) => unknown;

/** What `process.getBuiltinModule` hands out; for the modules of ./modules.ts too. */
export let handOut: Hand = () => undefined;

/**
 * Lets `process.getBuiltinModule` hand out what an import may name, and nothing else, with
 * guarded classes in the modules that have them too. Run it before tenant code.
 *
 * Nothing is loaded before it is asked for: `process` alone takes 7 ms.
 */
export function guardModules(scope: Record<string, unknown>): void {
  if (!("process" in scope)) return;
  const load: Hand = createRequire("file:///guard.js");
  const { call } = Function.prototype;
  const has = call.bind(Set.prototype.has, openModules) as (name: string) => boolean;
  const matches = call.bind(RegExp.prototype.exec, /^(?:node:)?([a-z0-9_]+)(\/[a-z]+)?$/) as (text: string) => string[] | null;
  const guarded = Object.entries(hidden).map(([name, exports]) => ({ name, exports, values: exports.map((key) => (key in scope ? scope[key] : getBuiltinModule)), done: false }));

  handOut = (id) => {
    const [, name = "", folder = ""] = (typeof id === "string" && matches(id)) || [];
    if (!has(name)) return undefined;
    const module = load(`node:${name}${folder}`) as object;
    for (let at = 0; at < guarded.length; at++) {
      const entry = guarded[at];
      if (entry?.name === name && !entry.done) entry.done = fix(module, entry.exports, entry.values);
    }
    return module;
  };
  const put = (value: unknown): unknown => {
    defineProperty(scope, "process", { value, writable: true, enumerable: true, configurable: true });
    return value;
  };
  // Deleted first: to define it anew would load it.
  Reflect.deleteProperty(scope, "process");
  defineProperty(scope, "process", { get: () => put(handOut("process")), set: put, enumerable: true, configurable: true });
}

function getBuiltinModule(id: string): unknown {
  try {
    return handOut(id);
  } catch {
    // There is no such module.
    return undefined;
  }
}

/** Writes exports of a module for good. */
function fix(module: object, names: readonly string[], values: readonly unknown[]): true {
  for (let at = 0; at < names.length; at++) defineProperty(module, names[at] ?? "", { value: values[at], writable: false, enumerable: true, configurable: false });
  return true;
}
