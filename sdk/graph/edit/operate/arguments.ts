/**
 * Arguments of a call, a step's name, its retries and timeout.
 * @module
 */
import type { CallExpression, Node } from "@babel/types";
import type { GraphNode } from "../../model.ts";
import type { Change } from "../changes.ts";
import { type Edit, placed, type Plan, syntaxAt } from "../edit.ts";
import { needsOf } from "../needs.ts";
import { indentAt, skip } from "../lines.ts";
import { addItem, type List, listOf, removeItem } from "../lists.ts";
import type { Path, Written } from "../operations.ts";
import { Refused } from "../result.ts";
import { removeAt, setAt } from "../values.ts";
import { isExpression, writtenText } from "../written.ts";

type Called = Extract<GraphNode, { call: unknown }>;

function called(edit: Edit, id: string): Called {
  const { node } = placed(edit, id);
  if ("call" in node) return node;
  throw new Refused("unsupported", `\`${id}\` is no call: it has no arguments.`);
}

/** Its arguments as a list. */
function listOfCall(edit: Edit, node: Called): List {
  const call = syntaxAt(edit, node.call, (one: Node): one is CallExpression => one.type === "CallExpression" && one.start === node.call.start && one.end === node.call.end);
  if (!call) throw new Refused("unsupported", `The arguments of \`${node.id}\` cannot be told apart.`);
  const from = call.typeParameters?.end ?? call.typeArguments?.end ?? call.callee.end ?? node.call.start;
  const open = edit.source.indexOf("(", skip(edit.source, from)) + 1;
  return listOf(edit.source, open, node.call.end - 1, call.arguments);
}

const plan = (node: GraphNode, changes: Change[], expect?: Plan["expect"]): Plan => ({ changes, node: node.start, kind: node.kind, ...(expect ? { expect } : {}) });

function expressionNeeds(edit: Edit, value: Written): void {
  if (isExpression(value)) needsOf(edit, value.$expression);
  else if (typeof value === "object" && value !== null) for (const one of Object.values(value) as Written[]) expressionNeeds(edit, one);
}

export function setArgument(edit: Edit, id: string, [index, ...rest]: Path, written: Written): Plan {
  const node = called(edit, id);
  if (typeof index !== "number") throw new Refused("not-found", "A path begins with the number of the argument.");
  expressionNeeds(edit, written);
  const list = listOfCall(edit, node);
  const item = list.items[index];
  const value = node.args[index];
  if (value && item) return plan(node, rest.length === 0 ? [{ ...item, text: writtenText(written, edit.manner, indentAt(edit.source, item.start)) }] : setAt(edit, value, rest, written));
  if (index !== list.items.length) throw new Refused("not-found", `\`${id}\` has ${list.items.length} arguments: there is none at ${index}.`);
  const whole = rest.reduceRight<Written>((inner, name) => (typeof name === "number" ? [inner] : { [name]: inner }), written);
  return plan(node, addItem(edit.source, edit.manner, list, writtenText(whole, edit.manner, indentAt(edit.source, node.call.start))));
}

export function removeArgument(edit: Edit, id: string, [index, ...rest]: Path): Plan {
  const node = called(edit, id);
  const value = typeof index === "number" ? node.args[index] : undefined;
  if (!value || typeof index !== "number") throw new Refused("not-found", `\`${id}\` has no argument ${index}.`);
  if (rest.length > 0) return plan(node, removeAt(edit, value, rest));
  if (index < node.args.length - 1) throw new Refused("unsupported", "Only the last argument can go: those behind it would be others.");
  return plan(node, removeItem(edit.source, listOfCall(edit, node), index));
}

export function renameStep(edit: Edit, id: string, name: string): Plan {
  const node = called(edit, id);
  const [first] = node.args;
  if (!("name" in node) || !first) throw new Refused("unsupported", `\`${id}\` has no name of its own.`);
  if (name.trim() === "") throw new Refused("unsupported", "A step needs a name.");
  const found = (after: GraphNode | null): boolean => after !== null && "name" in after && after.name === name;
  return plan(node, [{ start: first.start, end: first.end, text: writtenText(name, edit.manner, "") }], ({ node: after }) => (found(after) ? null : `The step is not called ${name} afterwards.`));
}

/** A field of the step's config, which it gets when it has none; of what waits, its options' timeout. */
export function setConfig(edit: Edit, id: string, field: "retries" | "timeout", written: Written): Plan {
  const node = called(edit, id);
  if (node.kind === "step") {
    if (node.config) return plan(node, setAt(edit, node.config, [field], written));
    const list = listOfCall(edit, node);
    return plan(node, addItem(edit.source, edit.manner, list, writtenText({ [field]: written }, edit.manner, indentAt(edit.source, node.call.start)), 1));
  }
  const index = node.kind === "waitForEvent" || node.kind === "approval" ? 1 : node.kind === "invoke" ? 3 : null;
  if (index === null || field === "retries") throw new Refused("unsupported", `\`${id}\` has no ${field} of its own.`);
  return setArgument(edit, id, [index, field], written);
}

