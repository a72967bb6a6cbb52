import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { entry, newHub, time, withSql } from "../../test/fixtures/hub.ts";
import type { IndexEntry, ListQuery } from "./contract.ts";
import { countsQuery } from "./counts.ts";
import { encodeCursor } from "./cursor.ts";
import { largestPage, list, listStatement } from "./list.ts";
import { put } from "./put.ts";

const ids = (page: { data: Array<{ id: string }> }) => page.data.map(({ id }) => id);

describe("list", () => {
  it("shows the newest first, and the higher id first within a millisecond", () =>
    withSql(newHub(), (sql) => {
      for (const [id, at] of [["a", 1], ["c", 2], ["b", 2]] as const) put(sql, entry(id, { createdAt: time + at }), time);
      expect(ids(list(sql, { limit: 10 }))).toEqual(["c", "b", "a"]);
    }));

  it("shows times as ISO strings and the duration in milliseconds", () =>
    withSql(newHub(), (sql) => {
      put(sql, entry("a", { status: "failed", completedAt: time + 1_500, errorMessage: "no", parentId: "p" }), time);
      expect(list(sql, { limit: 1 })).toEqual({
        nextCursor: null,
        data: [
          {
            id: "a",
            workflow_id: "welcome",
            version: 1,
            status: "failed",
            trigger: "api",
            parent_id: "p",
            created_at: "2026-01-01T00:00:00.000Z",
            completed_at: "2026-01-01T00:00:01.500Z",
            duration_ms: 1_500,
            error_message: "no",
          },
        ],
      });
    }));

  it("includes createdAfter and excludes createdBefore, so that neighbouring ranges meet", () =>
    withSql(newHub(), (sql) => {
      for (const at of [1, 2, 3]) put(sql, entry(`at-${at}`, { createdAt: at }), time);
      expect(ids(list(sql, { createdAfter: 1, createdBefore: 3, limit: 10 }))).toEqual(["at-2", "at-1"]);
    }));

  it("keeps the page within its bounds whatever is asked", () =>
    withSql(newHub(), (sql) => {
      for (let index = 0; index <= largestPage; index++) put(sql, entry(`execution-${index}`), time);
      expect(list(sql, { limit: 1_000_000 }).data).toHaveLength(largestPage);
      expect(list(sql, { limit: 0 }).data).toHaveLength(1);
    }));

  it("pages through exactly what a filter over everything would give, for any filters and page size", async () => {
    const some = fc.record({
      workflowId: fc.constantFrom("one", "two"),
      status: fc.constantFrom("running", "completed", "failed"),
      trigger: fc.constantFrom("api", "webhook"),
      parentId: fc.constantFrom(null, "p", "q"),
      createdAt: fc.integer({ min: 1, max: 6 }),
    });
    const query: fc.Arbitrary<ListQuery> = fc.record(
      {
        workflowId: fc.constantFrom("one", "two"),
        status: fc.constantFrom("running", "completed"),
        trigger: fc.constantFrom("api", "webhook"),
        parentId: fc.constantFrom("p", "q"),
        createdAfter: fc.integer({ min: 1, max: 6 }),
        createdBefore: fc.integer({ min: 1, max: 7 }),
        limit: fc.integer({ min: 1, max: 5 }),
      },
      { requiredKeys: ["limit"] },
    );
    const fits = (one: IndexEntry, asked: ListQuery) =>
      (["workflowId", "status", "trigger", "parentId"] as const).every((field) => asked[field] === undefined || asked[field] === one[field]) &&
      one.createdAt >= (asked.createdAfter ?? 0) &&
      one.createdAt < (asked.createdBefore ?? Infinity);
    await withSql(newHub(), (sql) => {
      fc.assert(
        fc.property(fc.array(some, { maxLength: 25 }), query, (fields, asked) => {
          sql.exec("DELETE FROM executions");
          const entries = fields.map((rest, index) => entry(`id-${String(index).padStart(2, "0")}`, rest));
          for (const one of entries) put(sql, one, time);
          const seen: string[] = [];
          let cursor: string | undefined;
          do {
            const page = list(sql, { ...asked, ...(cursor === undefined ? {} : { cursor }) });
            expect(page.data.length).toBeLessThanOrEqual(asked.limit);
            seen.push(...ids(page));
            cursor = page.nextCursor ?? undefined;
          } while (cursor !== undefined);
          const expected = entries.filter((one) => fits(one, asked)).toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
          expect(seen).toEqual(expected.map(({ id }) => id));
        }),
        { numRuns: 200 },
      );
    });
  });

  it("refuses a cursor that no list gave, as a value", async () => {
    const hub = newHub();
    for (const cursor of ["", "x", "%%%", btoa("[1]"), btoa('{"a":1}'), btoa('["1","a"]')]) {
      expect(await hub.list({ limit: 1, cursor })).toMatchObject({ ok: false, code: "bad-request" });
    }
    expect(await hub.list({ limit: 1, cursor: encodeCursor(time, "a") })).toMatchObject({ ok: true });
  });
});

describe("query plans", () => {
  const cursor = encodeCursor(time, "a");
  const plan = (sql: SqlStorage, text: string, bindings: Array<string | number>) =>
    sql
      .exec<{ detail: string }>(`EXPLAIN QUERY PLAN ${text}`, ...bindings)
      .toArray()
      .map(({ detail }) => detail);

  const filters: Array<[index: string, equal: string, query: Omit<ListQuery, "limit">]> = [
    ["by_created", "", {}],
    ["by_workflow", "workflow_id=? AND ", { workflowId: "w" }],
    ["by_workflow", "workflow_id=? AND ", { workflowId: "w", trigger: "api" }],
    ["by_workflow_status", "workflow_id=? AND status=? AND ", { workflowId: "w", status: "failed" }],
    ["by_status", "status=? AND ", { status: "failed" }],
    ["by_status", "status=? AND ", { status: "failed", trigger: "api" }],
    ["by_created", "", { trigger: "api" }],
    ["by_parent", "parent_id=? AND ", { parentId: "p" }],
    ["by_parent", "parent_id=? AND ", { parentId: "p", workflowId: "w", status: "failed" }],
  ];
  /** Exactly one line: neither a scan of the table nor a sort comes with it. */
  const search = (index: string, condition: string) => [`SEARCH executions USING INDEX ${index} (${condition})`];

  it.each(filters)("reads the first page from %s in its order, for %s%j", (index, equal, query) =>
    withSql(newHub(), (sql) => {
      const { text, bindings } = listStatement({ ...query, limit: 20 });
      expect(plan(sql, text, bindings)).toEqual(
        equal === "" ? [`SCAN executions USING INDEX ${index}`] : search(index, equal.slice(0, -" AND ".length)),
      );
    }));

  it.each(filters)("seeks the cursor in %s for a later page, also within dates, for %s%j", (index, equal, query) =>
    withSql(newHub(), (sql) => {
      const later = listStatement({ ...query, cursor, limit: 20 });
      expect(plan(sql, later.text, later.bindings)).toEqual(search(index, `${equal}(created_at,id)<(?,?)`));
      const dated = listStatement({ ...query, cursor, createdAfter: time - 1, createdBefore: time + 1, limit: 20 });
      expect(plan(sql, dated.text, dated.bindings)).toEqual(search(index, `${equal}created_at>? AND (created_at,id)<(?,?)`));
    }));

  it("counts from an index alone, without sorting", () =>
    withSql(newHub(), (sql) => {
      expect(plan(sql, countsQuery, [])).toEqual(["SCAN executions USING COVERING INDEX by_workflow_status"]);
    }));
});
