/**
 * The same for whole sources: statements, and what they need besides.
 * @module
 */
import { applyChanges } from "../../../../sdk/graph/edit/index.ts";
import { type Change, tidy } from "../../../../sdk/graph/edit/changes.ts";
import { neededChanges } from "../../../../sdk/graph/edit/imports.ts";
import { mannerOf } from "../../../../sdk/graph/edit/manner.ts";
import { type Block, parseSource, type SourceGraph, type WorkflowGraph } from "../../../../sdk/graph/index.ts";
import { meaningOf, type Tree } from "./align.ts";
import { mergeBlocks } from "./merge.ts";
import { Unlike } from "./place.ts";

interface Written {
  graph: SourceGraph;
  workflow: WorkflowGraph;
}

/**
 * @param was the workflow as it is put together of its steps
 * @param now the same of the steps that it is to have
 * @param block the list that they are the steps of; the whole workflow when left out
 * @returns the source as it is written, with what is between the two
 * @throws Unlike where it is not written as it would be put together, and cannot be changed so
 */
export function mergeSource(mine: Written, was: string, now: string, block: Block = mine.workflow.body): string {
  const [before, after] = [only(was), only(now)];
  const trees = { mine: { ...treeOf(mine), declared: declaredIn(mine) }, was: treeOf(before), now: treeOf(after) };
  const { source } = mine.graph;
  const blocks = mergeBlocks(trees, block, before.workflow.body, after.workflow.body);
  if (blocks.length === 0) return source;
  return applyChanges(source, tidy([...blocks, ...parameterChanges(mine, before, after), ...importChanges(mine, before, after)]));
}

const treeOf = ({ graph, workflow: { step } }: Written): Tree => ({ graph, step });

function declaredIn(mine: Written): Set<string> {
  return new Set(mine.workflow.body.nodes.filter(({ binding }) => binding !== null).map((node) => meaningOf(treeOf(mine), node)));
}

function only(source: string): Written {
  const graph = parseSource(source);
  const [workflow] = graph.workflows;
  if (!workflow) throw new Error(`what was put together holds no workflow: ${source}`);
  return { graph, workflow };
}

const parametersOf = ({ graph, workflow: { parameters } }: Written): string => graph.source.slice(parameters.start, parameters.end).replace(/\s+/g, " ");
const namesIn = (parameters: string): string[] => /^\{ ?(.*?),? ?\}$/.exec(parameters)?.[1]?.split(/, ?/) ?? [];

/** What the handler takes of its context. */
function parameterChanges(mine: Written, was: Written, now: Written): Change[] {
  const [own, old, next] = [parametersOf(mine), parametersOf(was), parametersOf(now)];
  const comes = namesIn(next).filter((name) => !namesIn(old).includes(name) && !namesIn(own).includes(name));
  if (comes.length === 0) return [];
  const { start, end } = mine.workflow.parameters;
  if (own === "") {
    const open = mine.graph.source.indexOf("(", mine.workflow.handler.start) + 1;
    return [{ start: open, end: open, text: `{ ${comes.join(", ")} }` }];
  }
  const close = mine.graph.source.lastIndexOf("}", end - 1);
  if (!own.startsWith("{") || close < start || own.includes("...")) throw new Unlike();
  const inside = mine.graph.source.slice(start, close).trimEnd();
  const at = start + inside.length;
  return [{ start: at, end: at, text: `${inside.endsWith(",") || inside === "{" ? "" : ","} ${comes.join(", ")}` }];
}

function importChanges({ graph, workflow }: Written, was: Written, now: Written): Change[] {
  const has = (of: SourceGraph, name: string): boolean => of.imports.some(({ imported, local, typeOnly }) => imported === name && local === name && !typeOnly);
  const comes = now.graph.imports.filter(({ imported }) => !has(was.graph, imported) && !has(graph, imported)).map(({ imported }) => imported);
  return comes.length === 0 ? [] : neededChanges({ graph, workflow, source: graph.source, manner: mannerOf(graph, workflow), needs: new Set(comes), at: workflow.body.start });
}
