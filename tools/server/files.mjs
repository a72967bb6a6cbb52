// The data folder: everything a local server keeps. Deleting it is a clean start.
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

/**
 * Opens (or makes) the data folder.
 * @param {string} path
 */
export function openDataFolder(path) {
  const root = resolve(path);
  mkdirSync(join(root, "state"), { recursive: true, mode: 0o700 });
  return {
    root,
    /** What workerd stores: objects, D1, R2. */
    state: join(root, "state"),
    lock: join(root, "server.lock"),
    runtimePid: join(root, "workerd.pid"),
    keys: join(root, "keys.json"),
    local: join(root, "local.json"),
    hooks: join(root, "hooks.json"),
    /** Who can sign in to the demo tenants, with which passwords. */
    people: join(root, "people.json"),
    /** What has been seeded; lies with the state, so that deleting the state forgets it. */
    prepared: join(root, "state", "prepared.json"),
    /** Which master key the state was sealed under: a fingerprint, not the key. */
    masterKeyId: join(root, "state", "master-key-id"),
    /** Mails that nobody sends: a text file each. */
    mail: join(root, "mail"),
    tmp: join(root, "tmp"),
  };
}
/** @typedef {ReturnType<typeof openDataFolder>} DataFolder */

/** A fresh folder for temporary files, so that what a killed server left does not pile up. */
export function clearTemporaryFiles(folder) {
  rmSync(folder.tmp, { recursive: true, force: true });
  mkdirSync(folder.tmp, { recursive: true, mode: 0o700 });
}

/** The parsed file, or undefined when there is none. A file that is not JSON is an error that names it. */
export function readJson(path) {
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new Error(`${path} is not valid JSON (${error.message}). Restore it, or delete it to have it made anew.`, { cause: error });
  }
}

/** Writes for the owner's eyes only, and all or nothing: a crash leaves the old file or the new one. */
export function writePrivateJson(path, value) {
  const next = `${path}.${process.pid}.new`;
  writeFileSync(next, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  chmodSync(next, 0o600);
  renameSync(next, path);
}
