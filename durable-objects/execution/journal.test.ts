import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { type StepRecord, type StepRow, toRow } from "../../sdk/schema/journal.ts";
import type { Env } from "../../worker/env.ts";
import { migrate } from "../lib/migrations.ts";
import { Journal } from "./journal.ts";
import { migrations } from "./schema.ts";

const { EXECUTION } = env as unknown as Env;

/** A journal in the database of an object of its own. */
function inJournal(body: (journal: Journal, pieces: (id: string) => number) => void): Promise<void> {
  return runInDurableObject(EXECUTION.get(EXECUTION.newUniqueId()), (_, state) => {
    const { sql } = state.storage;
    migrate(sql, migrations);
    body(new Journal(sql, () => true), (id) => sql.exec<{ n: number }>("SELECT count(*) AS n FROM journal WHERE execution_id = ?", id).one().n);
  });
}

const record = (name: string, change: Partial<StepRecord> = {}): StepRecord => ({
  key: `${name}-1`, name, count: 1, kind: "do", status: "completed", started: 1, ended: 2, attempt: 1, startedAt: 1_000, endedAt: 1_001, due: null, output: "j1", error: null, detail: null, ...change,
});
const text = (...steps: StepRecord[]): string => JSON.stringify(steps.map(toRow));
const keysOf = (journal: string): string[] => (JSON.parse(journal) as StepRow[]).map(([key]) => key);

describe("the journal", () => {
  it("is empty for an execution that has written nothing, and for an object without tables", () =>
    inJournal((journal) => {
      expect(journal.text("none")).toBe("[]");
      expect(journal.open("none")).toEqual([]);
      const never = new Journal({ exec: () => expect.fail("it must not ask the database") } as unknown as SqlStorage, () => false);
      expect(never.text("none")).toBe("[]");
    }));

  it("gives back what was appended, in order, and keeps executions apart", () =>
    inJournal((journal) => {
      journal.append("one", text(record("a"), record("b", { started: 3, ended: 4 })));
      journal.append("two", text(record("other")));
      journal.append("one", text(record("c", { started: 5, ended: 6 })));
      expect(keysOf(journal.text("one"))).toEqual(["a-1", "b-1", "c-1"]);
      expect(keysOf(journal.text("two"))).toEqual(["other-1"]);
    }));

  it("lets a later row of a step replace the earlier one", () =>
    inJournal((journal) => {
      journal.append("one", text(record("a", { status: "running", ended: null, output: null }), record("b", { started: 2, status: "waiting", kind: "sleep", ended: null, due: 9 })));
      journal.append("one", text(record("a", { ended: 3 })));
      expect(journal.steps("one").map(({ key, status, ended }) => [key, status, ended])).toEqual([["a-1", "completed", 3], ["b-1", "waiting", null]]);
      expect(journal.open("one")).toEqual([{ key: "b-1", kind: "sleep", status: "waiting", due: 9, detail: null, child: null }]);
    }));

  it("holds batches larger than a row of the database may be, whatever they are cut at", () =>
    inJournal((journal, pieces) => {
      // Every unit is half of a character outside the basic plane, on either side of each cut.
      for (const offset of ["", "x"]) {
        const output = `j"${offset}${"😀".repeat(600_000)}"`;
        journal.append(`big${offset}`, text(record("a", { output })));
        expect(pieces(`big${offset}`)).toBeGreaterThan(2);
        expect(journal.steps(`big${offset}`)[0]?.output).toBe(output);
      }
    }));

  it("is written anew without replaced rows once it has many pieces", () =>
    inJournal((journal, pieces) => {
      for (let attempt = 1; attempt <= 70; attempt++) journal.append("one", text(record("again", { attempt, status: "retrying", ended: null }), record(`step ${attempt}`, { started: attempt + 1 })));
      const before = journal.steps("one");
      expect(pieces("one")).toBe(70);
      expect(keysOf(journal.text("one"))).toHaveLength(71);
      expect(pieces("one")).toBe(1);
      expect(journal.steps("one")).toEqual(before);
    }));

  it("remembers which child a step started, outside the text that tenant code gets", () =>
    inJournal((journal) => {
      const child = record("call", { kind: "invoke", status: "waiting", ended: null, detail: { workflow: "w", input: "j1" } });
      journal.append("one", text(child));
      journal.setChild("one", "call-1", "the child's id");
      expect(journal.open("one")).toMatchObject([{ key: "call-1", child: "the child's id" }]);
      expect(journal.text("one")).not.toContain("the child's id");
      for (let index = 0; index < 70; index++) journal.append("one", text(record(`step ${index}`)));
      journal.text("one");
      expect(journal.open("one")).toMatchObject([{ key: "call-1", child: "the child's id" }]);
    }));

  it("forgets steps, and the children they started", () =>
    inJournal((journal) => {
      journal.append("one", text(record("a"), record("b", { started: 3, kind: "invoke", status: "waiting", ended: null })));
      journal.setChild("one", "b-1", "child");
      journal.keepOnly("one", ({ started }) => started < 3);
      expect(keysOf(journal.text("one"))).toEqual(["a-1"]);
      journal.append("one", text(record("b", { started: 3, kind: "invoke", status: "waiting", ended: null })));
      expect(journal.open("one")).toMatchObject([{ key: "b-1", child: null }]);
      journal.keepOnly("one", () => false);
      expect(journal.text("one")).toBe("[]");
    }));

  it("is cleared for a new history", () =>
    inJournal((journal, pieces) => {
      journal.append("one", text(record("a")));
      journal.clear("one");
      expect(pieces("one")).toBe(0);
    }));
});
