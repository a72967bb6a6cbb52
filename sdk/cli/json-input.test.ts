import fc from "fast-check";
import { expect, test } from "vitest";
import { errorOffset } from "./json-error.ts";
import { readJsonFlag } from "./json-input.ts";

test.each([
  ['{"a": 1,}', 8],
  ["{a}", 1],
  ['{"a" 1}', 5],
  ['{"a": tru}', 6],
  ["[1, 2", 5],
  ["[1 2]", 3],
  ['{"a": 01}', 6],
  ['"open', 0],
  ["", 0],
  ["{} {}", 3],
  ["[1,]", 3],
  ['{"a": 1]', 7],
])("%j goes wrong at character %i", (text, offset) => {
  expect(() => JSON.parse(text)).toThrow();
  expect(errorOffset(text)).toBe(offset);
});

test("a place is found in whatever JSON is cut short, at its end", () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(), (json, cut) => {
      const text = json.slice(0, cut % (json.length + 1));
      try {
        JSON.parse(text);
      } catch {
        const offset = errorOffset(text);
        expect(offset).toBeLessThanOrEqual(text.length);
        // Everything before the place is the beginning of valid JSON.
        expect(json.startsWith(text.slice(0, offset))).toBe(true);
      }
    }),
  );
});

test("the message names flag, place and neighbourhood", () => {
  expect(() => readJsonFlag("input", '{"name": Ada}')).toThrow(/^--input is not valid JSON at position 9: .*\(near "\{\\"name\\": Ada\}"\)/);
});

test("a file that is not there is named", () => {
  expect(() => readJsonFlag("input", "@/nowhere/input.json")).toThrow("--input: /nowhere/input.json cannot be read (ENOENT)");
});
