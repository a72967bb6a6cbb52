/**
 * What all changes of steps share: a source, its steps by number, and operations on it.
 * @module
 */
import { applyEdit, findWorkflow, type GraphNode, type Operation, parseSource, variableName } from "../../../sdk/graph/index.ts";
import { fresh, reserved } from "../../../sdk/graph/generate/names.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { type Numbered, numbered, variableOf } from "./names-in.ts";
import type { Opened } from "./open-source.ts";
import { nodesRead } from "./places.ts";
import type { Trigger } from "./put-together.ts";
import { editRefused } from "./refusals.ts";

export interface Editing {
  opened: Opened;
  trigger: Trigger;
}

/** The same with another text. */
export function reopened({ opened, trigger }: Editing, source: string): Editing {
  const { file, files, workflow: before } = opened;
  const graph = parseSource(source, { files, file });
  const workflow = findWorkflow(graph, before.id ?? before.export ?? "") ?? graph.workflows[opened.graph.workflows.indexOf(before)];
  if (!workflow || graph.errors.length > 0) throw new Error(`an edit broke the source: ${graph.errors[0]?.message ?? "no workflow"}`);
  return { opened: { ...opened, source, graph, workflow }, trigger };
}

/** @throws PlatformError `edit-refused` */
export function operated(editing: Editing, operation: Operation, pointer: string): Editing {
  const { source, workflow, file, files } = editing.opened;
  const result = applyEdit(source, workflow.id ?? workflow.export ?? "", operation, { file, files });
  if (!result.ok) throw editRefused(result, pointer);
  return reopened(editing, result.source);
}

export const stepsIn = ({ opened }: Editing): readonly Numbered[] => numbered(opened.workflow);

/** @throws PlatformError `not-found` */
export function stepNamed(editing: Editing, id: string): Numbered {
  const found = stepsIn(editing).find(({ node }) => node.id === id);
  if (!found) throw new PlatformError("not-found", `There is no step \`${id}\`. \`GET /api/v1/workflows/${editing.opened.workflow.id ?? "{id}"}/steps\` lists those there are; an id comes from what a step is, and is another one once that is changed.`);
  return found;
}

/** By `step3` as `orderOf` numbers it, or by id. */
export function finder(editing: Editing, orderOf: (order: number) => number | null = (order) => order): (name: string) => GraphNode | null {
  const all = stepsIn(editing);
  return (name) => {
    const number = /^step_?(\d+)$/.exec(name)?.[1];
    const order = number === undefined ? null : orderOf(Number(number));
    return (all.find(({ node }) => node.id === name) ?? all.find((one) => one.order === order))?.node ?? null;
  };
}

/** Steps whose results are read have variables that hold them. */
export function withVariablesFor(editing: Editing, json: unknown, orderOf?: (order: number) => number | null): Editing {
  let at = editing;
  for (;;) {
    const [node] = [...nodesRead(json, finder(at, orderOf))].filter((one) => variableOf(one) === null && one.binding === null);
    if (!node) return at;
    const taken = new Set([...reserved, ...(at.opened.source.match(/(?<![.\w$])[A-Za-z_$][\w$]*/g) ?? [])]);
    const before = node.id;
    at = operated(at, { op: "renameBinding", node: before, name: fresh(hintOf(node), taken) }, "");
  }
}

function hintOf(node: GraphNode): string {
  if (node.kind === "action") return variableName(node.action.split(".").at(-1) ?? "result");
  return "name" in node && node.name !== null ? variableName(node.name) : "result";
}

/** Results that went, and are still read. @throws PlatformError `edit-refused` */
export function nothingMissing(before: Editing, after: Editing, pointer: string): void {
  const declared = (of: Editing): Set<string> => new Set(stepsIn(of).flatMap(({ node }) => node.binding?.names ?? []));
  const { workflow, source } = after.opened;
  const code = source.slice(workflow.handler.start, workflow.handler.end);
  const still = declared(after);
  for (const name of declared(before)) {
    if (still.has(name) || !new RegExp(`(?<![\\w$.])${name.replaceAll("$", "\\$")}(?![\\w$]*\\s*:)(?![\\w$])`).test(code)) continue;
    const detail = `The result \`${name}\` is still read: change what reads it first, or with this.`;
    throw new PlatformError("edit-refused", detail, [{ pointer, detail }]);
  }
}
