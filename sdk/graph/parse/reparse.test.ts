import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyEdit } from "../edit/index.ts";
import { programs } from "../testing/programs.ts";
import { choices, operationOf } from "../testing/random-operations.ts";
import { leaveOut } from "./leave-out.ts";
import { reparse } from "./reparse.ts";
import { parseSource } from "./source.ts";

const long = programs({ depth: 1, size: 60, least: 40 });
const replaced = (source: string, start: number, end: number, text: string): { changes: { start: number; end: number; text: string }[]; source: string } => ({ changes: [{ start, end, text }], source: source.slice(0, start) + text + source.slice(end) });

describe("reading a changed source", () => {
  it("gives what a full parse gives, after any edit of a long program", () => {
    let cut = 0;
    fc.assert(
      fc.property(long, fc.array(choices, { minLength: 1, maxLength: 4 }), (source, picks) => {
        let graph = parseSource(source);
        for (const choice of picks) {
          const [workflow] = graph.workflows;
          if (!workflow) return;
          const before = JSON.stringify(graph);
          const result = applyEdit(graph, "made", operationOf(workflow, choice));
          expect(JSON.stringify(graph)).toBe(before);
          if (!result.ok) continue;
          if (leaveOut(graph, result.changes)) cut++;
          expect(result.graph).toEqual(parseSource(result.source));
          graph = result.graph;
        }
      }),
      { numRuns: 25 },
    );
    expect(cut).toBeGreaterThan(5);
  });

  it("gives what a full parse gives, whatever text is put anywhere", () => {
    const texts = fc.constantFrom("", " ", "\n", ";", "}", "{", "(", "`", "/*", "//", "*/", "x", "const step = 1;", "await step.sleep('z', 1);", "function helper() {}", "const v1 = 1;", "const { leads } = crm;", "return;", '"', "'");
    fc.assert(
      fc.property(long, fc.nat(), fc.nat({ max: 30 }), texts, (source, at, length, text) => {
        const start = at % source.length;
        const changed = replaced(source, start, Math.min(source.length, start + length), text);
        expect(reparse(parseSource(source), changed.changes, changed.source)).toEqual(parseSource(changed.source));
      }),
      { numRuns: 30 },
    );
  });

  const lines = Array.from({ length: 60 }, (_, index) => `  const v${index} = await crm.leads.get(input.id${index});`);
  const source = `import { crm, workflow } from "everstep";\nexport default workflow({ id: "long" }, async ({ input, step }) => {\n${lines.join("\n")}\n});\n`;
  const graph = parseSource(source);
  const insert = (text: string, before = "  const v30") => {
    const at = source.indexOf(before);
    return replaced(source, at, at, text);
  };

  it.each([
    ["a variable that is there already", "  const v59 = 1;\n"],
    ["another meaning of a name that others use", "  const crm = 1;\n"],
    ["a function by a name that others use", "  function get() {}\n"],
    ["what does not parse", "  const = ;\n"],
    ["a variable of the whole function", "  { var v2 = 1; }\n"],
    ["nothing in particular", "  await step.sleep('x', 1);\n"],
  ])("sees %s", (_, text) => {
    const changed = insert(text);
    expect(reparse(graph, changed.changes, changed.source)).toEqual(parseSource(changed.source));
  });

  it("leaves what no change concerns out, and shares what stands before it", () => {
    const changed = insert("  await step.sleep('x', 1);\n");
    expect(leaveOut(graph, changed.changes)?.cuts).toHaveLength(2);
    const after = reparse(graph, changed.changes, changed.source);
    expect(after.workflows[0]?.body.nodes[3]).toBe(graph.workflows[0]?.body.nodes[3]);
  });
});
