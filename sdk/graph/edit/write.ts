/**
 * New nodes → text in the manner of the file.
 * @module
 */
import { parseStatements } from "../parse/babel.ts";
import { type Edit, freeName } from "./edit.ts";
import { nameOf, stepOf } from "./imports.ts";
import { reindented } from "./lines.ts";
import type { NewNode, Written } from "./operations.ts";
import { Refused } from "./result.ts";
import { writtenText } from "./written.ts";

const renamed: Record<string, string> = { "events.publish": "publishEvent" };
const camel = (name: string): string => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** Statements, each behind the first on a line of its own at that indentation. */
export function nodesText(edit: Edit, nodes: readonly NewNode[], indent: string): string {
  return nodes.map((node) => nodeText(edit, node, indent)).join(edit.manner.eol + indent);
}

export function nodeText(edit: Edit, node: NewNode, indent: string): string {
  const { eol, unit, semicolons } = edit.manner;
  const stop = semicolons ? ";" : "";
  const value = (one: Written): string => writtenText(one, edit.manner, indent);
  const block = (nodes: readonly NewNode[] | undefined, at = indent): string => (nodes && nodes.length > 0 ? `{${eol}${at}${unit}${nodesText(edit, nodes, at + unit)}${eol}${at}}` : `{${eol}${at}}`);
  switch (node.kind) {
    case "code":
      return codeText(edit, node.code, indent);
    case "if":
      return `if (${node.condition}) ${block(node.nodes)}${node.else ? ` else ${block(node.else)}` : ""}`;
    case "switch": {
      const inner = indent + unit;
      const cases = [...(node.cases ?? []).map((one) => ({ head: `case ${value(one.value)}`, nodes: one.nodes })), ...(node.default ? [{ head: "default", nodes: node.default }] : [])];
      return `switch (${node.subject}) {${cases.map(({ head, nodes }) => eol + inner + caseText(edit, head, nodes, inner)).join("")}${eol}${indent}}`;
    }
    case "for-of":
      return `for (const ${node.item} of ${node.over}) ${block(node.nodes)}`;
    case "while":
      return `while (${node.condition}) ${block(node.nodes)}`;
    case "try": {
      const error = node.error ?? "error";
      const caught = node.catch || !node.finally ? ` catch (${error}) ${node.catch ? block(node.catch) : `{${eol}${indent}${unit}throw ${error}${stop}${eol}${indent}}`}` : "";
      return `try ${block(node.nodes)}${caught}${node.finally ? ` finally ${block(node.finally)}` : ""}`;
    }
    case "return":
      return `return${node.value === undefined ? "" : ` ${value(node.value)}`}${stop}`;
    case "throw":
      return `throw ${typeof node.error === "string" ? `new Error(${value(node.error)})` : value(node.error)}${stop}`;
    default:
      return `${variable(edit, node)}await ${callText(edit, node, indent)}${stop}`;
  }
}

export function caseText(edit: Edit, head: string, nodes: readonly NewNode[] | undefined, indent: string): string {
  const { eol, unit, semicolons } = edit.manner;
  const leaves = nodes?.at(-1)?.kind === "return" || nodes?.at(-1)?.kind === "throw";
  const inner = `${nodes && nodes.length > 0 ? eol + indent + unit + nodesText(edit, nodes, indent + unit) : ""}${leaves ? "" : `${eol}${indent}${unit}break${semicolons ? ";" : ""}`}`;
  const scoped = /\b(?:const|let|class|function)\b/.test(inner);
  return `${head}:${scoped ? " {" : ""}${inner}${scoped ? `${eol}${indent}}` : ""}`;
}

function variable(edit: Edit, node: NewNode): string {
  const name = "as" in node ? node.as?.trim() : undefined;
  if (!name) return "";
  return `const ${/^[\w$]+$/.test(name) ? freeName(edit, name) : name} = `;
}

type Called = Exclude<NewNode, { kind: "code" | "if" | "switch" | "for-of" | "while" | "try" | "return" | "throw" }>;

