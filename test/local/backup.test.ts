/**
 * `npm run backup` while everything runs, and `npm run restore` into another folder: what had
 * been accepted when the backup began ends there, once.
 */
import { spawn } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { sign } from "@octokit/webhooks-methods";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Api } from "../support/api.ts";
import { bundle } from "../support/bundle.ts";
import { Recorder } from "../support/recorder.ts";
import { cleanEnvironment, cleanUp, type Finished, finish, type LocalServer, repository, spawnServer, startServer, temporaryFolder } from "./server.ts";

const tool = (name: "backup" | "restore", ...args: string[]): Promise<Finished> => finish(spawn(process.execPath, [join(repository, `tools/${name}.mjs`), ...args], { cwd: repository, env: cleanEnvironment({ NO_COLOR: "1" }) }));
const egress = { EVERSTEP_EGRESS_ALLOW: "127.0.0.1" };
const apiOf = ({ local }: LocalServer): Api => new Api(() => local.url, local.apiKey);

const work = temporaryFolder();
const archive = join(work, "backup.tar.gz");
const restored = join(work, "restored");
let recorder: Recorder;
let source: LocalServer;
let backup: Finished;
/** Accepted before the backup began: id → n. */
const early = new Map<string, number>();
/** Accepted while it was made. */
const late = new Map<string, number>();
const waiting: string[] = [];
const deliveries = new Map<string, string>();

async function deliver(server: LocalServer, delivery: string): Promise<{ execution_id: string; created: boolean }> {
  const hooks = JSON.parse(readFileSync(join(source.data, "hooks.json"), "utf8")) as { github: { secret: string } };
  const body = JSON.stringify({ ref: "refs/heads/main", after: "0".repeat(40), repository: { full_name: "a/b" }, pusher: { name: delivery }, commits: [] });
  const headers = { "content-type": "application/json", "x-github-event": "push", "x-github-delivery": delivery, "x-hub-signature-256": await sign(hooks.github.secret, body) };
  const reply = await fetch(`${server.local.url}/hooks/demo/github`, { method: "POST", headers, body });
  expect(reply.status).toBe(202);
  const { executions } = (await reply.json()) as { executions: Array<{ execution_id: string; created: boolean }> };
  return executions[0] as { execution_id: string; created: boolean };
}

/** Starts one after the other until told to stop. */
async function load(api: Api, lane: number, into: () => Map<string, number>, until: () => boolean): Promise<void> {
  for (let count = 0; !until(); count++) {
    const n = lane * 1000 + count;
    const id = await api.start("tally", { n, recorder: recorder.url }, `tally-${n}`);
    // What counts is when the answer was here.
    into().set(id, n);
    if (count % 4 > 0) continue;
    const { execution_id: delivered } = await deliver(source, `delivery-${n}`);
    if (into() === early) deliveries.set(`delivery-${n}`, delivered);
  }
}

beforeAll(async () => {
  recorder = await Recorder.open();
  source = await startServer(temporaryFolder(), egress);
  const api = apiOf(source);
  await api.deploy(await bundle("./workflows/tally.ts", import.meta.url));
  for (let count = 0; count < 5; count++) waiting.push(await api.start("told"));
  let began = false;
  let over = false;
  const lanes = [1, 2, 3, 4].map((lane) => load(api, lane, () => (began ? late : early), () => over));
  // From the first steps to ends: everything is under way at once.
  while (early.size < 80) await new Promise((resolve) => setTimeout(resolve, 20));
  began = true;
  backup = await tool("backup", "--data", source.data, "--to", archive);
  over = true;
  await Promise.all(lanes);
  await source.stop();
}, 240_000);
afterAll(async () => {
  await cleanUp();
  await recorder.close();
});

