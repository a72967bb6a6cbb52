import { decode, encode } from "@jridgewell/sourcemap-codec";
import { describe, expect, it } from "vitest";
import { weave } from "../../sandbox/guard/weave.ts";
import { Places, sourceStack, unguardedColumn } from "./places.ts";

function woven(code: string): { code: string; guard: string } {
  const result = weave("main.js", code);
  if (!result.ok) throw new Error(result.message);
  return { code: result.code, guard: result.mappings() };
}

describe("a column of a guarded module", () => {
  it("is told as that of the module that was sent, wherever the guard inserted text", () => {
    const code = [
      "const one = () => `a${two}` + three; function four(five) { for (const six of five) seven(six + eight, [nine, new Array(ten)]); }",
      "class Eleven { twelve = thirteen(); static { fourteen(); } fifteen() { try { sixteen += 'text'; } catch { seventeen(); } finally { eighteen.length = nineteen; } } }",
    ].join("\n");
    const { code: text, guard } = woven(code);
    expect(text).not.toBe(code);
    const mappings = decode(guard);
    for (const [index, line] of code.split("\n").entries()) {
      const guarded = text.split("\n")[index] ?? "";
      for (const [name] of line.matchAll(/\b(?:one|two|three|four|six|seven|eight|nine|ten|twelve|\w+teen)\b/g)) {
        expect(unguardedColumn(mappings, index + 1, guarded.search(new RegExp(`\\b${name}\\b`)) + 1), name).toBe(line.search(new RegExp(`\\b${name}\\b`)) + 1);
      }
    }
  });
});

describe("a stack", () => {
  const { guard } = woven("first;\nsecond;\nthird;");
  const map = { version: 3 as const, sources: ["flows/a.ts", null], names: ["check"], mappings: encode([[], [[0, 0, 9, 4]], [[0, 0, 19, 0, 0]]]) };
  const told = (...frames: string[]): string[] => sourceStack(["Error: no", ...frames.map((frame) => `    at ${frame}`)].join("\n"), new Places({ "main.js": { guard, map } })).split("\n").slice(1).map((line) => line.replace("    at ", ""));

  it("tells every frame of the bundle in the sources, with and without a name", () => {
    expect(told("charge (bundle/main.js:2:1)", "async bundle/main.js:2:3", "async charge (bundle/main.js:3:1)", "new Shop (bundle/main.js:3:1)")).toEqual(["charge (flows/a.ts:10:5)", "async flows/a.ts:10:5", "async charge (flows/a.ts:20:1)", "new Shop (flows/a.ts:20:1)"]);
  });

  it("calls a function by its own name when the place of its call knows it", () => {
    expect(told("check2 (bundle/main.js:2:1)", "run (bundle/main.js:3:1)")).toEqual(["check (flows/a.ts:10:5)", "run (flows/a.ts:20:1)"]);
    expect(told("other2 (bundle/main.js:2:1)", "run (bundle/main.js:3:1)")[0]).toBe("other2 (flows/a.ts:10:5)");
  });

  it("leaves what it does not know as it is", () => {
    const frames = ["begin (runtime.js:3:1)", "charge (bundle/other.js:2:1)", "charge (bundle/main.js:1:1)", "charge (bundle/main.js:99:1)", "Promise.all (index 0)"];
    expect(told(...frames)).toEqual(frames);
    expect(sourceStack("Error: see bundle/main.js:2:1", new Places({ "main.js": { guard, map } }))).toBe("Error: see bundle/main.js:2:1");
  });

  it("survives maps that are nonsense", () => {
    const nonsense = { version: 3 as const, sources: ["a.ts"], mappings: "!!€,;AAAAAA,gggg;AC;Agggggggggg,\u0000" };
    expect(sourceStack("Error: no\n    at charge (bundle/main.js:2:1)", new Places({ "main.js": { guard: "zzzz;?", map: nonsense } }))).toMatch(/^Error: no\n {4}at charge \(.+\)$/);
  });
});
