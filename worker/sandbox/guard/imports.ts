/**
 * What a tenant's module may import.
 * @module
 */

const platform = new Set(["cloudflare:workers", "cloudflare:workflows"]);
const closedNode = new Set(["vm", "child_process", "worker_threads", "cluster", "inspector", "module"]);

/**
 * Why this import is refused, null when it is allowed.
 * @param from path of the importing module within the bundle
 * @param extra further specifiers that the platform provides
 */
export function refuseImport(from: string, specifier: string, extra: readonly string[]): string | null {
  if (extra.includes(specifier) || platform.has(specifier)) return null;
  if (specifier === "cloudflare:sockets") return "raw sockets are not available to workflows; use fetch inside a step";
  if (/^\.\.?\//.test(specifier)) return refuseRelative(from, specifier);
  if (specifier.startsWith("node:")) {
    const name = specifier.slice(5).split("/")[0] ?? "";
    return closedNode.has(name) ? `"${specifier}" is not available to workflows` : null;
  }
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