function callText(edit: Edit, node: Called, indent: string): string {
  const { eol, unit, trailingComma } = edit.manner;
  const value = (one: Written): string => writtenText(one, edit.manner, indent);
  const step = (method: string, ...args: (Written | undefined)[]): string => `${stepOf(edit)}.${method}(${args.filter((one) => one !== undefined).map(value).join(", ")})`;
  switch (node.kind) {
    case "action":
      return `${callee(edit, node.action)}(${(node.args ?? []).map(value).join(", ")})`;
    case "step": {
      const body = node.code?.trim() ? `${eol}${indent}${unit}${codeText(edit, node.code, indent + unit)}${eol}${indent}` : "";
      return `${stepOf(edit)}.do(${value(node.name)}, ${node.config === undefined ? "" : `${value(node.config)}, `}async () => {${body}})`;
    }
    case "sleep":
      return step("sleep", node.name, node.duration);
    case "sleepUntil":
      return step("sleepUntil", node.name, node.time);
    case "waitForEvent":
    case "approval":
      return step(node.kind, node.name, node.options);
    case "invoke":
      return step("invoke", node.name, node.workflow, node.input ?? {}, node.options);
    case "sendEvent":
      return step("sendEvent", node.name, node.event);
    case "map":
      return `Promise.all(${eol}${indent}${unit}${node.over}.map(async (${node.item}) => {${eol}${indent}${unit}${unit}${nodesText(edit, node.nodes ?? [{ kind: "return" }], indent + unit + unit)}${eol}${indent}${unit}})${trailingComma ? "," : ""}${eol}${indent})`;
    case "parallel": {
      const branches = (node.branches ?? []).map((nodes) => eol + indent + unit + branchText(edit, nodes, indent + unit));
      return `Promise.${node.mode ?? "all"}([${branches.join(",")}${branches.length > 0 ? `${trailingComma ? "," : ""}${eol}${indent}` : ""}])`;
    }
  }
}

const statements = new Set<NewNode["kind"]>(["code", "if", "switch", "for-of", "while", "try", "return", "throw"]);
const isCalled = (node: NewNode | undefined): node is Called => node !== undefined && !statements.has(node.kind);

/** One of `Promise.all([…])`: the call itself, or a function around what it is. */
export function branchText(edit: Edit, nodes: readonly NewNode[], indent: string): string {
  const { eol, unit } = edit.manner;
  const [only, more] = nodes;
  if (isCalled(only) && !more) return callText(edit, only, indent);
  return `(async () => {${nodes.length > 0 ? `${eol}${indent}${unit}${nodesText(edit, nodes, indent + unit)}${eol}${indent}` : ""}})()`;
}

/** `crm.leads.move_stage` → `crm.leads.moveStage`, `send_email` → `actions.sendEmail` */
function callee(edit: Edit, action: string): string {
  if (!/^[a-z_]+(?:\.[a-z_]+)*$/.test(action)) throw new Refused("unsupported", `\`${action}\` is no action.`);
  const parts = action.split(".");
  if (parts[0] === "crm" && parts.length === 3) return [nameOf(edit, "crm"), ...parts.slice(1).map(camel)].join(".");
  return `${nameOf(edit, "actions")}.${renamed[action] ?? camel(action)}`;
}

/** Code as it is given, at this indentation. */
export function codeText({ manner }: Edit, code: string, indent: string): string {
  const text = code.replace(/\r\n?/g, "\n").replace(/^(?:[ \t]*\n)+|\s+$/g, "");
  if (!parseStatements(text, 0)) throw new Refused("syntax", `This is no statement: ${text.slice(0, 80)}`);
  const own = /^[ \t]*/.exec(text)?.[0] ?? "";
  const least = text.split("\n").slice(1).filter((line) => line.trim() !== "").map((line) => /^[ \t]*/.exec(line)?.[0] ?? "").reduce((a, b) => (a.length <= b.length ? a : b), own === "" ? "" : own);
  const moved = least === "" ? reindented(text, { start: 0, end: text.length }, "", indent).text : reindented(text, { start: 0, end: text.length }, least, indent).text;
  return manner.eol === "\n" ? moved.trimStart() : moved.trimStart().replaceAll("\n", manner.eol);
}
