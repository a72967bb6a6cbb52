import { describe, expect, it, vi } from "vitest";
import { entry, newHub, time, withSql } from "../../test/fixtures/hub.ts";
import type { EndedEntry, IndexEntry } from "./contract.ts";
import { put } from "./put.ts";
import { type Tell, Untold } from "./untold.ts";

const ended = (id: string, status: IndexEntry["status"], rest: Partial<IndexEntry> = {}): IndexEntry => entry(id, { status, completedAt: time, revision: 3, cause: { tenant: "t", chain: [] }, ...rest });

function untoldOf(sql: SqlStorage, tell?: Tell) {
  const told: string[] = [];
  const alarms: number[] = [];
  const take: Tell = async (entries) => void told.push(...entries.map(({ id, status }: EndedEntry) => `${id} ${status}`));
  const untold = new Untold(sql, tell ?? take, (at) => alarms.push(at));
  const note = (one: IndexEntry, now = time) => {
    if (put(sql, one, now)) untold.note(one, now);
  };
  return { untold, told, alarms, note };
}

describe("ends of executions", () => {
  it("are told when somebody listens; failures always are", () =>
    withSql(newHub(), async (sql) => {
      const { untold, told, note } = untoldOf(sql);
      for (const status of ["completed", "failed", "cancelled", "running", "stalled"] as const) note(ended(status, status));
      await untold.pump();
      expect(told).toEqual(["failed failed"]);
      untold.listen(["execution.completed"]);
      note(ended("a", "completed"));
      note(ended("b", "cancelled"));
      await untold.pump();
      expect(told).toEqual(["failed failed", "a completed"]);
      expect(untold.any()).toBe(false);
    }));

  it("cost neither a row nor an alarm when nobody listens", () =>
    withSql(newHub(), (sql) => {
      const { untold, alarms, note } = untoldOf(sql);
      note(ended("a", "completed"));
      note(ended("b", "failed", { completedAt: null }));
      expect([untold.any(), alarms]).toEqual([false, []]);
    }));

  it("are no news when an older word of them comes late, nor a day after they happened", () =>
    withSql(newHub(), async (sql) => {
      const { untold, told, note } = untoldOf(sql);
      note(ended("a", "failed"));
      note(ended("a", "failed", { revision: 2 }));
      note(ended("archived", "failed", { completedAt: time - 25 * 3_600_000 }));
      await untold.pump();
      expect(told).toEqual(["a failed"]);
    }));

  it("are told again by the alarm until they were heard", () =>
    withSql(newHub(), async (sql) => {
      vi.spyOn(console, "warn").mockImplementation(() => {});
      let fails = true;
      const heard: number[] = [];
      const { untold, alarms, note } = untoldOf(sql, async (entries) => {
        if (fails) throw new Error("no database");
        heard.push(entries.length);
      });
      for (let index = 0; index < 70; index++) note(ended(`e${index}`, "failed"));
      expect(alarms).toHaveLength(1);
      await untold.pump();
      await untold.run(time + 5_000);
      expect([untold.any(), alarms]).toEqual([true, [time + 5_000, time + 10_000]]);
      fails = false;
      await untold.run(time + 10_000);
      expect([heard, untold.any(), alarms.length]).toEqual([[50, 20], false, 2]);
    }));

  it("are remembered, and who listens too, by an object that begins anew", () =>
    withSql(newHub(), async (sql) => {
      const before = untoldOf(sql, () => Promise.reject(new Error("crash")));
      before.untold.listen(["execution.completed", "execution.cancelled"]);
      before.untold.listen(["execution.completed"]);
      before.note(ended("a", "completed"));
      const { untold, told, note } = untoldOf(sql);
      note(ended("b", "cancelled"));
      note(ended("c", "completed"));
      await untold.run(time);
      expect(told).toEqual(["a completed", "c completed"]);
    }));
});
