/**
 * The workflow of a source, as a graph.
 * @module
 */
import { findWorkflow, parseSource, type SourceGraph, type WorkflowGraph } from "../../../sdk/graph/index.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";

export interface Opened {
  source: string;
  graph: SourceGraph;
  workflow: WorkflowGraph;
  /** Path of the source among the files of its deployment. */
  file: string;
  files: Readonly<Record<string, string>>;
}

interface Place {
  id: string;
  /** Name of its export, for one whose id is computed. */
  exported?: string;
  source: string;
  file: string;
  files: Readonly<Record<string, string>>;
}

/** Null when the source does not show the workflow. */
export function tryToOpen({ id, exported, source, file, files }: Place): Opened | null {
  const graph = parseSource(source, { files, file });
  const workflow = findWorkflow(graph, id) ?? (exported === undefined ? null : findWorkflow(graph, exported)) ?? onlyOne(graph);
  return workflow ? { source, graph, workflow, file, files } : null;
}

/** @throws PlatformError `conflict` */
export function openSource(place: Place): Opened {
  const opened = tryToOpen(place);
  if (!opened) throw new PlatformError("conflict", `${place.file} does not show where the workflow \`${place.id}\` is: write its \`workflow({ id: … })\` there as an export. Its source can be changed with \`PUT /api/v1/workflows/${place.id}/source\`.`);
  const [error] = opened.graph.errors;
  if (error) throw new PlatformError("conflict", `${place.file}:${error.line}:${error.column} ${error.message}. Mend that first, with \`PUT /api/v1/workflows/${place.id}/source\`.`);
  return opened;
}

/** Of a class its name may say its id. */
function onlyOne({ workflows }: SourceGraph): WorkflowGraph | null {
  const [first, second] = workflows;
  return first && !second && first.id === null ? first : null;
}
