/**
 * Which file a relative import names.
 * @module
 */

/** The folder of a file joined with a relative specifier; null when that lies outside. */
function joined(from: string, specifier: string): string | null {
  const parts = from.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "." || part === "") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return null;
  }
  return parts.join("/");
}

/** As the compiler of TypeScript looks: the file itself, the `.ts` that a `.js` stands for, without an ending, a folder's index. */
export function resolveFile(files: Readonly<Record<string, string>>, from: string, specifier: string): string | null {
  const path = joined(from, specifier);
  if (path === null) return null;
  const instead = /\.(m?)js$/.test(path) ? [path.replace(/\.(m?)js$/, ".$1ts")] : [];
  const candidates = [path, ...instead, `${path}.ts`, `${path}.mts`, `${path}.js`, `${path}.mjs`, `${path}/index.ts`, `${path}/index.js`];
  return candidates.find((candidate) => /\.m?[tj]s$/.test(candidate) && Object.hasOwn(files, candidate)) ?? null;
}

export function isRelative(specifier: string): boolean {
  return /^\.\.?(\/|$)/.test(specifier);
}

/** Path of the module that a file is compiled to. */
export const modulePath = (file: string): string => file.replace(/\.(m?)ts$/, ".$1js");

/** How a module names another; both by path. */
export function specifierTo(from: string, to: string): string {
  const [a, b] = [from.split("/").slice(0, -1), to.split("/")];
  let same = 0;
  while (same < a.length && same < b.length - 1 && a[same] === b[same]) same++;
  const up = "../".repeat(a.length - same);
  return (up || "./") + b.slice(same).join("/");
}
