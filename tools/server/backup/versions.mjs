// What a backup was made by, and what this version knows. Imports nothing heavy: a backup
// should begin at once.
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readJson } from "../files.mjs";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** @returns {{ everstep: string, workerd: string }} */
export function versions() {
  const workerd = createRequire(import.meta.url).resolve("workerd");
  return { everstep: readJson(join(root, "sdk/package.json")).version, workerd: readJson(join(dirname(workerd), "../package.json")).version };
}

/** Names of the migrations that this version has. */
export function knownMigrations() {
  return readdirSync(join(root, "migrations")).filter((name) => name.endsWith(".sql")).sort();
}
