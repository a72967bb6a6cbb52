import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allNodes } from "../walk.ts";
import { programs } from "../testing/programs.ts";
import { imports } from "../testing/parsed.ts";
import { parseSource } from "./source.ts";

const lines = ["  await step.do(\"a\", f);", "  if (input) {", "    await step.sleep(\"b\", 1);", "  }", "  for (const x of input) {", "    await crm.leads.get(x);", "  }", "  await step.do(\"c\", async () => {", "    return 1;", "  });", "  return { ok: true };"];
const whole = (body: readonly string[]): string => `${imports}export default workflow({ id: "w" }, async ({ step, input }) => {\n${body.join("\n")}\n});\n`;
const idsOf = (source: string): string[] => parseSource(source).workflows.flatMap((workflow) => [...allNodes(workflow)].filter(({ kind }) => kind !== "broken").map(({ id }) => id));
const all = idsOf(whole(lines));

describe("a source that does not parse", () => {
  it.each([
    ["const = 4;", 1],
    ["await step.do(", 1],
    ["foo(((", 2],
    ["}", 4],
    [")", 4],
    ["]", 7],
    ["const x = {", 0],
    ["if (", 10],
    ["\"never ends", 4],
    ["await step.do(\"d\", { retries: { limit: } });", 7],
    ["lead.", 11],
    ["switch (x) { case", 7],
    ["@@@", 0],
  ])("has all but what is broken: %s, above line %i", (broken, index) => {
    const source = whole([...lines.slice(0, index), `  ${broken}`, ...lines.slice(index)]);
    const graph = parseSource(source);
    expect(graph.errors.length).toBeGreaterThan(0);
    expect(all.filter((id) => !idsOf(source).includes(id))).toEqual([]);
    // The error is there or below: that is where it is seen.
    expect(graph.errors[0]?.line).toBeGreaterThanOrEqual(3 + index);
    expect(graph.errors[0]?.line).toBeLessThanOrEqual(source.split("\n").length);
  });

  it("says where it is, and shows what is broken in its place", () => {
    const source = whole(["  await step.do(\"a\", f);", "  const = 4;", "  await step.do(\"b\", f);"]);
    const { errors, workflows } = parseSource(source);
    expect(errors).toMatchObject([{ line: 4, column: 9, start: source.indexOf("= 4") }]);
    expect(errors[0]?.message).toMatch(/^Unexpected token/);
    expect(workflows[0]?.body.nodes.map(({ id, start, end }) => [id, source.slice(start, end)])).toEqual([["step:a", 'await step.do("a", f);'], ["broken", "const = 4;"], ["step:b", 'await step.do("b", f);']]);
  });

  it.each([
    ["the end is not there yet", (source: string) => source.trimEnd().slice(0, -3)],
    ["it ends in the middle", (source: string) => source.slice(0, source.indexOf("return {") + 8)],
    ["a brace is not closed", (source: string) => source.replace("    await step.sleep(\"b\", 1);\n  }", "    await step.sleep(\"b\", 1);")],
    ["a brace is closed twice", (source: string) => source.replace("    await step.sleep(\"b\", 1);\n  }", "    await step.sleep(\"b\", 1);\n  }\n  }")],
    ["its options are being written", (source: string) => source.replace('{ id: "w" }', '{ id: "w", title: }')],
  ])("is shown when %s", (_, change) => {
    const source = change(whole(lines));
    expect(parseSource(source).errors).not.toEqual([]);
    expect(all.filter((id) => !id.startsWith("return:") && !idsOf(source).includes(id))).toEqual([]);
  });

  it("has the places of several errors", () => {
    const { errors } = parseSource(whole([lines[0] ?? "", "  const = 1;", ...lines.slice(1), "  let 5;"]));
    expect(errors.map(({ line }) => line)).toEqual([4, 15]);
  });

  it("has what the parser gets over without losing anything", () => {
    const { errors, workflows } = parseSource(whole(["  const a = 1; const a = 2;", "  await step.do(\"x\", f);"]));
    expect(errors).toMatchObject([{ line: 3, message: expect.stringContaining("already been declared") }]);
    expect(workflows[0]?.body.nodes).toHaveLength(3);
  });
});

describe("a reader", () => {
  const files = new URL("../../../workflows/", import.meta.url);
  const sources = readdirSync(files).filter((name) => name.endsWith(".ts")).map((name) => readFileSync(new URL(name, files), "utf8"));
  /** Far more than it takes; a machine that does much else at once is slow. */
  const most = 3_000;

  function timed(source: string): void {
    const began = performance.now();
    const graph = parseSource(source);
    expect(performance.now() - began).toBeLessThan(most);
    for (const { start, line, column } of graph.errors) expect([start >= 0 && start <= source.length, line >= 1, column >= 1]).toEqual([true, true, true]);
    for (const workflow of graph.workflows) {
      const ids = [...allNodes(workflow)].map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
    }
  }

  it("takes any text at all", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), timed), { numRuns: 200 });
    fc.assert(fc.property(fc.array(fc.constantFrom("workflow(", "{", "}", "(", ")", "[", "]", "=>", "async ", "await ", "step.do(", '"a"', ",", ";", "\n", "if (", "else ", "for (", "of ", "case ", "switch (", "`", "${", "/*", "*/", "//", "class ", "import ", "export default ", "return ", "<T>", "?", ":", "&&", ".", "\\u", "'"), { maxLength: 60 }), (parts) => timed(imports + parts.join(""))), { numRuns: 300 });
  });

  it("takes sources that are cut, torn and pasted", () => {
    const edit = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), length: fc.nat(80), text: fc.constantFrom("", "{", "}", "(", ")", "`", "'", '"', "\n", "/*", "=>", ";", ".", "await ") });
    const mutated = fc.tuple(fc.oneof(fc.constantFrom(...sources), programs()), fc.array(edit, { minLength: 1, maxLength: 4 })).map(([source, edits]) => edits.reduce((text, { at, length, text: put }) => text.slice(0, at * text.length) + put + text.slice(at * text.length + length), source));
    fc.assert(fc.property(mutated, timed), { numRuns: 80 });
  });

  it.each([
    ["parentheses", "(".repeat(30_000)],
    ["sums", `a${"+a".repeat(30_000)}`],
    ["conditions", `x = ${"a ? 1 : ".repeat(300)}2`],
    ["lists in lists", `${"Promise.all([".repeat(100)}${"])".repeat(100)}`],
    ["callbacks in callbacks", `${"a.map(() => {".repeat(100)}${"})".repeat(100)}`],
    ["guards in guards", `${"a && (".repeat(100)}step.do("x", f)${")".repeat(100)}`],
    ["chains", `a${".b()".repeat(5_000)}`],
  ])("comes to an end with many %s", (_, text) => timed(`${imports}export default workflow({ id: "w" }, async ({ step }) => {\n${text}\n});`));
});
