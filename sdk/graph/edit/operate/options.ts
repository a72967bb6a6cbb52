/**
 * What a workflow declares: title, limits, triggers, the fields of its input.
 * @module
 */
import type { Expression, Node, ObjectExpression } from "@babel/types";
import { parseStatements, parseSyntax } from "../../parse/babel.ts";
import type { Value } from "../../value.ts";
import type { Edit, Plan } from "../edit.ts";
import { nameOf } from "../imports.ts";
import { indentAt } from "../lines.ts";
import { addItem, listAt, removeItem } from "../lists.ts";
import { needsOf } from "../needs.ts";
import type { TriggerSpec, Written } from "../operations.ts";
import { Refused } from "../result.ts";
import { removeAt, setAt } from "../values.ts";
import { isExpression, key, writtenText } from "../written.ts";

type Options = Value & { form: "object" };

function optionsOf({ workflow }: Edit): Options {
  if (workflow.options) return workflow.options;
  throw new Refused("unsupported", workflow.style === "class" ? "A class declares no options: they are set where it is deployed." : "The options of this workflow are no object in this place.");
}

const fieldOf = (options: Options, name: string): Value | null => options.fields.findLast((one) => one.key === name)?.value ?? null;
const plan = (changes: Plan["changes"]): Plan => ({ changes, node: null });

export function setOption(edit: Edit, path: readonly string[], value: Written): Plan {
  if (path.length === 0) throw new Refused("not-found", "Say which option.");
  if (isExpression(value)) needsOf(edit, value.$expression);
  return plan(setAt(edit, optionsOf(edit), path, value));
}

export function removeOption(edit: Edit, path: readonly string[]): Plan {
  if (path[0] === "id" && path.length === 1) throw new Refused("unsupported", "A workflow has an id.");
  return plan(removeAt(edit, optionsOf(edit), path));
}

function triggerText(edit: Edit, { kind, args = [] }: TriggerSpec, indent: string): string {
  return `${nameOf(edit, "on")}.${kind}(${args.map((one) => writtenText(one, edit.manner, indent)).join(", ")})`;
}

const triggersAre = (count: number): Plan["expect"] => ({ workflow }) => (workflow.triggers.length === count ? null : "The triggers are not what was asked for.");

export function addTrigger(edit: Edit, trigger: TriggerSpec, index?: number): Plan {
  const options = optionsOf(edit);
  const on = fieldOf(options, "on");
  const text = triggerText(edit, trigger, indentAt(edit.source, on?.start ?? options.end));
  const changes = on ? addItem(edit.source, edit.manner, triggerList(edit, on), text, index) : setAt(edit, options, ["on"], { $expression: `[${text}]` });
  return { ...plan(changes), expect: triggersAre(edit.workflow.triggers.length + 1) };
}

function triggerList({ source }: Edit, on: Value) {
  if (on.form !== "array") throw new Refused("unsupported", "The triggers are no list in this place: change them where they are.");
  return listAt(source, on);
}

function triggerAt({ workflow }: Edit, index: number) {
  const found = workflow.triggers[index];
  if (found) return found;
  throw new Refused("not-found", `There is no trigger ${index}.`);
}

export function setTrigger(edit: Edit, index: number, trigger: TriggerSpec): Plan {
  const { start, end } = triggerAt(edit, index);
  return { ...plan([{ start, end, text: triggerText(edit, trigger, indentAt(edit.source, start)) }]), expect: triggersAre(edit.workflow.triggers.length) };
}

export function removeTrigger(edit: Edit, index: number): Plan {
  const { start, end } = triggerAt(edit, index);
  const on = fieldOf(optionsOf(edit), "on");
  if (!on) throw new Refused("not-found", `There is no trigger ${index}.`);
  const list = triggerList(edit, on);
  const item = list.items.findIndex((one) => one.start <= start && end <= one.end);
  return { ...plan(removeItem(edit.source, list, item)), expect: triggersAre(edit.workflow.triggers.length - 1) };
}

export function setInputField(edit: Edit, name: string, type: string, rename?: string): Plan {
  const { source, manner } = edit;
  const options = optionsOf(edit);
  const input = fieldOf(options, "input");
  needsOf(edit, type);
  const text = `${key(rename ?? name, manner.quote)}: ${type.trim()}`;
  if (!input) return plan(setAt(edit, options, ["input"], { $expression: `${nameOf(edit, "z")}.object({ ${text} })` }));
  const fields = schemaFields(edit, input);
  const field = fields.fields.find((one) => one.name === name);
  if (field) return plan([{ start: field.start, end: field.end, text }]);
  if (rename !== undefined) throw new Refused("not-found", `The input has no field ${name}.`);
  return plan(addItem(source, manner, listAt(source, fields.range), text));
}

export function removeInputField(edit: Edit, name: string): Plan {
  const input = fieldOf(optionsOf(edit), "input");
  const { fields, range } = input ? schemaFields(edit, input) : { fields: [], range: { start: 0, end: 0 } };
  const index = fields.findIndex((one) => one.name === name);
  if (index < 0) throw new Refused("not-found", `The input has no field ${name}.`);
  return plan(removeItem(edit.source, listAt(edit.source, range), index));
}

interface Fields {
  range: { start: number; end: number };
  /** Of each property; of spreads null. */
  fields: { name: string | null; start: number; end: number }[];
}

/** The object that `z.object` is given: here, or where the schema has its name. */
function schemaFields(edit: Edit, input: Value): Fields {
  const { source } = edit;
  const shift = input.start === 0 ? -1 : 0;
  const [statement] = parseStatements(`(${source.slice(input.start, input.end)})`, Math.max(0, input.start - 1))?.statements ?? [];
  const node = statement?.type === "ExpressionStatement" ? statement.expression : null;
  const named = node?.type === "Identifier" ? declared(source, node.name) : node;
  const object = named ? objectOf(named) : null;
  if (!object) throw new Refused("unsupported", "The input's schema is no `z.object({ … })` in this file.");
  const at = (one: Node): { start: number; end: number } => ({ start: (one.start ?? 0) + shift, end: (one.end ?? 0) + shift });
  return { range: at(object), fields: object.properties.map((one) => ({ name: one.type === "SpreadElement" || one.computed ? null : one.key.type === "Identifier" ? one.key.name : one.key.type === "StringLiteral" ? one.key.value : null, ...at(one) })) };
}

function declared(source: string, name: string): Expression | null {
  for (const statement of parseSyntax(source).statements) {
    const one = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (one?.type !== "VariableDeclaration") continue;
    for (const { id, init } of one.declarations) if (id.type === "Identifier" && id.name === name && init) return init;
  }
  return null;
}

/** Through `.strict()`, `.describe(…)` and the like. */
function objectOf(node: Node): ObjectExpression | null {
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return null;
  const { object, property } = node.callee;
  const [first] = node.arguments;
  if (property.type === "Identifier" && /^(?:object|looseObject|strictObject)$/.test(property.name) && first?.type === "ObjectExpression") return first;
  return objectOf(object);
}
