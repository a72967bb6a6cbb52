// Puts a backup into a new data folder: whole, or not at all.
import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { StartError } from "../lock.mjs";
import { copyTree, readArchive } from "./archive.mjs";
import { knownMigrations } from "./versions.mjs";

/**
 * @param {{ from: string, data: string }} options data: a folder that is not there, or empty
 * @returns {Promise<object>} the backup's manifest
 * @throws StartError saying what is wrong with the backup or the folder
 */
export async function restoreBackup({ from, data }) {
  const target = resolve(data);
  if (existsSync(target) && (!lstatSync(target).isDirectory() || readdirSync(target).length > 0)) throw new StartError(`${target} is not empty: a backup is restored into a new folder`);
  const scratch = `${target}.restoring-${process.pid}`;
  mkdirSync(dirname(target), { recursive: true });
  try {
    const { root, manifest } = await readArchive(from, join(scratch, "unpacked"));
    mustBeKnown(manifest, from);
    const ready = join(scratch, "ready");
    if (root === resolve(from)) copyTree(join(root, "data"), ready, manifest.files.map(({ path }) => path));
    else renameSync(join(root, "data"), ready);
    mkdirSync(join(ready, "state"), { recursive: true, mode: 0o700 });
    if (existsSync(target)) rmdirSync(target);
    renameSync(ready, target);
    return manifest;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Older databases are migrated at the next start; newer ones cannot be gone back with. */
function mustBeKnown({ migrations = [], everstep }, from) {
  const known = new Set(knownMigrations());
  const unknown = migrations.filter((name) => !known.has(name));
  if (unknown.length > 0) throw new StartError(`${from} was made by a newer version (${everstep}): this one does not know the migration${unknown.length > 1 ? "s" : ""} ${unknown.join(", ")}. Restore it with that version.`);
}
