// One server per data folder: two runtimes on the same databases would corrupt them.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { readJson } from "./files.mjs";
import { end, runs } from "./processes.mjs";

/** Thrown for what the user can put right; shown without a stack. */
export class StartError extends Error {}

/**
 * Takes the folder for this process, clearing away what a killed server left behind.
 * @param {import("./files.mjs").DataFolder} folder
 * @throws StartError when a server is running on the folder
 */
export async function takeLock(folder) {
  const holder = heldBy(folder);
  if (holder?.backup) throw new StartError(`a backup of ${folder.root} is being made (process ${holder.pid}): wait for its end`);
  if (holder) {
    throw new StartError(
      `a server is already running on ${folder.root} (process ${holder.pid}${holder.url ? `, ${holder.url}` : ""}).\n` +
        "Stop it first, or choose another folder and port: EVERSTEP_DATA=.everstep-2 PORT=8788 npm start",
    );
  }
  rmSync(folder.lock, { force: true });
  try {
    writeFileSync(folder.lock, JSON.stringify({ pid: process.pid }), { flag: "wx", mode: 0o600 });
  } catch (error) {
    if (error.code === "EEXIST") throw new StartError(`another server is starting on ${folder.root} at this moment`, { cause: error });
    throw error;
  }
  process.on("exit", () => releaseLock(folder));
  await endOrphan(folder);
}

/** Keeps servers away from a folder that nobody serves. */
export function takeBackupLock(folder) {
  writeFileSync(folder.lock, JSON.stringify({ pid: process.pid, backup: true }), { mode: 0o600 });
  process.on("exit", () => releaseLock(folder));
}

/** Notes where the server listens, for the message a second server gives. */
export function describeLock(folder, url) {
  writeFileSync(folder.lock, JSON.stringify({ pid: process.pid, url }), { mode: 0o600 });
}

export function releaseLock(folder) {
  try {
    if (readJson(folder.lock)?.pid === process.pid) rmSync(folder.lock, { force: true });
  } catch {
    // An unreadable lock is not ours to remove.
  }
}

/**
 * What runs on the folder now: a server, or a backup of one that does not run.
 * @returns {{ pid: number, url?: string, backup?: boolean } | undefined} url: of a server that is ready
 */
export function heldBy(folder) {
  try {
    const held = readJson(folder.lock);
    return held && runs(held.pid, held.backup ? "backup.mjs" : "serve.mjs") ? held : undefined;
  } catch {
    return undefined; // Half-written by a server that was killed while it started.
  }
}

/** A server killed alone (not its group) leaves its runtime running, holding port and databases. */
async function endOrphan(folder) {
  let pid;
  try {
    pid = Number.parseInt(readFileSync(folder.runtimePid, "utf8"), 10);
  } catch {
    return;
  }
  if (runs(pid, "workerd")) await end(pid);
  rmSync(folder.runtimePid, { force: true });
}
