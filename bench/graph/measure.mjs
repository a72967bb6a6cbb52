// Code as a diagram: parse and layout of generated workflows, and one edit, cold (the first in a
// process) and warm. Bare: @babel/parser over the same text, without which there is no tree of
// it; beside it what the TypeScript compiler's own parser takes. They take turns.
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { parse } from "@babel/parser";
import { row } from "../lib/row.mjs";
import { median } from "../lib/stats.mjs";
import { program } from "./program.mjs";

const sizes = [10, 100, 1000];
/** What a diagram of 1,000 nodes may take, and an edit in it, ms. */
const targets = { whole: 100, edit: 10 };
const cold = fileURLToPath(new URL("cold.mjs", import.meta.url));

export async function graph({ quick, say }) {
  const { allNodes, applyEdit, layoutOf, parseSource } = await import("../../sdk/graph/index.ts");
  const typescript = createRequire(import.meta.url)("typescript-js");
  const rows = [];
  for (const size of sizes) {
    const source = program(size);
    const parsed = parseSource(source);
    const [workflow] = parsed.workflows;
    const nodes = [...allNodes(workflow)].length;
    const steps = [...allNodes(workflow)].filter(({ kind, name }) => kind === "sleep" && name !== null);
    let turn = 0;
    const edit = () => {
      const [one] = steps.slice(turn++ % steps.length);
      const result = applyEdit(parsed, workflow.id, { op: "setArgument", node: one.id, path: [1], value: `${turn} hours` });
      if (!result.ok) throw new Error(result.reason);
    };
    const runs = {
      parse: () => parseSource(source),
      layout: () => layoutOf(workflow),
      whole: () => layoutOf(parseSource(source).workflows[0]),
      edit,
      bare: () => parse(source, { sourceType: "module", plugins: ["typescript"] }),
      typescript: () => typescript.createSourceFile("workflow.ts", source, typescript.ScriptTarget.Latest, true),
    };
    const times = Object.fromEntries(Object.keys(runs).map((name) => [name, []]));
    for (let round = -5; round < (quick ? 9 : 41); round++) {
      for (const [name, run] of Object.entries(runs)) {
        const began = performance.now();
        run();
        if (round >= 0) times[name].push(performance.now() - began);
      }
    }
    const first = { everstep: [], bare: [] };
    for (let round = 0; round < (quick ? 1 : 5); round++) for (const who of Object.keys(first)) first[who].push(JSON.parse(execFileSync(process.execPath, [cold, String(size), who], { encoding: "utf8" }))[who]);
    const ms = (value) => Math.round(value * 100) / 100;
    say(`graph: ${nodes} nodes, ${source.length} characters: parse ${ms(median(times.parse))}, layout ${ms(median(times.layout))}, edit ${ms(median(times.edit))}, babel ${ms(median(times.bare))}, typescript ${ms(median(times.typescript))} ms`);
    const line = (measure, everstep, bare, most) => {
      const made = row({ measure: `graph: ${measure}, ${size} nodes`, unit: "ms", placement: null, everstep, bare, better: "lower" });
      return most === undefined || size < 1000 ? made : { ...made, target: `< ${most} ms`, met: median(everstep) < most };
    };
    rows.push(line("parse", times.parse, times.bare), line("layout", times.layout, null), line("parse + layout", times.whole, times.bare, targets.whole), line("the first parse + layout of a process", first.everstep, first.bare), line("one edit", times.edit, times.bare, targets.edit), line("TypeScript's createSourceFile, for comparison", null, times.typescript));
  }
  return rows;
}
