/**
 * A parsed workflow as the description that it would be generated from.
 * @module
 */
import type { SourceGraph, WorkflowGraph } from "../model.ts";
import type { Value } from "../value.ts";
import { describeBlock, describeValue } from "./describe.ts";
import { dedented } from "./print-value.ts";
import { code, type TriggerSpec, type ValueSpec, type WorkflowSpec } from "./spec.ts";

/** Null: it is declared in a way that code is not generated in (a class, options from elsewhere). */
export function describeWorkflow(graph: SourceGraph, workflow: WorkflowGraph): WorkflowSpec | null {
  const { source } = graph;
  const { options } = workflow;
  const begin = source.lastIndexOf("\n", workflow.start - 1) + 1;
  const prefix = source.slice(begin, workflow.start);
  if (workflow.style !== "function" || !options || options.open || workflow.id === null || !/^export (?:default|const [\w$]+ =) $/.test(prefix) || !workflow.body.braced) return null;
  const field = (key: string): Value | null => options.fields.find((one) => one.key === key)?.value ?? null;
  const text = (key: string): string | undefined => {
    const value = field(key);
    return value?.form === "literal" && typeof value.value === "string" ? value.value : undefined;
  };
  const [title, description, input, on] = [text("title"), text("description"), field("input"), field("on")];
  const rest = options.fields.filter(({ key }) => !["id", "title", "description", "input", "on"].includes(key));
  const imports = graph.imports.map(({ end }) => end);
  const above = source.slice(Math.max(0, ...imports), begin).replace(/^;/, "").trim();
  const doc = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/$/.exec(above);
  const before = doc ? above.slice(0, doc.index).trim() : above;
  const after = source.slice(workflow.end).replace(/^\s*;?/, "").trim();
  return {
    id: workflow.id,
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    triggers: on ? triggersOf(workflow, on, source) : [],
    ...(input ? { input: dedented(source.slice(input.start, input.end), "    ") } : {}),
    ...(rest.length > 0 ? { options: rest.map(({ key, value }) => ({ key, value: describeValue(value, source) })) } : {}),
    parameters: workflow.parameters.start === workflow.parameters.end ? "" : source.slice(workflow.parameters.start, workflow.parameters.end),
    body: describeBlock(workflow.body, source, { step: workflow.step }),
    export: workflow.export ?? "default",
    ...(doc ? { comment: words(doc[1] ?? "") } : {}),
    ...(before === "" ? {} : { before }),
    ...(after === "" ? {} : { after }),
    imports: graph.imports.map(({ from, imported, local, typeOnly }) => ({ from, imported, local, typeOnly })),
  };
}

function triggersOf({ triggers }: WorkflowGraph, on: Value, source: string): (TriggerSpec | ValueSpec)[] {
  if (on.form === "array" && (!on.open || triggers.length > 0)) {
    return triggers.map(({ kind, args, start, end }) => (kind === "unknown" ? code(source.slice(start, end)) : { kind, ...(args.length > 0 ? { args: args.map((one) => describeValue(one, source)) } : {}) }));
  }
  return [code(source.slice(on.start, on.end))];
}

const words = (comment: string): string =>
  comment
    .split("\n")
    .map((line) => line.replace(/^\s*\*? ?/, "").trimEnd())
    .join("\n")
    .trim();
