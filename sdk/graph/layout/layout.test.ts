import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { GraphNode, WorkflowGraph } from "../model.ts";
import { parseSource } from "../parse/source.ts";
import { allBlocks } from "../testing/blocks.ts";
import { programs } from "../testing/programs.ts";
import { blocksOf, nodesOf } from "../walk.ts";
import { layoutOf } from "./layout.ts";
import type { Box, Layout, LayoutOptions } from "./model.ts";

const runs = { numRuns: 80 };

function first(source: string): WorkflowGraph {
  const [workflow] = parseSource(source).workflows;
  if (!workflow) throw new Error("there is no workflow");
  return workflow;
}

const flow = (body: string, on = ""): WorkflowGraph => first(`import { on, workflow } from "everstep";\nexport default workflow({ id: "w"${on} }, async ({ step, input }) => {\n${body}\n});\n`);
const ids = ({ nodes }: Layout): string[] => nodes.map(({ id }) => id);
const box = ({ nodes }: Layout, id: string): Box => nodes.find((one) => one.id === id) ?? expect.fail(`${id} is not placed`);
const edges = ({ edges }: Layout): string[] => edges.map(({ from, to, label, kind }) => `${from} → ${to} (${kind}${label === null ? "" : `: ${label}`})`);

const apart = (a: Box, b: Box): boolean => a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
const inside = (a: Box, b: Box): boolean => a.x >= b.x && a.y >= b.y && a.x + a.width <= b.x + b.width && a.y + a.height <= b.y + b.height;

const options: fc.Arbitrary<LayoutOptions> = fc.record({ direction: fc.constantFrom("right" as const, "down" as const), sizes: fc.boolean() }).map(({ direction, sizes }) => ({ direction, ...(sizes ? { sizeOf: (node: { id: string }) => ({ width: 100 + (node.id.length % 7) * 40, height: 30 + (node.id.length % 5) * 30 }) } : {}) }));

describe("a layout", () => {
  it("goes down, or to the right: triggers first, each node after the one before it", () => {
    const workflow = flow(`await step.do("a", load);\nawait step.sleep("b", "1 hour");`, ", on: [on.manual(), on.api()]");
    const down = layoutOf(workflow);
    expect(ids(down)).toEqual(["trigger:0", "trigger:1", "step:a", "sleep:b"]);
    expect([box(down, "trigger:0"), box(down, "trigger:1"), box(down, "step:a"), box(down, "sleep:b")]).toEqual([
      { id: "trigger:0", x: 0, y: 0, width: 240, height: 64 },
      { id: "trigger:1", x: 272, y: 0, width: 240, height: 64 },
      { id: "step:a", x: 0, y: 104, width: 240, height: 64 },
      { id: "sleep:b", x: 0, y: 208, width: 240, height: 64 },
    ]);
    expect(down).toMatchObject({ width: 512, height: 272 });
    const right = layoutOf(workflow, { direction: "right" });
    expect(box(right, "step:a")).toEqual({ id: "step:a", x: 280, y: 0, width: 240, height: 64 });
    expect(edges(right)).toEqual(["trigger:0 → step:a (next)", "trigger:1 → step:a (next)", "step:a → sleep:b (next)"]);
    expect(down.edges.at(-1)?.points).toEqual([{ x: 120, y: 168 }, { x: 120, y: 208 }]);
  });

  it("has branches beside each other that meet again, and labels on their edges", () => {
    const layout = layoutOf(flow(`if (input) { await step.do("a", f); } else if (input > 1) { await step.do("b", f); } else { await step.do("c", f); }\nawait step.do("d", f);`));
    const [condition = ""] = ids(layout);
    expect(edges(layout)).toEqual([`${condition} → step:a (branch: then)`, `${condition} → step:b (branch: else if)`, `${condition} → step:c (branch: else)`, "step:a → step:d (next)", "step:b → step:d (next)", "step:c → step:d (next)"]);
    expect([box(layout, "step:a").y, box(layout, "step:b").y, box(layout, "step:c").y]).toEqual([104, 104, 104]);
    expect([box(layout, "step:a").x, box(layout, "step:b").x, box(layout, "step:c").x]).toEqual([0, 272, 544]);
  });

  it("goes straight on where no branch is taken, and what returns or throws does not go on", () => {
    const layout = layoutOf(flow(`if (!input) { return null; }\nif (input > 1) throw new Error("x");\nawait step.do("d", f);`));
    const [a = "", back = "", b = "", error = ""] = ids(layout);
    expect(edges(layout)).toEqual([`${a} → ${back} (branch: then)`, `${a} → ${b} (skip: else)`, `${b} → ${error} (branch: then)`, `${b} → step:d (skip: else)`]);
    expect(box(layout, back).x).toBe(272);
    expect(box(layout, "step:d").x).toBe(0);
  });

  it("frames loops, with an edge back", () => {
    const layout = layoutOf(flow(`for (const item of input) { await step.do("a", f); if (item) break; await step.do("b", f); }\nawait step.do("c", f);`));
    const [loop = ""] = ids(layout);
    expect(layout.groups).toEqual([{ id: `group:${loop}`, node: loop, kind: "loop", x: 0, y: 0, width: 560, height: 528 }]);
    expect(layout.edges.filter(({ kind }) => kind === "back")).toMatchObject([{ from: "step:b", to: loop }]);
    expect(edges(layout)).toContain(`${loop} → step:c (next)`);
    expect(layout.edges.some(({ from }) => from === "break")).toBe(false);
  });

  it("puts catch beside try, and finally below both", () => {
    const layout = layoutOf(flow(`try { await step.do("a", f); } catch { await step.do("b", f); } finally { await step.do("c", f); }\nawait step.do("d", f);`));
    expect(edges(layout)).toEqual(["try → step:a (next)", "try → step:b (catch: catch)", "step:a → step:c (next)", "step:b → step:c (next)", "step:c → step:d (next)"]);
    expect(box(layout, "step:b").y).toBe(box(layout, "step:a").y);
    expect(box(layout, "step:c").y).toBeGreaterThan(box(layout, "step:b").y);
  });

  it("says where a switch goes: cases, those that fall into the next, and those that leave it", () => {
    const layout = layoutOf(flow(`switch (input) {\ncase "a": case "b": await step.do("ab", f);\ncase input.c: await step.do("c", f); break;\ndefault: return 1;\n}\nawait step.do("d", f);`));
    const [at = "", , , , end = ""] = ids(layout);
    expect(edges(layout)).toEqual([`${at} → step:ab (branch: case "a")`, `${at} → step:ab (branch: case "b")`, "step:ab → step:c (fall)", `${at} → step:c (branch: case input.c)`, "step:c → break (next)", `${at} → ${end} (branch: default)`, "break → step:d (next)"]);
  });

  it("shows the steps of expressions before what they are in, and nothing of what is collapsed", () => {
    const workflow = flow(`await step.do("a", async () => { if (input) { await crm(); } });\nreturn { n: await step.do("b", f) };`);
    const [, , , , after = ""] = ids(layoutOf(workflow));
    expect(ids(layoutOf(workflow)).slice(-2)).toEqual(["step:b", after]);
    expect(ids(layoutOf(workflow, { collapsed: new Set(["step:a", after]) }))).toEqual(["step:a", after]);
    expect(layoutOf(workflow).groups.map(({ kind, node }) => [kind, node])).toEqual([["step", "step:a"]]);
  });

  it("lays helpers out by themselves", () => {
    const workflow = flow(`const help = async () => { await step.do("in", f); };\nawait help();`);
    expect(ids(layoutOf(workflow, { helper: "help" }))).toEqual(["step:in"]);
    expect(layoutOf(workflow, { helper: "nobody" })).toEqual({ nodes: [], groups: [], edges: [], width: 0, height: 0 });
  });
});

