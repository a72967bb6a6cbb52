/**
 * A statement without statements in it that became another: of its arguments only those that
 * are different are written anew.
 * @module
 */
import type { GraphNode, Range, Value } from "../../../../sdk/graph/index.ts";
import type { Change } from "../../../../sdk/graph/edit/changes.ts";
import { indentAt, reindented } from "../../../../sdk/graph/edit/lines.ts";
import type { Trees } from "./align.ts";

type Calling = Extract<GraphNode, { args: Value[] }>;

const calling = (node: GraphNode): node is Calling => "args" in node;

/** Null: it has to be written anew as a whole. */
export function statementChanges(trees: Trees, mine: GraphNode, was: GraphNode, now: GraphNode): Change[] | null {
  if (!calling(mine) || !calling(was) || !calling(now) || mine.chained || now.chained) return null;
  const text = (side: keyof Trees, start: number, end: number): string => trees[side].graph.source.slice(start, end);
  const changes: Change[] = [];
  // `const x = await`, and `;`.
  for (const [own, old, next] of [[[mine.start, mine.call.start], [was.start, was.call.start], [now.start, now.call.start]], [[mine.call.end, mine.end], [was.call.end, was.end], [now.call.end, now.end]]] as const) {
    if (text("was", ...old) !== text("now", ...next)) changes.push({ start: own[0], end: own[1], text: text("now", ...next) });
  }
  const [first, old, next] = [mine.args[0], was.args[0], now.args[0]];
  if (!first || !old || !next) return null;
  if (text("was", was.call.start, old.start) !== text("now", now.call.start, next.start)) changes.push({ start: mine.call.start, end: first.start, text: text("now", now.call.start, next.start) });
  if (mine.args.length !== was.args.length || was.args.length !== now.args.length) return null;
  for (const [index, value] of mine.args.entries()) {
    const [before, after] = [was.args[index], now.args[index]];
    if (!before || !after) return null;
    changes.push(...valueChanges(trees, value, before, after));
  }
  return changes;
}

function valueChanges(trees: Trees, mine: Value, was: Value, now: Value): Change[] {
  if (said(trees.was.graph.source, was) === said(trees.now.graph.source, now)) return [];
  if (mine.form === "object" && was.form === "object" && now.form === "object" && !mine.open && !was.open && !now.open) {
    const fine = fieldChanges(trees, mine, was, now);
    if (fine) return fine;
  }
  return [replacing(trees, mine, now)];
}

type ObjectValue = Extract<Value, { form: "object" }>;

/** Null where fields come or go among others in another order. */
function fieldChanges(trees: Trees, mine: ObjectValue, was: ObjectValue, now: ObjectValue): Change[] | null {
  const { source } = trees.mine.graph;
  const changes: Change[] = [];
  const own = new Map(mine.fields.map((field) => [field.key, field]));
  const next = new Map(now.fields.map((field) => [field.key, field]));
  if (was.fields.some(({ key }) => !own.has(key)) || mine.fields.length !== was.fields.length) return null;
  const goes = was.fields.filter(({ key }) => !next.has(key));
  const comes = now.fields.filter(({ key }) => !own.has(key));
  if (goes.length > 0) return null;
  for (const { key, value } of was.fields) {
    const [field, after] = [own.get(key), next.get(key)];
    if (!field || !after) return null;
    const inner = valueChanges(trees, field.value, value, after.value);
    if (inner.length > 0 && field.shorthand) changes.push({ start: field.start, end: field.end, text: textAt(trees, after, indentAt(source, field.start)) });
    else changes.push(...inner);
  }
  const last = mine.fields.at(-1);
  if (comes.length > 0 && !last) return null;
  if (last && comes.length > 0) {
    const indent = indentAt(source, last.start);
    const lines = source.slice(mine.start, last.start).includes("\n");
    changes.push({ start: last.end, end: last.end, text: comes.map((field) => `,${lines ? `\n${indent}` : " "}${textAt(trees, field, indent)}`).join("") });
  }
  return changes;
}

const textAt = ({ now: { graph } }: Trees, range: Range, indent: string): string => reindented(graph.source, range, indentAt(graph.source, range.start), indent).text;

const replacing = (trees: Trees, mine: Value, now: Value): Change => ({ start: mine.start, end: mine.end, text: textAt(trees, now, indentAt(trees.mine.graph.source, mine.start)) });

/** What a value says, however its lines are broken. */
function said(source: string, value: Value): string {
  switch (value.form) {
    case "literal":
      return JSON.stringify(value.value);
    case "object":
      return value.open ? written(source, value) : `{${value.fields.map((field) => `${field.key}:${said(source, field.value)}`).join(",")}}`;
    case "array":
      return value.open ? written(source, value) : `[${value.items.map((item) => said(source, item)).join(",")}]`;
    case "template":
      return `\`${value.parts.map((part) => (typeof part === "string" ? JSON.stringify(part) : `\${${said(source, part)}}`)).join("")}\``;
    default:
      return written(source, value);
  }
}

const written = (source: string, { start, end }: Range): string => reindented(source, { start, end }, indentAt(source, start), "").text;
