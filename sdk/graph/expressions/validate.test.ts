/** What is said of an expression before it is written into the source. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import ts from "typescript-js";
import { describe, expect, it } from "vitest";
import { parseSource } from "../parse/source.ts";
import { createTypeService } from "../types/service.ts";
import { scopeAt } from "./scope.ts";
import { typeFaults, validateExpression } from "./validate.ts";

const libraries = JSON.parse(readFileSync(new URL("../../../.build/typelibs.txt", import.meta.url), "utf8")) as Record<string, string>;

const source = `import { crm, durationMs, on, workflow } from "everstep";
const rates = { low: 1, high: 2 };
export default workflow({ id: "w", on: [on.event("lead.created")] }, async ({ input: lead, step }) => {
  const company = lead.company_id === null ? null : await crm.companies.get(lead.company_id);
  await crm.leads.update(lead.id, { description: "text", score: 1 });
  return company;
});
`;
const graph = parseSource(source);
const node = graph.workflows[0]?.body.nodes[1] ?? expect.fail("no node");
const faults = (text: string) => validateExpression(graph, "w", node.id, text).map(({ code, severity, message, start, end }) => [code, severity, message, text.slice(start, end)]);

describe("an expression", () => {
  it("is right with what is in scope, what the file imports, what JavaScript has, and names of its own", () => {
    for (const text of ["lead.name", "company?.name ?? `none of ${rates.low}`", "Math.round(lead.score / 2)", "durationMs('1 day')", "lead.tags.map((tag, at) => ({ tag, at }))", "((a, { b }) => a + b)(1, { b: 2 })", "await crm.leads.count()", "lead['name']", "{ lead, name: 1 }", "lead as unknown as Lead", "lead.custom.anything"]) expect(faults(text), text).toEqual([]);
  });

  it("is refused where it is none, with the place", () => {
    expect(faults("lead.")).toEqual([["syntax", "error", expect.any(String), ""]]);
    expect(validateExpression(graph, "w", node.id, "lead..name")).toMatchObject([{ code: "syntax", start: 5, end: 6 }]);
    expect(faults("  ")).toEqual([["syntax", "error", "An expression is missing.", "  "]]);
  });

  it("names each variable that is not in scope, with what was probably meant", () => {
    expect(faults("laed.name + contact + rates.low")).toEqual([
      ["unknown-variable", "error", "There is no variable laed here. Did you mean lead?", "laed"],
      ["unknown-variable", "error", "There is no variable contact here.", "contact"],
    ]);
    expect(faults("{ compny }")).toEqual([["unknown-variable", "error", "There is no variable compny here. Did you mean company?", "compny"]]);
    expect(validateExpression(graph, "w", null, "company")).toMatchObject([{ code: "unknown-variable" }]);
  });

  it("has a warning for what a value is not known to have", () => {
    expect(faults("lead.nmae")).toEqual([["unknown-property", "warning", "It has no nmae. Did you mean name?", "nmae"]]);
    expect(faults("rates.middle")).toEqual([["unknown-property", "warning", "It has no middle.", "middle"]]);
  });

  it("never throws, and its places are within it", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom("lead", ".", "(", ")", "=>", "{", "}", "a", "?", ":", "`", "${", " ", ",", "name", "await ", "=", "[", "]") })), (text) => {
        for (const { start, end } of validateExpression(graph, "w", node.id, text)) expect(0 <= start && start <= end && end <= text.length).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it("is right for every path that the picker shows", () => {
    const all = scopeAt(graph, "w", node.id).flatMap((one) => [one, ...one.children]);
    expect(all.length).toBeGreaterThan(40);
    for (const { expression } of all) expect(faults(expression), expression).toEqual([]);
  });
});

describe("with the compiler", () => {
  const service = createTypeService(ts, libraries);
  const score = source.indexOf("score: 1") + "score: ".length;
  const check = (text: string) => typeFaults(service, { files: { "w.ts": source }, file: "w.ts", range: { start: score, end: score + 1 } }, text);

  it("an expression of another type than is expected is told, with its place in the changed file", () => {
    expect(check("lead.score + 1")).toEqual([]);
    expect(check("lead.name")).toMatchObject([{ file: "w.ts", line: 5, column: 58, code: "TS2322", message: "Type 'string' is not assignable to type 'number'." }]);
    expect(check("company.name.length")).toMatchObject([{ line: 5, code: "TS18047", message: "'company' is possibly 'null'." }]);
  });

  it("what was wrong before is not told again", () => {
    const broken = source.replace('description: "text"', "description: 5");
    const at = broken.indexOf("score: 1") + "score: ".length;
    expect(typeFaults(service, { files: { "w.ts": broken }, file: "w.ts", range: { start: at, end: at + 1 } }, "2")).toEqual([]);
  });
});