describe("of any program a layout", () => {
  it("places each node once, on the grid, and no two over each other", () => {
    fc.assert(
      fc.property(programs(), options, (source, how) => {
        const workflow = first(source);
        const layout = layoutOf(workflow, how);
        expect(ids(layout).filter((id) => !id.startsWith("trigger:")).sort()).toEqual([...nodesOf(workflow.body)].map(({ id }) => id).sort());
        expect(ids(layout).slice(0, workflow.triggers.length).every((id) => id.startsWith("trigger:"))).toBe(true);
        const boxes = [...layout.nodes, ...layout.groups];
        for (const one of boxes) expect([one.x, one.y, one.width, one.height].filter((value) => value < 0 || value % 8 !== 0)).toEqual([]);
        for (const [index, one] of layout.nodes.entries()) for (const other of layout.nodes.slice(index + 1)) if (!apart(one, other)) expect.fail(`${one.id} and ${other.id}`);
        for (const group of layout.groups) {
          for (const one of boxes) if (one !== group && !apart(one, group) && !inside(one, group) && !inside(group, one)) expect.fail(`${one.id} sticks out of ${group.id}`);
          expect(inside(box(layout, group.node), group)).toBe(true);
        }
        expect(layoutOf(first(source), how)).toEqual(layout);
      }),
      runs,
    );
  });

  it("has edges between nodes, none out of what ends", () => {
    const over = new Set<GraphNode["kind"]>(["return", "throw", "continue", "continueAsNew"]);
    fc.assert(
      fc.property(programs(), options, (source, how) => {
        const workflow = first(source);
        const layout = layoutOf(workflow, how);
        const nodes = new Map([...nodesOf(workflow.body)].map((node) => [node.id, node]));
        for (const { from, to, points } of layout.edges) {
          box(layout, from);
          box(layout, to);
          const node = nodes.get(from);
          expect(node && over.has(node.kind)).not.toBe(true);
          // Along the axes.
          for (const [index, point] of points.entries()) expect(index === 0 || point.x === points[index - 1]?.x || point.y === points[index - 1]?.y).toBe(true);
        }
        expect(new Set(layout.edges.map(({ id }) => id)).size).toBe(layout.edges.length);
      }),
      runs,
    );
  });

  it("leaves everything before a new node exactly where it was", () => {
    let compared = 0;
    fc.assert(
      fc.property(programs(), options, fc.nat(), fc.nat(), (source, how, which, where) => {
        const workflow = first(source);
        const blocks = [...allBlocks({ ...workflow, helpers: {} })].filter(({ braced, nodes }) => braced && nodes.length > 0);
        const block = blocks[which % Math.max(1, blocks.length)];
        const node = block?.nodes[where % block.nodes.length];
        if (!node) return;
        const at = node.extent.start;
        const after = first(`${source.slice(0, at)}await step.sleep("never seen before", 4711);\n${source.slice(at)}`);
        const before = (graph: WorkflowGraph): Box[] => {
          const layout = layoutOf(graph, { direction: how.direction ?? "down" });
          const nodes = [...nodesOf(graph.body)];
          // Inside of an expression it runs before the node that the expression is of.
          const later = new Set(nodes.filter(({ inner }) => inner.some(({ start, end }) => start < at && at < end)).flatMap((one) => [one, ...blocksOf(one).flatMap(({ block }) => [...nodesOf(block)])]));
          return nodes.filter((one) => one.start < at && !later.has(one)).map(({ id }) => ({ ...box(layout, id), id: "" }));
        };
        expect(before(after)).toEqual(before(workflow));
        compared += before(workflow).length;
      }),
      runs,
    );
    expect(compared).toBeGreaterThan(100);
  });
});