describe("a backup made under load", () => {
  test("is made while the server answers, all but a moment, and holds no keys", () => {
    expect(backup).toMatchObject({ code: 0, stdout: expect.stringContaining("It holds no keys") });
    const stood = Number(/stood still for (\d+) ms/.exec(backup.stdout)?.[1]);
    console.log(`${early.size} executions before, ${late.size} during the backup; ${backup.stdout.split("\n")[0]}`);
    expect(stood).toBeLessThan(5_000);
    expect(late.size).toBeGreaterThan(0);
    expect(statSync(archive).mode & 0o777).toBe(0o600);
    expect(readdirSync(source.data).filter((name) => name.startsWith(".backup"))).toEqual([]);
  });

  test("restores into a new folder whose databases are all sound", async () => {
    expect(await tool("restore", "--from", archive, "--data", restored)).toMatchObject({ code: 0, stderr: expect.stringContaining("It holds no keys") });
    expect(readdirSync(restored).sort()).toEqual(["mail", "state"].filter((name) => existsSync(join(restored, name))));
    const databases = readdirSync(restored, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".sqlite"));
    expect(databases.length).toBeGreaterThan(50);
    const check = join(work, "check.sqlite");
    for (const name of databases) {
      copyFileSync(join(restored, name), check);
      const database = new DatabaseSync(check);
      expect(database.prepare("PRAGMA integrity_check").get(), name).toEqual({ integrity_check: "ok" });
      database.close();
      for (const suffix of ["", "-wal", "-shm"]) rmSync(`${check}${suffix}`, { force: true });
    }
  });

  test("does not start without the master key, and says where it belongs", async () => {
    const folder = join(work, "keyless");
    cpSync(restored, folder, { recursive: true });
    const { code, stderr } = await finish(spawnServer(folder));
    expect(code).toBe(1);
    expect(stderr).toContain("sealed under another master key");
    expect(stderr).toContain(join(folder, "keys.json"));
  }, 60_000);

  test("goes on where the source was at that instant: all that had been accepted ends, once", async () => {
    for (const name of ["keys.json", "hooks.json"]) copyFileSync(join(source.data, name), join(restored, name));
    const server = await startServer(restored, egress);
    const api = apiOf(server);
    const before = recorder.effects.length;

    for (const [id, n] of early) {
      const { status, output, steps } = await api.end(id);
      expect({ status, output }, id).toEqual({ status: "completed", output: { sum: 10 * n } });
      const keys = steps.map(({ key }) => key);
      expect(new Set(keys).size, id).toBe(keys.length);
      expect(keys.filter((key) => /^(add|effect|nap|double|last|end)-\d+$/.test(key)).length, id).toBe(12);
    }
    // Some had to go on here, or this shows nothing.
    expect(recorder.effects.length).toBeGreaterThan(before);
    for (const id of waiting) {
      expect((await api.send(id, "word", { word: id })).status).toBe(202);
      expect((await api.end(id)).output).toBe(id);
    }

    // What came while it was made is there whole, or not at all and can be sent again.
    for (const [id, n] of late) {
      const found = await api.get(`/executions/${id}`);
      if (found.status === 404) expect(await api.start("tally", { n, recorder: recorder.url }, `tally-${n}`)).toBe(id);
      expect((await api.end(id)).output, id).toEqual({ sum: 10 * n });
    }

    // Deliveries and starts that come again are known.
    for (const [delivery, id] of deliveries) expect(await deliver(server, delivery)).toMatchObject({ execution_id: id, created: false });
    for (const [id, n] of [...early].slice(0, 10)) expect(await api.start("tally", { n, recorder: recorder.url }, `tally-${n}`)).toBe(id);

    // The index says of each what its own object says, and names none twice.
    const listed = new Map<string, string>();
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page: { data: Array<{ id: string; status: string }>; pagination: { next_cursor: string | null } } = await api.expect(api.get(`/executions?workflow_id=tally&limit=200${cursor === "" ? "" : `&cursor=${cursor}`}`), 200);
      for (const { id, status } of page.data) {
        expect(listed.has(id), id).toBe(false);
        listed.set(id, status);
      }
      cursor = page.pagination.next_cursor;
    }
    expect([...listed].filter(([id, status]) => (early.has(id) || late.has(id)) && status !== "completed")).toEqual([]);
    for (const id of early.keys()) expect(listed.has(id), id).toBe(true);

    // Both worlds sent effects: under one key always the same one.
    const calls = new Map<string, string>();
    for (const { execution, label, key, text } of recorder.effects) {
      const call = `${execution} ${label} ${text}`;
      expect(calls.get(key ?? "") ?? call, key ?? "no key").toBe(call);
      calls.set(key ?? "", call);
    }
    expect(new Set(calls.values()).size).toBe(calls.size);
    await server.stop();
  }, 240_000);
});

