// Copies a data folder as it is at one instant, also while a server writes to it.
//
// 1. Before: databases at rest (no write-ahead log, unchanged for a while) are copied, other
//    files are linked. Those (R2's values, mails) are written once and never changed.
// 2. At the instant, for which the caller stops the runtime: what changed since is found by
//    its stat; each database in use gets a connection whose read transaction sees that instant
//    from then on.
// 3. After: SQLite itself writes those transactions' view into files, at leisure.
import { copyFileSync, constants, linkSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";

/** What is of this server's run, made anew, or a key. */
const leftOut = /^(server\.lock|workerd\.pid|tmp|state\/cache|\.backup-[^/]*|.*\.new|.*-(wal|shm|journal))$/;
/** Opens the data, or the demo tenants' doors. */
const keyFiles = /^(keys|local|hooks|people)\.json$/;
/** A file that changed so lately may change again without its time telling. */
const restMs = 2_000;
/** A database at rest up to this size is simply copied at the instant, bytes. */
const smallBytes = 1 << 20;
/** SQLITE_BUSY */
const busy = 5;
/** Larger ones are not held in memory, bytes. */
const inMemoryBytes = 64 << 20;

/** Thrown at the instant when SQLite is in the middle of something: try another instant. */
export class BusyError extends Error {}

export class Capture {
  /** path in the folder → what was copied of it */
  #files = new Map();
  #pinned = new Map();
  #root;
  #staging;
  #withKeys;

  /** @param {{ root: string, staging: string, withKeys: boolean }} options staging: on the same file system if possible */
  constructor({ root, staging, withKeys }) {
    this.#root = root;
    this.#staging = staging;
    this.#withKeys = withKeys;
  }

  /** Step 1. May be left out. */
  before() {
    for (const file of this.#list()) {
      if (!file.database) this.#link(file);
      else if (!file.log && atRest(file)) this.#copy(file);
    }
  }

  /**
   * Step 2, synchronous: nobody may write meanwhile.
   * @param {() => void} mustBeInTime
   * @throws BusyError; the capture can be tried again
   */
  instant(mustBeInTime = () => {}) {
    this.release();
    const seen = new Set();
    for (const file of this.#list()) {
      mustBeInTime();
      seen.add(file.path);
      if (this.#files.get(file.path)?.identity === file.identity && !file.log) continue;
      if (!file.database) this.#link(file);
      else if (!file.log && file.size <= smallBytes) this.#copy(file);
      else this.#pin(file);
    }
    for (const path of this.#files.keys()) if (!seen.has(path)) this.#drop(path);
  }

  /** Step 3. @returns {Promise<string[]>} the files' paths */
  async after() {
    for (const [path, { young }] of this.#files) if (young) this.#settle(path);
    for (const [path, database] of this.#pinned) {
      await write(database, this.#to(path));
      database.close();
      this.#pinned.delete(path);
    }
    return [...this.#files.keys()].sort();
  }

  /** Ends the read transactions. */
  release() {
    for (const database of this.#pinned.values()) database.close();
    this.#pinned.clear();
  }

  #list() {
    const names = readdirSync(this.#root, { recursive: true, withFileTypes: true });
    const paths = names.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name).slice(this.#root.length + 1).replaceAll("\\", "/"));
    const all = new Set(paths);
    return paths.flatMap((path) => {
      if (parts(path).some((part) => leftOut.test(part)) || (!this.#withKeys && keyFiles.test(path))) return [];
      const stat = lstatSync(join(this.#root, path), { bigint: true, throwIfNoEntry: false });
      if (!stat) return [];
      const { size, mtimeNs, ino } = stat;
      const database = path.endsWith(".sqlite");
      return [{ path, database, size: Number(size), changedAt: Number(mtimeNs / 1_000_000n), identity: `${ino}:${size}:${mtimeNs}`, log: database && all.has(`${path}-wal`) }];
    });
  }

  #to(path) {
    const to = join(this.#staging, path);
    mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
    rmSync(to, { force: true });
    return to;
  }

  #copy({ path, identity }) {
    copyFileSync(join(this.#root, path), this.#to(path), constants.COPYFILE_FICLONE);
    this.#files.set(path, { identity, young: false });
  }

  #link(file) {
    const { path, identity } = file;
    try {
      linkSync(join(this.#root, path), this.#to(path));
      this.#files.set(path, { identity, young: !atRest(file) });
    } catch (error) {
      if (error.code === "ENOENT") return;
      this.#copy(file);
    }
  }

  /** A link to what may still be being written becomes a copy. */
  #settle(path) {
    const to = join(this.#staging, path);
    copyFileSync(to, `${to}.settled`);
    renameSync(`${to}.settled`, to);
  }

  #pin({ path, identity }) {
    const database = new DatabaseSync(join(this.#root, path), { readOnly: true, timeout: 0 });
    this.#pinned.set(path, database);
    try {
      database.exec("BEGIN");
      database.prepare("SELECT count(*) FROM sqlite_schema").get();
    } catch (error) {
      if (error.errcode % 256 === busy) throw new BusyError(path, { cause: error });
      throw new Error(`${path} cannot be read: ${error.message}`, { cause: error });
    }
    this.#files.set(path, { identity, young: false });
  }

  #drop(path) {
    rmSync(join(this.#staging, path), { force: true });
    this.#files.delete(path);
  }
}

const atRest = ({ changedAt }) => Date.now() - changedAt > restMs;

/** `a/b/c` → `a`, `a/b`, `a/b/c` */
const parts = (path) => path.split("/").map((_, index, all) => all.slice(0, index + 1).join("/"));

async function write(database, to) {
  const { page_count: pages } = database.prepare("PRAGMA page_count").get();
  const { page_size: size } = database.prepare("PRAGMA page_size").get();
  if (pages * size <= inMemoryBytes) return writeFileSync(to, database.serialize(), { mode: 0o600 });
  return backup(database, to, { rate: 10_000 });
}
