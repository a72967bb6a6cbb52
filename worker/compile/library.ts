/**
 * The packages that workflows compiled at the edge may import: built with the platform
 * (tools/build.mjs) and put beside their modules, so that a version keeps running what it was
 * published with.
 * @module
 */
import everstep from "../../.build/library-everstep.txt";
import zod from "../../.build/library-zod.txt";

/** Module by specifier. */
const pathOf: Readonly<Record<string, string>> = { everstep: "node_modules/everstep.js", zod: "node_modules/zod.js", "zod/v4": "node_modules/zod.js" };

const texts: Readonly<Record<string, string>> = { "node_modules/everstep.js": everstep, "node_modules/zod.js": zod };

/** Path of the module that stands for a package; null for one that is not here. */
export function libraryPath(specifier: string): string | null {
  return Object.hasOwn(pathOf, specifier) ? (pathOf[specifier] ?? null) : null;
}

export function libraryText(path: string): string {
  const text = texts[path];
  if (text === undefined) throw new Error(`there is no library module ${path}`);
  return text;
}

/** Whether this module is one of the platform's own, as it was built with it. */
export function isLibrary(path: string, code: string): boolean {
  return Object.hasOwn(texts, path) && texts[path] === code;
}
