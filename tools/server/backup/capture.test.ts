import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Capture } from "./capture.mjs";
import { whilePaused } from "./pause.mjs";

let root: string;
let staging: string;
let writer: ChildProcess | undefined;

beforeEach(() => {
  const base = mkdtempSync(join(tmpdir(), "everstep-capture-"));
  root = join(base, "data");
  staging = join(base, "staging");
  mkdirSync(join(root, "state"), { recursive: true });
});
afterEach(() => {
  writer?.kill("SIGKILL");
  writer = undefined;
  rmSync(join(root, ".."), { recursive: true, force: true });
});

const old = new Date(Date.now() - 60_000);
const put = (path: string, text: string, at?: Date): void => {
  mkdirSync(join(root, path, ".."), { recursive: true });
  writeFileSync(join(root, path), text);
  if (at) utimesSync(join(root, path), at, at);
};
const captureOf = (withKeys = false): Capture => new Capture({ root, staging, withKeys });
const count = (path: string): number => {
  const database = new DatabaseSync(path);
  expect(database.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
  const { n } = database.prepare("SELECT coalesce(max(n), 0) AS n FROM numbers").get() as { n: number };
  database.close();
  return n;
};

/** A process that writes every number into `a`, then into `b`, then into a file: never otherwise. */
async function startWriter(): Promise<number> {
  const program = `
    const { DatabaseSync } = require("node:sqlite"); const { renameSync, writeFileSync } = require("node:fs");
    const open = (name) => { const d = new DatabaseSync(name); d.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; CREATE TABLE numbers (n INTEGER, filler TEXT)"); return d.prepare("INSERT INTO numbers VALUES (?, ?)"); };
    const a = open("state/a.sqlite"), b = open("state/b.sqlite");
    console.log("ready");
    for (let n = 1; ; n++) { a.run(n, "x".repeat(500)); b.run(n, "y".repeat(50)); writeFileSync("state/c.txt.new", String(n)); renameSync("state/c.txt.new", "state/c.txt"); }`;
  const child = spawn(process.execPath, ["-e", program], { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  writer = child;
  await once(child.stdout as NonNullable<typeof child.stdout>, "data");
  return child.pid ?? 0;
}

test("everything is as of one instant, however fast it changes", async () => {
  const pid = await startWriter();
  let last = 0;
  for (let round = 0; round < 8; round++) {
    const capture = captureOf();
    capture.before();
    await whilePaused(pid, (mustBeInTime) => capture.instant(mustBeInTime));
    expect(await capture.after()).toEqual(["state/a.sqlite", "state/b.sqlite", "state/c.txt"]);
    const [a, b, c] = [count(join(staging, "state/a.sqlite")), count(join(staging, "state/b.sqlite")), Number(readFileSync(join(staging, "state/c.txt"), "utf8"))];
    // The writer was stopped between two of its writes.
    expect(a - b).toBeOneOf([0, 1]);
    expect(b - c).toBeOneOf([0, 1]);
    expect(a).toBeGreaterThan(last);
    last = a;
    rmSync(staging, { recursive: true });
  }
});

test("a paused process goes on, also when the work fails", async () => {
  const pid = await startWriter();
  await expect(
    whilePaused(pid, () => {
      throw new Error("no");
    }),
  ).rejects.toThrow("no");
  expect(readFileSync(`/proc/${pid}/stat`, "utf8")).not.toMatch(/\) T /);
});

test("a process that is gone is an error, not a pause", async () => {
  const pid = await startWriter();
  writer?.kill("SIGKILL");
  await once(writer as ChildProcess, "exit");
  await expect(whilePaused(pid, () => "done")).rejects.toThrow("the server stopped");
});

test("a large database goes page by page, and what is written meanwhile is not in it", async () => {
  const path = join(root, "state/large.sqlite");
  const database = new DatabaseSync(path);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; CREATE TABLE numbers (n INTEGER, filler BLOB)");
  const insert = database.prepare("INSERT INTO numbers VALUES (?, zeroblob(1000000))");
  for (let n = 1; n <= 70; n++) insert.run(n);
  const capture = captureOf();
  capture.instant();
  const written = capture.after();
  for (let n = 71; n <= 75; n++) insert.run(n);
  await written;
  database.close();
  expect(count(join(staging, "state/large.sqlite"))).toBe(70);
  expect(readdirSync(join(staging, "state"))).toEqual(["large.sqlite"]);
});

test("a database at rest is copied before, and again at the instant if it changed", async () => {
  for (const name of ["still", "changed"]) {
    const database = new DatabaseSync(join(root, `state/${name}.sqlite`));
    database.exec("CREATE TABLE numbers (n INTEGER); INSERT INTO numbers VALUES (1)");
    database.close();
    utimesSync(join(root, `state/${name}.sqlite`), old, old);
  }
  const capture = captureOf();
  capture.before();
  expect(readdirSync(join(staging, "state")).sort()).toEqual(["changed.sqlite", "still.sqlite"]);
  const database = new DatabaseSync(join(root, "state/changed.sqlite"));
  database.exec("PRAGMA journal_mode = WAL; INSERT INTO numbers VALUES (2)");
  capture.instant();
  database.exec("INSERT INTO numbers VALUES (3)");
  await capture.after();
  database.close();
  expect([count(join(staging, "state/still.sqlite")), count(join(staging, "state/changed.sqlite"))]).toEqual([1, 2]);
});

test("files that come and go before the instant are there and gone; what comes later is not in it", async () => {
  put("state/r2/blobs/stays", "stays", old);
  put("state/r2/blobs/goes", "goes", old);
  const capture = captureOf();
  capture.before();
  rmSync(join(root, "state/r2/blobs/goes"));
  put("state/r2/blobs/comes", "comes");
  capture.instant();
  rmSync(join(root, "state/r2/blobs/stays"));
  put("state/r2/blobs/late", "late");
  expect(await capture.after()).toEqual(["state/r2/blobs/comes", "state/r2/blobs/stays"]);
  // Somebody was still writing it: nothing of that reaches the copy any more.
  writeFileSync(join(root, "state/r2/blobs/comes"), "changed", { flag: "r+" });
  expect(["comes", "stays"].map((name) => readFileSync(join(staging, "state/r2/blobs", name), "utf8"))).toEqual(["comes", "stays"]);
});

test("what belongs to the running server stays out, and keys unless asked for", async () => {
  for (const path of ["server.lock", "workerd.pid", "keys.json", "local.json", "hooks.json", "people.json", "tmp/x", "state/cache/y.sqlite", ".backup-1/data/z", "state/prepared.json", "mail/1.txt"]) put(path, path);
  const capture = captureOf();
  capture.instant();
  expect(await capture.after()).toEqual(["mail/1.txt", "state/prepared.json"]);
  rmSync(staging, { recursive: true });
  const all = captureOf(true);
  all.instant();
  expect(await all.after()).toEqual(["hooks.json", "keys.json", "local.json", "mail/1.txt", "people.json", "state/prepared.json"]);
  expect(existsSync(join(staging, "server.lock"))).toBe(false);
});