describe("a backup that is not what it was", () => {
  const broken = (name: string, change: (folder: string) => void): (() => Promise<Finished>) => async () => {
    const folder = join(work, name);
    const whole = join(work, "whole");
    if (!existsSync(whole)) {
      mkdirSync(whole);
      expect((await finish(spawn("tar", ["-xzf", archive, "-C", whole]))).code).toBe(0);
    }
    cpSync(whole, folder, { recursive: true });
    change(folder);
    return tool("restore", "--from", folder, "--data", join(work, `${name}-restored`));
  };
  const file = "data/state/prepared.json";
  const manifest = (folder: string, change: (manifest: Record<string, unknown>) => object): void => {
    const path = join(folder, "manifest.json");
    writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>)));
  };
  const cases: Array<[string, (folder: string) => void, string]> = [
    ["altered", (folder) => writeFileSync(join(folder, file), readFileSync(join(folder, file), "utf8").replace("g", "h")), "state/prepared.json was altered after the backup was made"],
    ["shortened", (folder) => truncateSync(join(folder, file), 10), "state/prepared.json has 10 bytes, and had"],
    ["without a file", (folder) => rmSync(join(folder, file)), "state/prepared.json is missing"],
    ["with a file more", (folder) => writeFileSync(join(folder, "data/state/more.sqlite"), ""), "state/more.sqlite is not in the manifest"],
    ["without its manifest", (folder) => rmSync(join(folder, "manifest.json")), "has no manifest.json that can be read"],
    ["naming a path outside", (folder) => manifest(folder, (all) => ({ ...all, files: [{ path: "../../etc/passwd", size: 1, sha256: "" }] })), "which is outside of it"],
    ["of a later format", (folder) => manifest(folder, (all) => ({ ...all, format: 2 })), "is a backup of format 2; this version reads 1"],
    ["of a newer version", (folder) => manifest(folder, (all) => ({ ...all, everstep: "9.0.0", migrations: ["0000_init.sql", "9999_later.sql"] })), "made by a newer version (9.0.0): this one does not know the migration 9999_later.sql"],
  ];
  test.each(cases)("%s, is refused with what is wrong", async (name, change, message) => {
    const { code, stderr } = await broken(name, change)();
    expect(stderr).toContain(message);
    expect(code).toBe(1);
    expect(existsSync(join(work, `${name}-restored`))).toBe(false);
  });

  test("cut off, is refused", async () => {
    const path = join(work, "cut.tar.gz");
    copyFileSync(archive, path);
    truncateSync(path, Math.floor(statSync(archive).size / 2));
    const { code, stderr } = await tool("restore", "--from", path, "--data", join(work, "cut"));
    expect(stderr).toContain("cut.tar.gz cannot be unpacked: it is cut off, damaged, or no backup");
    expect(code).toBe(1);
    expect(readdirSync(work).filter((name) => name.includes("restoring"))).toEqual([]);
  });

  test("as a folder and untouched, restores too; into a folder that holds something it does not", async () => {
    expect(await (await broken("copy", () => {}))()).toMatchObject({ code: 0 });
    expect(readdirSync(join(work, "copy-restored"))).toContain("state");
    const { code, stderr } = await tool("restore", "--from", archive, "--data", join(work, "copy-restored"));
    expect(stderr).toContain("is not empty: a backup is restored into a new folder");
    expect(code).toBe(1);
  });
});

describe("a server that does not run", () => {
  test("is backed up too, with its keys if asked for, and starts from that alone", async () => {
    const to = join(work, "with-keys");
    const made = await tool("backup", "--data", source.data, "--to", to, "--with-keys");
    expect(made).toMatchObject({ code: 0, stderr: expect.stringContaining("THIS BACKUP HOLDS THE KEYS") });
    expect(made.stdout).not.toContain("stood still");
    expect(statSync(join(to, "data/keys.json")).mode & 0o077).toBe(0);
    const folder = join(work, "with-keys-restored");
    expect((await tool("restore", "--from", to, "--data", folder)).code).toBe(0);
    const server = await startServer(folder, egress);
    expect((await apiOf(server).end([...early.keys()][0] ?? "")).status).toBe("completed");
    await server.stop();
  }, 90_000);

  test("is told apart from no data folder, from a target that is taken, and from the folder itself", async () => {
    for (const [args, message] of [
      [["--data", work, "--to", join(work, "x.tar.gz")], "is no data folder of a server"],
      [["--data", source.data, "--to", archive], "is there already"],
      [["--data", source.data, "--to", join(source.data, "b.tar.gz")], "does not belong into the folder it is made of"],
      [["--data", source.data], "say where to"],
    ] as const) {
      const { code, stderr } = await tool("backup", ...args);
      expect(stderr).toContain(message);
      expect(code).toBe(1);
    }
  });
});
