import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseStatements } from "../parse/babel.ts";
import { parseSource } from "../parse/source.ts";
import { programs } from "../testing/programs.ts";
import { choices, operationOf } from "../testing/random-operations.ts";
import { applyChanges, applyEdit } from "./index.ts";
import { namesOf } from "./names/resolve.ts";

const sequences = fc.tuple(programs(), fc.array(choices, { minLength: 1, maxLength: 8 }));
const name = "made";

/** What new nodes and imports bring along: the code of random operations uses `input`, in helpers too. */
const added = ["input", "actions", "crm", "step", "z", "on", "console", "Promise", "Error"];

/** Names that nothing declares. */
function free(source: string): Set<string> {
  const { references } = namesOf(parseStatements(source, 0)?.statements ?? []);
  return new Set(references.flatMap(({ declared, name }) => (declared ? [] : [name])));
}

describe("any sequence of operations on any program", () => {
  it("parses after each, gives the graph that a full parse gives, and comes back byte for byte", () => {
    fc.assert(
      fc.property(sequences, ([source, picks]) => {
        let graph = parseSource(source);
        const known = new Set([...free(source), ...added]);
        const inverses = [];
        for (const choice of picks) {
          const workflow = graph.workflows[0];
          if (!workflow) return;
          const before = graph.source;
          const operation = operationOf(workflow, choice);
          const result = applyEdit(graph, name, operation);
          if (!result.ok) continue;
          expect(result.graph, JSON.stringify(operation)).toEqual(parseSource(result.source));
          expect(result.graph.errors).toEqual([]);
          for (const one of free(result.source)) expect(known, JSON.stringify(operation)).toContain(one);
          expect(applyChanges(before, result.changes)).toBe(result.source);
          inverses.push(result.inverse);
          graph = result.graph;
        }
        expect(inverses.reduceRight((text, inverse) => applyChanges(text, inverse), graph.source)).toBe(source);
      }),
      { numRuns: 200 },
    );
  });

  it("leaves statements that it does not concern byte for byte", () => {
    fc.assert(
      fc.property(programs(), choices, (source, choice) => {
        const graph = parseSource(source);
        const workflow = graph.workflows[0];
        if (!workflow) return;
        const result = applyEdit(graph, name, operationOf(workflow, choice));
        if (!result.ok) return;
        const [now] = result.graph.workflows;
        const kept = workflow.body.nodes.filter(({ extent }) => !result.changes.some(({ start, end }) => start < extent.end && end > extent.start)).map(({ start, end }) => source.slice(start, end));
        const there = now ? now.body.nodes.map(({ start, end }) => result.source.slice(start, end)) : [];
        // As it was; what is wrapped, within another.
        for (const text of kept) expect(there.some((one) => one.includes(text.replace(/\s*;$/, "")))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
