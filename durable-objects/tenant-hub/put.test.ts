import { evictDurableObject } from "cloudflare:test";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { entry, newHub, time, withSql } from "../../test/fixtures/hub.ts";
import { executionStatus } from "../../sdk/schema/execution.ts";
import type { IndexEntry } from "./contract.ts";
import { longestErrorMessage, put } from "./put.ts";

const all = (sql: SqlStorage) => sql.exec("SELECT id, status, revision, start, error_message FROM executions ORDER BY id").toArray();

describe("put", () => {
  it("keeps the start request until a later revision arrives", () =>
    withSql(newHub(), (sql) => {
      put(sql, entry("a", { start: "{}" }), time);
      expect(all(sql)).toMatchObject([{ id: "a", start: "{}", revision: 0 }]);
      put(sql, entry("a", { revision: 1, status: "sleeping", start: "{}" }), time);
      expect(all(sql)).toMatchObject([{ id: "a", start: null, status: "sleeping", revision: 1 }]);
    }));

  it("does not let an older revision overwrite a newer one, nor bring its start back", () =>
    withSql(newHub(), (sql) => {
      put(sql, entry("a", { revision: 2, status: "completed", completedAt: time + 5 }), time);
      put(sql, entry("a", { revision: 1, status: "running" }), time);
      put(sql, entry("a", { revision: 0, start: "{}" }), time);
      expect(all(sql)).toMatchObject([{ status: "completed", revision: 2, start: null }]);
    }));

  it("keeps the start request of one whose turn has come until its object has it", () =>
    withSql(newHub(), (sql) => {
      put(sql, entry("a", { status: "queued", start: "{}" }), time);
      expect(sql.exec("SELECT count(*) AS n FROM executions WHERE heard_at <= ?", time + 1e12).one()).toEqual({ n: 0 });
      put(sql, entry("a", { revision: 1, status: "running", start: "{}" }), time + 5);
      expect(sql.exec("SELECT status, start, heard_at FROM executions").toArray()).toEqual([{ status: "running", start: "{}", heard_at: time + 5 }]);
      put(sql, entry("a", { status: "queued", start: "{}" }), time + 9);
      put(sql, entry("a", { revision: 2, status: "sleeping" }), time + 10);
      expect(all(sql)).toMatchObject([{ status: "sleeping", revision: 2, start: null }]);
    }));

  it("keeps the first registration when an execution is started twice", () =>
    withSql(newHub(), (sql) => {
      put(sql, entry("a", { start: "first", workflowId: "one" }), time);
      put(sql, entry("a", { start: "second", workflowId: "two" }), time);
      expect(sql.exec("SELECT workflow_id, start FROM executions").toArray()).toEqual([{ workflow_id: "one", start: "first" }]);
    }));

  it("does not take a second registration for news of the execution", () =>
    withSql(newHub(), (sql) => {
      put(sql, entry("a", { start: "{}" }), time);
      put(sql, entry("a", { start: "{}" }), time + 9_000);
      expect(sql.exec("SELECT heard_at FROM executions").one()).toEqual({ heard_at: time });
    }));

  it("takes the execution's own word over a registration of the same revision, in either order", () =>
    withSql(newHub(), (sql) => {
      const registered = entry("a", { start: "{}" });
      const own = entry("a", { status: "paused" });
      put(sql, registered, time);
      put(sql, own, time);
      put(sql, { ...own, id: "b" }, time);
      put(sql, { ...registered, id: "b" }, time);
      expect(all(sql)).toMatchObject([
        { id: "a", status: "paused", start: null },
        { id: "b", status: "paused", start: null },
      ]);
    }));

  it("cuts error messages that would swell every list", () =>
    withSql(newHub(), (sql) => {
      put(sql, entry("a", { status: "failed", errorMessage: "x".repeat(1_000_000) }), time);
      expect(sql.exec("SELECT length(error_message) AS n FROM executions").one()).toEqual({ n: longestErrorMessage });
    }));

  it("gives the same state for any order and repetition of the same puts", async () => {
    // An execution's history: a registration at revision 0, then what its own object reports.
    const history = fc.integer({ min: 0, max: 2 }).chain((id) =>
      fc.array(fc.constantFrom(...executionStatus.options), { minLength: 1, maxLength: 5 }).map((statuses) =>
        statuses.map((status, revision): IndexEntry =>
          entry(`execution-${id}`, { revision, status, start: revision === 0 ? "{}" : null, errorMessage: `${status} at ${revision}` }),
        ),
      ),
    );
    const histories = fc.uniqueArray(history, { minLength: 1, maxLength: 3, selector: (entries) => entries[0]?.id });
    const delivered = histories.chain((entries) => {
      const once = entries.flat();
      return fc
        .array(fc.constantFrom(...once), { maxLength: 10 })
        .chain((again) => fc.tuple(fc.constant(once), fc.shuffledSubarray([...once, ...again], { minLength: once.length + again.length })));
    });
    await withSql(newHub(), (sql) => {
      const outcome = (entries: readonly IndexEntry[]) => {
        sql.exec("DELETE FROM executions");
        for (const one of entries) put(sql, one, time);
        return all(sql);
      };
      fc.assert(fc.property(delivered, ([once, shuffled]) => {
          expect(outcome(shuffled)).toEqual(outcome(once));
        }), { numRuns: 300 });
    });
  });
});

describe("the hub's shared commits", () => {
  it("answers a put only when the entry is stored, and keeps it over a restart of the object", async () => {
    const hub = newHub();
    await hub.put(entry("a"));
    await evictDurableObject(hub);
    expect(await hub.list({ limit: 10 })).toMatchObject({ ok: true, value: { data: [{ id: "a" }] } });
  });

  it("stores concurrent puts of many callers, each once", async () => {
    const hub = newHub();
    await Promise.all(Array.from({ length: 200 }, (_, index) => hub.put(entry(`execution-${index % 100}`, { revision: index % 3 }))));
    expect(await hub.counts()).toEqual([{ workflow_id: "welcome", status: "running", count: 100, last_at: new Date(time).toISOString() }]);
  });

  it("fails only the put that cannot be stored", async () => {
    const hub = newHub();
    const broken = entry("broken", { version: Number.NaN });
    const results = await Promise.allSettled([hub.put(entry("a")), hub.put(broken), hub.put(entry("b"))]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(await hub.list({ limit: 10 })).toMatchObject({ ok: true, value: { data: [{ id: "b" }, { id: "a" }] } });
  });
});
