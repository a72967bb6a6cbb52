import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toRow, type StepRecord, type StepRow } from "../../sdk/schema/journal.ts";
import { parseRows } from "./rows.ts";

const step: StepRecord = {
  key: "charge-1", name: "charge", count: 1, kind: "do", status: "completed", started: 1, ended: 2, attempt: 1, startedAt: 1_700_000_000_000, endedAt: 1_700_000_000_500, due: null, output: 'j{"ok":true}', error: null, detail: null,
};
const row = (change: Partial<StepRecord> = {}): StepRow => toRow({ ...step, ...change });
/** The row with one column of another shape, as only a forger would send it. */
const forged = (column: number, value: unknown): string => JSON.stringify([row().with(column, value as never)]);

describe("rows that a sandbox sends", () => {
  it("are read when they are well-formed", () => {
    const rows = [row(), row({ key: "wait-1", kind: "event", status: "waiting", ended: null, endedAt: null, due: 1_700_000_100_000, output: null, detail: { type: "paid" } })];
    expect(parseRows(JSON.stringify(rows))).toEqual(rows);
    expect(parseRows("[]")).toEqual([]);
  });

  it.each([
    ["no array", '{"0":[]}'],
    ["no JSON", "[["],
    ["white space around the array, which the journal would keep", ` ${JSON.stringify([row()])}`],
    ["a row that is an object", '[{"key":"a"}]'],
    ["a row that is too short", JSON.stringify([row().slice(0, 13)])],
    ["a row that is too long", JSON.stringify([[...row(), "child"]])],
    ["a key that is a number", forged(0, 7)],
    ["a key without end", forged(0, "x".repeat(301))],
    ["a kind nobody knows", forged(3, "drop table")],
    ["a status nobody knows", forged(4, "paid")],
    ["an ordinal that is no number", forged(5, "1")],
    ["an ordinal with a fraction", forged(6, 1.5)],
    ["an output that is an object", forged(11, { a: 1 })],
    ["an error that is no JSON text", forged(12, "{")],
    ["an error without a message", forged(12, '{"name":"Error"}')],
    ["a detail that is a list", forged(13, "[]")],
  ])("are refused: %s", (_, text) => {
    expect(() => parseRows(text)).toThrow(/malformed batch/);
  });

  it("are refused or read, and never anything else", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        try {
          for (const read of parseRows(text)) expect(read).toHaveLength(14);
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
        }
      }),
    );
  });
});
