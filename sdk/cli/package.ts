/**
 * Where the everstep package itself lies, and which version it is.
 * @module
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

function findPackageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error("the everstep package is incomplete: its package.json is missing");
    folder = parent;
  }
  return folder;
}

/** Absolute path of the package. */
export const packageRoot = findPackageRoot();

/** Its version, e.g. `0.1.0`. */
export const packageVersion: string = (JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as { version: string }).version;
