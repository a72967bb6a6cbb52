import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Env } from "../../worker/env.ts";
import { migrate, MigrationError } from "./migrations.ts";

const { HUB } = env as unknown as Env;

/** Runs in an empty database of its own: the hub's constructor has run, so its tables go first. */
function inEmptyObject(body: (sql: SqlStorage) => void): Promise<void> {
  return runInDurableObject(HUB.get(HUB.newUniqueId()), async (_, state) => {
    await state.storage.deleteAll();
    body(state.storage.sql);
  });
}

const first = "CREATE TABLE a (id TEXT PRIMARY KEY)";
const second = "ALTER TABLE a ADD COLUMN size INTEGER NOT NULL DEFAULT 7; CREATE INDEX a_size ON a (size)";

/** The connection's own count of rows changed since it was opened. */
const changes = (sql: SqlStorage) => sql.exec<{ n: number }>("SELECT total_changes() AS n").one().n;

describe("migrate", () => {
  it("applies every step to an empty object, in order", () =>
    inEmptyObject((sql) => {
      migrate(sql, [first, second]);
      sql.exec("INSERT INTO a (id) VALUES ('x')");
      expect(sql.exec("SELECT * FROM a").toArray()).toEqual([{ id: "x", size: 7 }]);
    }));

  it("applies only what was appended and keeps the rows", () =>
    inEmptyObject((sql) => {
      migrate(sql, [first]);
      sql.exec("INSERT INTO a (id) VALUES ('x')");
      migrate(sql, [first, second]);
      expect(sql.exec("SELECT * FROM a").toArray()).toEqual([{ id: "x", size: 7 }]);
    }));

  it("reads once and writes nothing when there is nothing to do", () =>
    inEmptyObject((sql) => {
      migrate(sql, [first, second]);
      const before = changes(sql);
      const asked: string[] = [];
      const watched = new Proxy(sql, {
        get: (target, name) =>
          name === "exec"
            ? (query: string, ...bindings: unknown[]) => {
                asked.push(query);
                return target.exec(query, ...bindings);
              }
            : Reflect.get(target, name, target),
      });
      migrate(watched, [first, second]);
      expect(asked).toHaveLength(1);
      expect(changes(sql)).toBe(before);
    }));

  it("refuses an object that is ahead of the code, naming both lengths", () =>
    inEmptyObject((sql) => {
      migrate(sql, [first, second]);
      expect(() => migrate(sql, [first])).toThrow(MigrationError);
      expect(() => migrate(sql, [first])).toThrow(/has 2 steps and the code knows 1/);
    }));

  it("refuses a step that was edited after it ran, and changes nothing", () =>
    inEmptyObject((sql) => {
      migrate(sql, [first]);
      const edited = "CREATE TABLE a (id INTEGER)";
      expect(() => migrate(sql, [edited, second])).toThrow(/edited after it ran/);
      expect(sql.exec("SELECT name FROM sqlite_master WHERE name = 'a_size'").toArray()).toEqual([]);
    }));

  it("goes on from the step that failed, once the code is mended", () =>
    inEmptyObject((sql) => {
      expect(() => migrate(sql, [first, "CREATE TABEL b (id)"])).toThrow(/syntax error/);
      migrate(sql, [first, second]);
      expect(sql.exec("SELECT size FROM a").toArray()).toEqual([]);
    }));
});
