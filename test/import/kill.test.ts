/** An import on a real server that is killed: every row is there once, and undoing takes them all. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Server, startServer } from "../support/server.ts";
import { act, addresses, configure, importOf, upload, withKills } from "./importing.ts";

const rows = 3000;
const settings = { mapping: [{ column: 0, field: "name" }, { column: 1, field: "email" }, { column: 2, field: "phone" }, { column: 3, field: "score" }, { column: 4, field: "description" }], dedupe: { keys: ["email"], mode: "skip" }, options: { fire_events: false } };

let server: Server;
beforeAll(async () => void (server = await startServer()), 120_000);
afterAll(() => server?.stop());

test("killed twice midway and twice while it is undone, it loses and doubles nothing", async () => {
  const id = await upload(server, rows);
  await configure(server, id, settings);
  await act(server, id, "start");
  const done = await withKills(server, id, [5, 40], "completed", ({ progress }) => progress.percent);
  expect(done.progress).toMatchObject({ rows, created: rows, skipped: 0, invalid: 0 });
  const all = await addresses(server);
  expect(all.length).toBe(rows);
  expect(new Set(all).size).toBe(rows);
  await act(server, id, "undo");
  const undone = await withKills(server, id, [5, 40], "undone", ({ progress }) => progress.percent);
  expect(undone.progress).toMatchObject({ undone: rows, kept: 0 });
  expect(await addresses(server)).toEqual([]);
  expect((await importOf(server, id)).status).toBe("undone");
}, 300_000);
