import { describe, expect, it } from "vitest";
import { entry, newHub, time, withSql } from "../../test/fixtures/hub.ts";
import { activity, type Activity, activitySchema } from "./activity.ts";
import { forget } from "./forget.ts";
import { put } from "./put.ts";

const hour = 3_600_000;
const day = 24 * hour;
const begin = Math.floor(time / day) * day;
const sorted = (rows: Activity[]) => rows.map(({ workflow_id, what, count, duration }) => [workflow_id, what, count, duration]).sort();
const today = [[0, "day", begin, begin + day, 1]] as const;

describe("activity", () => {
  it("counts each execution once when it begins and once when it ends, however often it is put", () =>
    withSql(newHub(), (sql) => {
      for (const revision of [0, 0, 1]) put(sql, entry("a", { revision, createdAt: begin }), time);
      for (const revision of [2, 2, 3]) put(sql, entry("a", { revision, createdAt: begin, status: "completed", completedAt: begin + 2 * hour }), time);
      put(sql, entry("b", { createdAt: begin, status: "failed", completedAt: begin + hour }), time);
      put(sql, entry("c", { createdAt: begin, workflowId: "other" }), time);
      const expected = [["other", "started", 1, 0], ["welcome", "completed", 1, 2 * hour], ["welcome", "failed", 1, hour], ["welcome", "started", 2, 0]];
      expect(sorted(activity(sql, today))).toEqual(expected);
      expect(sorted(activity(sql, [[0, "quarter", begin, begin + day, 1]]))).toEqual(expected);
      expect(sorted(activity(sql, [[0, "day", begin, begin + day, 1], [0, "quarter", begin, begin + hour, -1]]))).toEqual([["welcome", "completed", 1, 2 * hour], ["welcome", "failed", 1, hour]]);
    }));

  it("of one that is retried ends again, and stays when the index forgets it", () =>
    withSql(newHub(), (sql) => {
      put(sql, entry("a", { createdAt: begin, status: "failed", completedAt: begin + hour, revision: 1 }), time);
      put(sql, entry("a", { createdAt: begin, status: "running", revision: 2 }), time);
      put(sql, entry("a", { createdAt: begin, status: "completed", completedAt: begin + 3 * hour, revision: 3 }), time);
      forget(sql, ["a"]);
      expect(sorted(activity(sql, today))).toEqual([["welcome", "completed", 1, 3 * hour], ["welcome", "failed", 1, hour], ["welcome", "started", 1, 0]]);
    }));

  it("begins with what the index of a hub from before has", () =>
    withSql(newHub(), (sql) => {
      put(sql, entry("a", { createdAt: begin, status: "completed", completedAt: begin + hour }), time);
      put(sql, entry("b", { createdAt: begin + 5 }), time);
      const before = sorted(activity(sql, today));
      sql.exec("DROP TABLE activity; DROP TRIGGER activity_began; DROP TRIGGER activity_began_and_ended; DROP TRIGGER activity_ended;");
      sql.exec(activitySchema);
      expect(sorted(activity(sql, today))).toEqual(before);
      put(sql, entry("c", { createdAt: begin + 6 }), time);
      expect(sorted(activity(sql, today))).toContainEqual(["welcome", "started", 3, 0]);
    }));
});
