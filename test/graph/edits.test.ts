import fc from "fast-check";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { applyChanges, applyEdit, parseSource } from "../../sdk/graph/index.ts";
import { choices, operationOf } from "../../sdk/graph/testing/random-operations.ts";

const root = new URL("../../", import.meta.url);
const files = ["workflows/", "test/graph/corpus/"].flatMap((folder) =>
  readdirSync(new URL(folder, root), { recursive: true, encoding: "utf8" }).flatMap((name) => (name.endsWith(".ts") && !name.endsWith(".test.ts") ? [folder + name] : [])),
);
const parsing = files.filter((file) => parseSource(readFileSync(new URL(file, root), "utf8")).errors.length === 0);

describe("any operations on workflows that people wrote", () => {
  it.each(parsing)("%s: parse after each, and come back byte for byte", (file) => {
    const source = readFileSync(new URL(file, root), "utf8");
    const first = parseSource(source);
    for (const [index, { id, export: exported }] of first.workflows.entries()) {
      if ((id ?? exported) === null) continue;
      fc.assert(
        fc.property(fc.array(choices, { minLength: 4, maxLength: 4 }), (picks) => {
          let graph = first;
          const inverses = [];
          for (const choice of picks) {
            const workflow = graph.workflows[index];
            if (!workflow) return;
            const result = applyEdit(graph, workflow.id ?? workflow.export ?? "", operationOf(workflow, choice));
            if (!result.ok) continue;
            expect(result.graph).toEqual(parseSource(result.source));
            expect(result.graph.errors).toEqual([]);
            inverses.push(result.inverse);
            graph = result.graph;
          }
          expect(inverses.reduceRight((text, inverse) => applyChanges(text, inverse), graph.source)).toBe(source);
        }),
        { numRuns: 2 },
      );
    }
  });
});
