/**
 * Places `{{…}}` of steps that come in a request → the variables of the code that is there.
 * @module
 */
import { actionSpecs } from "../../../sdk/schema/actions/index.ts";
import type { GraphNode } from "../../../sdk/graph/index.ts";
import { access } from "../../../sdk/graph/steps/access.ts";
import { parsePath } from "../../../sdk/graph/steps/expression.ts";
import { variableOf } from "./names-in.ts";

/** Finds the node that a step is, by its order (`step3`) or its id. */
export type FindNode = (name: string) => GraphNode | null;

const place = /\{\{(?!=)([^{}]*)\}\}/g;
const bare = /(?<![\w$."'{])steps?(?:\d+|\.|\[)[\w$.[\]"'~: -]*/g;
/** Fields whose texts are conditions, which may name steps without braces. */
const conditions = new Set(["condition", "while", "field"]);

/** The same JSON with variables in place of the results of steps that are there. */
export function withVariables<T>(json: T, find: FindNode): T {
  return walk(json, (text, isCondition) => {
    const braced = text.replace(place, (whole, path: string) => variablePath(path, find) ?? whole);
    return isCondition && !braced.includes("{{") ? braced.replace(bare, (path) => variablePath(path.trim(), find) ?? path) : braced;
  });
}

/** Nodes whose results it looks at. */
export function nodesRead(json: unknown, find: FindNode): Set<GraphNode> {
  const found = new Set<GraphNode>();
  withVariables(json, (name) => {
    const node = find(name);
    if (node) found.add(node);
    return node;
  });
  return found;
}

function walk<T>(json: T, write: (text: string, isCondition: boolean) => string, key = ""): T {
  if (typeof json === "string") return write(json, conditions.has(key)) as T;
  if (Array.isArray(json)) return json.map((one: unknown) => walk(one, write, key)) as T;
  if (typeof json !== "object" || json === null) return json;
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, walk(value, write, name)])) as T;
}

function variablePath(text: string, find: FindNode): string | null {
  let path: string[];
  try {
    path = parsePath(text);
  } catch {
    return null;
  }
  const [root = "", ...rest] = path;
  const [name, within] = root === "steps" ? [rest[0] ?? "", rest.slice(1)] : [root, rest];
  if (root !== "steps" && !/^step\d+$/.test(root)) return null;
  const node = find(name);
  const variable = node && variableOf(node);
  if (!node || variable === null) return null;
  const inside = within[0] === "result" || within[0] === "output" ? within.slice(1) : within;
  const spec = node.kind === "action" && !node.action.endsWith(".find") ? actionSpecs.get(node.action) : undefined;
  const maybe = node.binding?.declared === "let";
  return `{{= ${access({ text: variable, schema: spec?.result ?? null, maybe }, inside, new Set()).text} =}}`;
}
