import { expect, test } from "vitest";
import { quickCrm } from "../sizes.ts";
import { modelOf } from "./model.ts";
import { makeCrmPlan, type Op } from "./plan.ts";

const flat = (ops: readonly Op[]): Op[] => ops.flatMap((op) => (op.op === "child" ? [op, ...flat(op.ops)] : [op]));

test("a seed gives the same plan again, and the same model", () => {
  expect(makeCrmPlan({ ...quickCrm, seed: 7 })).toEqual(makeCrmPlan({ ...quickCrm, seed: 7 }));
  expect(modelOf(makeCrmPlan({ ...quickCrm, seed: 7 }))).toEqual(modelOf(makeCrmPlan({ ...quickCrm, seed: 7 })));
});

test("even the short run does all there is, by requests and by events, whatever the seed", () => {
  for (let seed = 0; seed < 200; seed++) {
    const { starts, calls } = makeCrmPlan({ ...quickCrm, seed });
    expect([...new Set(starts.flatMap(({ ops }) => flat(ops)).map(({ op }) => op))].sort()).toEqual(["child", "deal", "event", "gone", "lead", "papers", "parallel", "score", "tags", "tickets", "variable"]);
    expect([...new Set(starts.map(({ by }) => by))].sort()).toEqual(["api", "event"]);
    expect([...new Set(calls.map(({ call }) => call.kind))].sort()).toEqual(["deal", "lead", "note", "score", "ticket"]);
  }
});

test("no word of a record begins with another's, so that a search for it finds one", () => {
  const words = JSON.stringify(makeCrmPlan({ ...quickCrm, seed: 1 })).match(/qx\d+/g) ?? [];
  expect(new Set(words).size).toBe(words.length);
  expect(new Set(words.map(({ length }) => length))).toEqual(new Set([8]));
});
