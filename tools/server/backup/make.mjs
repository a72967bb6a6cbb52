// Makes a backup of a data folder, whether a server runs on it or not.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { openDataFolder } from "../files.mjs";
import { heldBy, StartError, takeBackupLock } from "../lock.mjs";
import { runs } from "../processes.mjs";
import { mustBeFree, writeArchive } from "./archive.mjs";
import { BusyError, Capture } from "./capture.mjs";
import { whilePaused } from "./pause.mjs";
import { versions } from "./versions.mjs";

const attempts = 20;
const betweenAttemptsMs = 50;

/**
 * @param {{ data: string, to: string, withKeys?: boolean }} options `to`: a folder, or a file that ends in .tar.gz
 * @returns {Promise<{ files: number, bytes: number, sha256: string, pausedMs: number | null }>}
 *   pausedMs: how long the server did not answer; null when none was running
 * @throws StartError for what can be put right
 */
export async function makeBackup({ data, to, withKeys = false }) {
  if (!existsSync(join(data, "state"))) throw new StartError(`${resolve(data)} is no data folder of a server: it has no folder "state"`);
  if (resolve(to) === resolve(data) || resolve(to).startsWith(`${resolve(data)}/`)) throw new StartError("a backup does not belong into the folder it is made of: name another place");
  mustBeFree(to);
  const folder = openDataFolder(data);
  const holder = heldBy(folder);
  if (holder?.backup) throw new StartError(`another backup of ${folder.root} is being made (process ${holder.pid}): wait for its end`);
  if (!holder) takeBackupLock(folder);
  clearLeftovers(folder.root);
  const staging = join(folder.root, `.backup-${process.pid}`);
  mkdirSync(staging, { mode: 0o700 });
  const capture = new Capture({ root: folder.root, staging: join(staging, "data"), withKeys });
  try {
    capture.before();
    const pausedMs = holder ? await atAnInstant(capture, folder) : null;
    if (!holder) capture.instant();
    const createdAt = new Date().toISOString();
    const paths = await capture.after();
    const about = { created_at: createdAt, ...versions(), migrations: migrationsOf(join(staging, "data"), paths), with_keys: withKeys };
    return { files: paths.length, pausedMs, ...(await writeArchive({ staging, paths, about, to })) };
  } finally {
    capture.release();
    rmSync(staging, { recursive: true, force: true });
  }
}

/** Of backups that were killed. */
function clearLeftovers(root) {
  for (const name of readdirSync(root)) {
    const pid = /^\.backup-(\d+)$/.exec(name)?.[1];
    if (pid && !runs(Number(pid), "backup.mjs")) rmSync(join(root, name), { recursive: true, force: true });
  }
}

/** @returns {Promise<number>} how long the runtime stood still, ms */
async function atAnInstant(capture, folder) {
  for (let attempt = 1; ; attempt++) {
    const pid = runtimePid(folder);
    try {
      const { tookMs } = await whilePaused(pid, (mustBeInTime) => capture.instant(mustBeInTime));
      // One that was started again meanwhile was not the one that stood still.
      if (runtimePid(folder) === pid) return tookMs;
    } catch (error) {
      if (!(error instanceof BusyError) || attempt === attempts) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, betweenAttemptsMs));
  }
}

function runtimePid(folder) {
  const pid = existsSync(folder.runtimePid) ? Number.parseInt(readFileSync(folder.runtimePid, "utf8"), 10) : Number.NaN;
  if (process.platform !== "win32" && runs(pid, "workerd")) return pid;
  throw new StartError(
    process.platform === "win32"
      ? "on Windows a backup is made while the server is stopped"
      : "the server is starting, stopping, or its runtime's process is not known here: try again shortly, or stop the server and make the backup then",
  );
}

/** The names of the migrations that the copy of the database has. */
function migrationsOf(root, paths) {
  for (const path of paths.filter((one) => one.startsWith("state/d1/"))) {
    const database = new DatabaseSync(new URL(`${pathToFileURL(join(root, path)).href}?immutable=1`), { readOnly: true });
    try {
      if (database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'd1_migrations'").get()) return database.prepare("SELECT name FROM d1_migrations ORDER BY id").all().map(({ name }) => name);
    } finally {
      database.close();
    }
  }
  return [];
}
