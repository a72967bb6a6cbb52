/**
 * A source as a tree.
 * @module
 */
import type { SourceGraph } from "../model.ts";
import { parseSyntax } from "./babel.ts";
import { fileNames, importsOf } from "./modules.ts";
import { readWorkflows } from "./workflows.ts";

export interface ParseOptions {
  /** The other files of the project by path: helpers are followed into them. */
  files?: Readonly<Record<string, string>>;
  /** Path of this one, that its imports are relative to. */
  file?: string;
}

/**
 * Reads a source, whatever state it is in: what does not parse is named in `errors`, and the
 * rest is there.
 * @example
 * ```ts
 * import { parseSource } from "everstep/graph";
 *
 * const graph = parseSource(`import { workflow } from "everstep";
 * export default workflow({ id: "nap" }, async ({ step }) => {
 *   await step.sleep("a while", "1 hour");
 * });`);
 * graph.workflows[0]?.body.nodes[0]?.kind; // "sleep"
 * ```
 */
export function parseSource(source: string, { files = {}, file }: ParseOptions = {}): SourceGraph {
  try {
    const syntax = parseSyntax(source);
    const names = fileNames(syntax, { path: null, source, at: file ?? "", files, opened: new Map() });
    return { source, workflows: readWorkflows(syntax.statements, names), imports: importsOf(syntax.statements), errors: syntax.errors };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { source, workflows: [], imports: [], errors: [{ message: "This is nested too deeply to be shown.", start: 0, line: 1, column: 1 }] };
  }
}
