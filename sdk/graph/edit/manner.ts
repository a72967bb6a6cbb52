/**
 * How a file is written: what is added is written likewise.
 * @module
 */
import type { SourceGraph, WorkflowGraph } from "../model.ts";
import { indentAt } from "./lines.ts";

export interface Manner {
  /** `\n` or `\r\n` */
  eol: string;
  /** One level. */
  unit: string;
  quote: '"' | "'";
  semicolons: boolean;
  trailingComma: boolean;
}

const known = new WeakMap<WorkflowGraph, Manner>();

export function mannerOf(graph: SourceGraph, workflow: WorkflowGraph): Manner {
  const found = known.get(workflow) ?? readManner(graph, workflow);
  known.set(workflow, found);
  return found;
}

function readManner({ source }: SourceGraph, workflow: WorkflowGraph): Manner {
  const around = source.slice(Math.max(0, workflow.start - 2000), workflow.start + 6000);
  const [first] = workflow.body.nodes;
  const newline = around.indexOf("\n");
  const code = around.replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g, "").replace(/`(?:\\.|[^`\\])*`/g, "``");
  const doubles = code.match(/"(?:\\.|[^"\\\n])*"/g)?.length ?? 0;
  const singles = code.match(/'(?:\\.|[^'\\\n])*'/g)?.length ?? 0;
  const ended = code.match(/[)\w"'`\]];[ \t]*\r?$/gm)?.length ?? 0;
  const bare = code.match(/(?:\)|["'`]|\w)[ \t]*\r?$/gm)?.length ?? 0;
  const open = code.match(/[^,;{}\s([][ \t]*\r?\n\s*[\])]/g)?.length ?? 0;
  const closed = code.match(/,[ \t]*\r?\n\s*[}\])]/g)?.length ?? 0;
  return {
    eol: newline > 0 && around[newline - 1] === "\r" ? "\r\n" : "\n",
    unit: unitOf(source, around, workflow, first?.start),
    quote: singles > doubles ? "'" : '"',
    semicolons: ended > 0 && ended * 2 >= bare,
    trailingComma: closed > 0 || (open === 0 && singles <= doubles),
  };
}

/** What the body has more than the line that its braces close on; else the step that is seen most. */
function unitOf(source: string, around: string, { body }: WorkflowGraph, first: number | undefined): string {
  if (first !== undefined && body.braced) {
    const outer = indentAt(source, body.end);
    const inner = indentAt(source, first);
    if (inner.length > outer.length && inner.startsWith(outer)) return inner.slice(outer.length);
  }
  const steps = new Map<string, number>();
  let last = "";
  for (const [, indent = "", text] of around.matchAll(/^([ \t]*)(\S?)/gm)) {
    if (text === "" || text === "*") continue;
    const step = indent.length > last.length && indent.startsWith(last) ? indent.slice(last.length) : "";
    if (step !== "") steps.set(step, (steps.get(step) ?? 0) + 1);
    last = indent;
  }
  return [...steps].sort((a, b) => b[1] - a[1])[0]?.[0] ?? "  ";
}
