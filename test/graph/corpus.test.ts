/**
 * Programs of every style open as diagrams, and none of them loses a step.
 * `GRAPH_REPORT=1` writes the share of rich nodes of each; docs/code-and-graph.md has the sums.
 */
import { describe, expect, it } from "vitest";
import { allNodes, type GraphNode, parseSource, type WorkflowGraph } from "../../sdk/graph/index.ts";
import { durableCalls } from "./calls.ts";
import { type Program, programs } from "./programs.ts";

const durable = new Set<GraphNode["kind"]>(["action", "step", "sleep", "sleepUntil", "waitForEvent", "approval", "sendEvent", "invoke", "continueAsNew"]);

/** Of this file: helpers of others are there too. */
function* nodesHere(workflow: WorkflowGraph): Generator<GraphNode> {
  yield* allNodes(workflow);
}

const callsOf = (workflow: WorkflowGraph): number[] => [...nodesHere(workflow)].flatMap((node) => (durable.has(node.kind) && "call" in node ? [node.call.start] : []));

interface Shares {
  statements: number;
  rich: number;
  withSteps: number;
  richWithSteps: number;
}

const holds = (node: GraphNode): boolean => node.kind !== "code" || node.inner.length > 0;

function sharesOf(source: string): Shares {
  const seen = new Map<number, GraphNode>();
  for (const workflow of parseSource(source).workflows) for (const node of allNodes(workflow)) if (node.place === "statement") seen.set(node.start, node);
  const all = [...seen.values()];
  const rich = all.filter(({ kind }) => kind !== "code" && kind !== "broken");
  const withSteps = all.filter(holds);
  return { statements: all.length, rich: rich.length, withSteps: withSteps.length, richWithSteps: rich.length };
}

const percent = (part: number, of: number): string => (of === 0 ? "-" : `${Math.round((100 * part) / of)} %`);
const sum = (all: readonly Shares[]): Shares => all.reduce((a, b) => ({ statements: a.statements + b.statements, rich: a.rich + b.rich, withSteps: a.withSteps + b.withSteps, richWithSteps: a.richWithSteps + b.richWithSteps }), { statements: 0, rich: 0, withSteps: 0, richWithSteps: 0 });

function table(some: readonly Program[], nameOf: (program: Program) => string): string {
  const groups = Map.groupBy(some, nameOf);
  const row = (name: string, list: readonly Program[]): string => {
    const all = sum(list.map(({ source }) => sharesOf(source)));
    return `| ${name} | ${list.length} | ${all.statements} | ${percent(all.rich, all.statements)} | ${percent(all.richWithSteps, all.withSteps)} |`;
  };
  return ["| programs | how many | statements | shown as what they are | of those that matter |", "|---|---|---|---|---|", ...[...groups].map(([name, list]) => row(name, list)), row("all", some)].join("\n");
}

describe("the corpus", () => {
  it("has at least 65 programs", () => {
    expect(programs.length).toBeGreaterThanOrEqual(65);
    expect(new Set(programs.map(({ name }) => name)).size).toBe(programs.length);
  });

  it.each(programs.map((program) => [`${program.group}: ${program.name}`, program] as const))("%s", (_, { source }) => {
    const graph = parseSource(source);
    expect(graph.errors).toEqual([]);
    expect(graph.workflows.length).toBeGreaterThan(0);
    // No step is lost, none is there twice.
    const found = graph.workflows.map(callsOf);
    for (const calls of found) expect(calls.filter((start, index) => calls.indexOf(start) !== index)).toEqual([]);
    const lost = new Set(durableCalls(source));
    for (const start of found.flat()) {
      expect(durableCalls(source), `${source.slice(start, start + 60)} is no step`).toContain(start);
      lost.delete(start);
    }
    expect([...lost].map((start) => source.slice(start, start + 60))).toEqual([]);
  });

  it("shows statements as what they are, all in all and where there are steps", () => {
    const all = sum(programs.map(({ source }) => sharesOf(source)));
    if (process.env["GRAPH_REPORT"]) console.log(`${table(programs, ({ group }) => group)}\n\n${table(programs, ({ group, name }) => `${group}: ${name}`)}`);
    expect(all.rich / all.statements).toBeGreaterThan(0.66);
    expect(all.richWithSteps / all.withSteps).toBeGreaterThan(0.94);
  });
});
