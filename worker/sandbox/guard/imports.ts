/**
 * What a tenant's module may import, and what it gets in its place.
 * @module
 */
import type { AnyNode } from "acorn";
import type MagicString from "magic-string";
import { hidden } from "./modules.ts";
import { isOpenNodeModule } from "./node-modules.ts";

const platform = new Set(["cloudflare:workers", "cloudflare:workflows"]);

/**
 * Why this import is refused, null when it is allowed.
 * @param from path of the importing module within the bundle
 * @param extra further specifiers that the platform provides
 */
export function refuseImport(from: string, specifier: string, extra: readonly string[]): string | null {
  if (extra.includes(specifier) || platform.has(specifier)) return null;
  if (specifier === "cloudflare:sockets") return "raw sockets are not available to workflows; use fetch inside a step";
  if (/^\.\.?\//.test(specifier)) return refuseRelative(from, specifier);
  if (specifier.startsWith("node:")) return isOpenNodeModule(specifier) ? null : `"${specifier}" is not available to workflows`;
  if (specifier.startsWith("everstep:")) return `"${specifier}" belongs to the platform; import "everstep"`;
  if (/^[a-z][a-z0-9+.-]*:/i.test(specifier)) return `"${specifier}" is not available to workflows`;
  return `"${specifier}" is not in the bundle; bundle it into the module, import it by a relative path, or write "node:${specifier}" for a module of Node`;
}

function refuseRelative(from: string, specifier: string): string | null {
  // A colon or an escape could name a module of the platform after resolution.
  if (/[:%\\?#]/.test(specifier)) return `"${specifier}" has a character that paths of modules must not have`;
  let depth = from.split("/").filter((part) => part !== "" && part !== ".").length - 1;
  for (const part of specifier.split("/")) {
    if (part === "..") depth -= 1;
    else if (part !== "." && part !== "") depth += 1;
    if (depth < 0) return `"${specifier}" points outside of the bundle`;
  }
  return null;
}

/** Leads an import of what the guard hides in part to the platform's own. `root` is the way up to the bundle's folder. */
export function redirect(node: AnyNode, text: MagicString, root: string): void {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportAllDeclaration":
    case "ExportNamedDeclaration":
    case "ImportExpression": {
      const { source } = node;
      const name = source ? nameOf(source)?.match(/^node:(.*)$/)?.[1] : undefined;
      if (source && name !== undefined && Object.hasOwn(hidden, name)) text.update(source.start, source.end, JSON.stringify(`${root}everstep:${name}`));
    }
  }
}

/** The name that an import gives, when it is written out. */
export function nameOf(source: AnyNode): string | null {
  if (source.type === "Literal") return typeof source.value === "string" ? source.value : null;
  return source.type === "TemplateLiteral" && source.expressions.length === 0 ? (source.quasis[0]?.value.cooked ?? "") : null;
}
