import { describe, expect, it } from "vitest";
import { entry, newHub, time, withSql } from "../../test/fixtures/hub.ts";
import type { StartRequest } from "../execution/contract.ts";
import { put } from "./put.ts";
import { Repair, repairAfterMs } from "./repair.ts";

const request = (id: string): string => JSON.stringify({ id, tenant: "t" });

function harness(sql: SqlStorage, restart: (request: StartRequest) => Promise<void> = async () => {}) {
  const alarms: number[] = [];
  const restarted: StartRequest[] = [];
  const repair = new Repair(
    sql,
    async (one) => {
      restarted.push(one);
      await restart(one);
    },
    (at) => alarms.push(at),
  );
  return { repair, alarms, restarted };
}

describe("repair", () => {
  it("starts again what was accepted and never heard of, and only that", () =>
    withSql(newHub(), async (sql) => {
      put(sql, entry("lost", { start: request("lost") }), time);
      put(sql, entry("taken up", { start: request("taken up") }), time);
      put(sql, entry("taken up", { revision: 1, status: "sleeping" }), time + 1);
      put(sql, entry("young", { start: request("young") }), time + repairAfterMs);
      const { repair, restarted } = harness(sql);
      await repair.run(time + repairAfterMs);
      expect(restarted).toEqual([{ id: "lost", tenant: "t", restarts: 1 }]);
    }));

  it("leaves alone what waits its turn, and rings for nothing on its account", () =>
    withSql(newHub(), async (sql) => {
      put(sql, entry("queued", { status: "queued", start: request("queued") }), time);
      const { repair, restarted, alarms } = harness(sql);
      await repair.run(time + 1_000 * repairAfterMs);
      expect(await repair.one("queued", time)).toBe(true);
      expect([restarted, alarms]).toEqual([[], []]);
    }));

  it("sets one alarm however many executions are accepted", () =>
    withSql(newHub(), (sql) => {
      const { repair, alarms } = harness(sql);
      repair.expect(time);
      repair.expect(time + 1);
      expect(alarms).toEqual([time + repairAfterMs]);
    }));

  it("keeps its alarm while something is still unheard of, and lets it go after", () =>
    withSql(newHub(), async (sql) => {
      put(sql, entry("a", { start: request("a") }), time);
      const { repair, alarms } = harness(sql);
      await repair.run(time + repairAfterMs);
      expect(alarms).toHaveLength(1);
      put(sql, entry("a", { revision: 1, status: "completed" }), time);
      await repair.run(time + 2 * repairAfterMs);
      expect(alarms).toHaveLength(1);
    }));

  it("starts one at once when it is asked to, and counts that as a restart", () =>
    withSql(newHub(), async (sql) => {
      put(sql, entry("lost", { start: request("lost") }), time);
      const { repair, restarted } = harness(sql);
      expect(await repair.one("lost", time)).toBe(true);
      await repair.run(time + repairAfterMs);
      expect(restarted.map(({ id, restarts }) => [id, restarts])).toEqual([
        ["lost", 1],
        ["lost", 2],
      ]);
    }));

  it("does not start one that its object has, nor one that nobody registered", () =>
    withSql(newHub(), async (sql) => {
      put(sql, entry("taken up", { revision: 1, status: "sleeping" }), time);
      const { repair, restarted } = harness(sql);
      expect([await repair.one("taken up", time), await repair.one("unheard of", time)]).toEqual([true, false]);
      expect(restarted).toEqual([]);
    }));

  it("counts restarts, and one that keeps failing hides no other", () =>
    withSql(newHub(), async (sql) => {
      put(sql, entry("bad", { start: request("bad") }), time);
      const { repair, restarted } = harness(sql, async ({ id }) => {
        if (id === "bad") throw new Error("no");
      });
      await repair.run(time + repairAfterMs);
      put(sql, entry("good", { start: request("good") }), time + 1);
      await repair.run(time + 2 * repairAfterMs);
      expect(restarted.map(({ id, restarts }) => [id, restarts])).toEqual([
        ["bad", 1],
        ["good", 1],
        ["bad", 2],
      ]);
    }));
});
