import { describe, expect, it } from "vitest";
import { decode, encode, toJson } from "./codec.ts";
import { roomToShow } from "./present.ts";

const shown = (value: unknown): unknown => toJson(encode(value));

describe("a value as JSON shows it", () => {
  it("shows what JSON has no form for", () => {
    const bytes = new Uint8Array([1, 2, 3]);
    const circle: Record<string, unknown> = { n: 1n };
    circle["self"] = circle;
    expect(shown([new Date(0), new Set([1]), new Map([["a", 1]]), new Map([[1, undefined]]), bytes, bytes.buffer, Number.NaN, -0, new RangeError("no"), /x/g, circle])).toEqual([
      "1970-01-01T00:00:00.000Z", [1], { a: 1 }, [[1, null]], { $bytes: "AQID" }, { $bytes: "AQID" }, "NaN", -0, { name: "RangeError", message: "no" }, "/x/g", { n: "1", self: "[circular]" },
    ]);
  });
});

describe("a value that is short as a text and endless when written out", () => {
  const endless: Array<[what: string, value: () => unknown]> = [
    ["a list shared forty levels deep", () => Array.from({ length: 40 }).reduce<unknown>((part) => [part, part], 1)],
    ["a map shared forty levels deep", () => Array.from({ length: 40 }).reduce<unknown>((part) => new Map([["a", part], ["b", part]]), 1)],
    ["a long text, shared", () => Array.from({ length: 30 }).reduce<unknown>((part) => [part, part], ["x".repeat(100_000), new Date(0)])],
    ["a list of four thousand million holes", () => Object.assign([], { 4294967294: 1 })],
  ];
  it.each(endless)("%s: is shown in part, within seconds", { timeout: 20_000 }, (_what, value) => {
    const text = encode(value());
    expect(text.length).toBeLessThan(200_000);
    const json = JSON.stringify(toJson(text));
    expect(json).toContain("[the rest is not shown]");
    expect(json.length).toBeLessThan(10_000_000);
  });

  it("takes its room from what is shown together with it, and leaves texts the room they take", () => {
    const text = encode(Array.from({ length: 40 }).reduce<unknown>((part) => [part, part], 1));
    const room = roomToShow();
    toJson(text, room);
    expect(JSON.stringify(toJson(text, room)).length).toBeLessThan(10_000);
    expect(toJson(encode([new Date(0), "x".repeat(1000)]), room)).toEqual(["1970-01-01T00:00:00.000Z", "x".repeat(1000)]);
  });

  it("is written down as it is, within seconds", { timeout: 20_000 }, () => {
    const shallow = Array.from({ length: 31 }).reduce<unknown>((part) => [part, part], 1);
    const copy = decode(encode(shallow)) as [unknown, unknown];
    expect(copy[0]).toBe(copy[1]);
  });
});
