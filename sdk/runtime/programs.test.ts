import { describe, expect, it } from "vitest";
import { workflow } from "../authoring/index.ts";
import { type Classes, findWorkflows } from "./programs.ts";

const classes: Classes = { is: (value) => typeof value === "function", construct: (Class) => new Class({}, {}) };
const found = (bundle: Record<string, unknown>) => findWorkflows(bundle, classes).map(({ id, export: name, style }) => [id, name, style]);
const one = workflow({ id: "one" }, async () => 1);

describe("the workflows of a bundle", () => {
  it("are its workflow() values and classes, and nothing else it exports", () => {
    class OrderFlow {
      run = async (): Promise<number> => 1;
    }
    const Named = Object.assign(class extends OrderFlow {}, { id: "by-id" });
    expect(found({ one, OrderFlow, Named, count: 1, text: "x", nothing: null, plain: {} })).toEqual([
      ["one", "one", "function"],
      ["order-flow", "OrderFlow", "class"],
      ["by-id", "Named", "class"],
    ]);
  });

  it("count once under several names, and twice when they are two with one id", () => {
    expect(found({ again: one, default: one })).toEqual([["one", "again", "function"]]);
    expect(found({ one, two: workflow({ id: "one" }, async () => 2) }).map(([id, name]) => [id, name])).toEqual([["one", "one"], ["one", "two"]]);
  });
});
