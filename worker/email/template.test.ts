import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { escapeHtml, fill, parseTemplate, placeholdersOf } from "./template.ts";

const filled = (source: string, variables: unknown, escape?: (value: string) => string) => fill(parseTemplate(source), variables, escape);

describe("a template", () => {
  it.each<[string, string, unknown, string]>([
    ["a value", "Hello {{name}}!", { name: "Ada" }, "Hello Ada!"],
    ["blanks inside", "{{ name }}", { name: "Ada" }, "Ada"],
    ["a path", "{{contact.address.0}}", { contact: { address: ["Rua 1"] } }, "Rua 1"],
    ["names of any script", "{{país}}", { país: "Brasil" }, "Brasil"],
    ["numbers and truth", "{{n}} {{yes}}", { n: 0, yes: false }, "0 false"],
    ["a fallback", "Hello {{name|friend}}", {}, "Hello friend"],
    ["a fallback for null", "{{ name | dear friend }}", { name: null }, "dear friend"],
    ["an empty fallback", "[{{name|}}]", {}, "[]"],
    ["a value instead of the fallback", "{{name|friend}}", { name: "" }, ""],
    ["braces as such", "\\{{name}} {{name}} } {", { name: "x" }, "{{name}} x } {"],
    ["what looks like a template in a value", "{{name}}", { name: "{{other}}" }, "{{other}}"],
  ])("fills in %s", (_, source, variables, expected) => {
    expect(filled(source, variables)).toEqual({ text: expected, missing: [] });
  });

  it("names every variable that is missing", () => {
    const { missing } = filled("{{a}} {{b.c}} {{d|x}} {{e}}", { b: {}, e: { f: 1 } });
    expect(missing.map(({ path }) => path)).toEqual(["a", "b.c", "e"]);
    expect(missing[2]?.detail).toContain("is an object: name one of its values");
  });

  it.each(["constructor", "__proto__", "toString", "a.constructor", "a.length"])("has nothing at %s", (path) => {
    expect(filled(`{{${path}}}`, { a: {} }).missing).toHaveLength(1);
  });

  it.each<[string, RegExp]>([
    ["Hello\n  {{name", /^line 2, column 3: \{\{ has no \}\}/],
    ["{{{raw}}}", /\{\{\{…\}\}\} would put a value into HTML as it comes, which is not supported/],
    ["{{#if x}}", /is no variable/],
    ["{{}}", /is no variable/],
    ["{{a b}}", /is no variable/],
    ["{{a..b}}", /is no variable/],
  ])("is refused with %s", (source, why) => {
    expect(() => parseTemplate(source)).toThrow(why);
  });

  it("tells its variables", () => {
    expect(placeholdersOf(parseTemplate("{{a}} {{b.c|x}}"))).toEqual([{ path: "a", fallback: null }, { path: "b.c", fallback: "x" }]);
  });
});

describe("for any text", () => {
  it("a template without braces is itself", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }).filter((text) => !text.includes("{{")), (text) => filled(text, {}).text === text));
  });

  it("no value brings markup into HTML, and reading it as HTML gives the value back", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (value) => {
        const { text } = filled('<a title="{{v}}">', { v: value }, escapeHtml);
        const inside = text.slice('<a title="'.length, -'">'.length);
        expect(inside).not.toMatch(/[<>"']/);
        const back = inside.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&");
        expect(back).toBe(value);
      }),
    );
  });

  it("what is put in is not looked at again", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (value) => filled("a{{v}}b", { v: value }).text === `a${value}b`));
  });

  it("parsing ends, in parts or in a TemplateError", () => {
    const piece = fc.constantFrom("{{", "}}", "{", "}", "\\", "a", ".", "|", " ", "é", "\n");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }).map((all) => all.join("")), (source) => {
        try {
          fill(parseTemplate(source), {});
        } catch (error) {
          expect(error).toMatchObject({ name: "TemplateError" });
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
