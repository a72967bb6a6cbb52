/** What model.ts says of every tree, of programs that people write. */
import { parse } from "@babel/parser";
import type { Node } from "@babel/types";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Block, GraphNode, WorkflowGraph } from "../model.ts";
import { allBlocks } from "../testing/blocks.ts";
import { programs } from "../testing/programs.ts";
import { allNodes, blocksOf, findNode, placeOf } from "../walk.ts";
import { visit } from "./reading.ts";
import { parseSource } from "./source.ts";

const runs = { numRuns: 100 };

function checkBlock(block: Block, source: string): void {
  let at = block.start;
  let text = "";
  for (const node of block.nodes) {
    // One after another, within the block, comments and all.
    expect(node.start).toBeGreaterThanOrEqual(at);
    expect(node.end).toBeLessThanOrEqual(block.end);
    if (node.place === "statement") expect(node.extent.start).toBeGreaterThanOrEqual(at);
    text += source.slice(at, node.start) + source.slice(node.start, node.end);
    at = node.end;
    checkNode(node, source);
  }
  expect(text + source.slice(at, block.end)).toBe(source.slice(block.start, block.end));
  if (block.braced) expect([source[block.start - 1], source[block.end]]).toEqual(["{", "}"]);
}

const within = (inner: { start: number; end: number }, outer: { start: number; end: number }): boolean => inner.start >= outer.start && inner.end <= outer.end && inner.start <= inner.end;

function checkNode(node: GraphNode, source: string): void {
  expect(within(node, node.extent)).toBe(true);
  const ranges = [node.binding, ...("call" in node ? [node.call, ...node.args] : []), ...("branches" in node ? node.branches : []), ...("header" in node ? [node.header, node.over, node.condition] : []), ...("items" in node ? [node.items] : []), ...blocksOf(node).map(({ block }) => block), ...node.inner];
  for (const range of ranges) if (range) expect(within(range, node), `${source.slice(range.start, range.end)} in ${source.slice(node.start, node.end)}`).toBe(true);
  // Those inside of expressions are in their order, and nowhere else.
  for (const [index, one] of node.inner.entries()) {
    expect(one.place).toBe("expression");
    if (index > 0) expect(one.start).toBeGreaterThanOrEqual(node.inner[index - 1]?.end ?? 0);
    checkNode(one, source);
  }
  if (node.kind === "if" || node.kind === "switch") for (const branch of node.branches) expect(within(branch.block, branch)).toBe(true);
  for (const { block } of blocksOf(node)) checkBlock(block, source);
}

/** Where each statement starts, by where the braces around it begin: as the parser of the language says. */
function statementsOf(source: string): Map<number, number[]> {
  const found = new Map<number, number[]>();
  visit(parse(source, { sourceType: "module", plugins: ["typescript", "decorators"] }).program, (node: Node) => {
    if (node.type === "BlockStatement") found.set((node.start ?? 0) + 1, [...node.directives, ...node.body].map(({ start }) => start ?? 0));
    return true;
  });
  return found;
}

const workflowsOf = (source: string): WorkflowGraph[] => parseSource(source).workflows;

describe("of any program the tree", () => {
  it("has ranges that are nested and in order, and nothing of the text is lost between them", () => {
    fc.assert(fc.property(programs(), (source) => workflowsOf(source).forEach((workflow) => [workflow.body, ...Object.values(workflow.helpers).map(({ block }) => block)].forEach((block) => checkBlock(block, source)))), runs);
  });

  it("has each statement of a block as exactly one node", () => {
    let blocks = 0;
    fc.assert(
      fc.property(programs(), (source) => {
        const statements = statementsOf(source);
        for (const workflow of workflowsOf(source)) {
          for (const block of allBlocks(workflow)) {
            if (!block.braced) continue;
            blocks++;
            expect(block.nodes.map(({ start }) => start)).toEqual(statements.get(block.start));
          }
        }
      }),
      runs,
    );
    expect(blocks).toBeGreaterThan(runs.numRuns);
  });

  it("has ids that are each another's, and finds nodes by them", () => {
    fc.assert(
      fc.property(programs(), (source) => {
        for (const workflow of workflowsOf(source)) {
          const all = [...allNodes(workflow)];
          expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
          for (const node of all.slice(0, 20)) {
            expect(findNode(workflow, node.id)).toBe(node);
            expect(placeOf(workflow, node.id)?.node).toBe(node);
          }
        }
      }),
      runs,
    );
  });

  it("is the same for the same text", () => {
    fc.assert(fc.property(programs(), (source) => { expect(parseSource(source)).toEqual(parseSource(source)); }), { numRuns: 50 });
  });
});
