/**
 * For tests: all that a tree has.
 * @module
 */
import type { Block, GraphNode, WorkflowGraph } from "../model.ts";
import { blocksOf, within } from "../walk.ts";

/** The blocks of a workflow's own file, outer ones first. */
export function* allBlocks(workflow: WorkflowGraph): Generator<Block> {
  for (const block of [workflow.body, ...Object.values(workflow.helpers).flatMap((one) => (one.file === null ? [one.block] : []))]) {
    yield block;
    for (const node of block.nodes) for (const one of within(node)) for (const part of blocksOf(one)) yield part.block;
  }
}

/** What stands somewhere inside of it. */
export const partsOf = (node: GraphNode): GraphNode[] => [...within(node)].slice(1);
