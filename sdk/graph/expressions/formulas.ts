/**
 * What a picker offers to be done with values: plain TypeScript, written and recognised again.
 * Nothing of it is there when the workflow runs.
 * @module
 */
import { parseExpression } from "@babel/parser";
import type { CallExpression, Node } from "@babel/types";
import { bare } from "../parse/values.ts";
import type { FormulaArgument, FormulaView } from "./formula.ts";

interface Formula extends FormulaView {
  write(args: readonly string[]): string;
  /** The arguments, when it is this one. */
  read(node: Node): readonly Node[] | null;
}

const argument = (name: string, type: FormulaArgument["type"]): FormulaArgument => ({ name, type });

/** `value.method(…)` */
function method(id: string, title: string, name: string, args: readonly FormulaArgument[], fixed: string | null = null): Formula {
  return {
    id, title, args, imports: [],
    write: ([owner = "", ...rest]) => `${simple(owner)}.${name}(${fixed ?? rest.join(", ")})`,
    read(node) {
      const call = callOf(node);
      const callee = call ? bare(call.callee) : null;
      if (!call || callee?.type !== "MemberExpression" || callee.computed || callee.property.type !== "Identifier" || callee.property.name !== name) return null;
      const [only, more] = call.arguments;
      if (fixed !== null) return only?.type === "NumericLiteral" && String(only.value) === fixed && !more ? [callee.object] : null;
      return call.arguments.length === args.length - 1 ? [callee.object, ...call.arguments] : null;
    },
  };
}

/** `name(…)`, `Math.round(…)` */
function applied(id: string, title: string, name: string, arg: FormulaArgument): Formula {
  return {
    id, title, args: [arg], imports: [],
    write: ([value = ""]) => `${name}(${value})`,
    read(node) {
      const call = callOf(node);
      return call && call.arguments.length === 1 && called(call.callee) === name ? call.arguments : null;
    },
  };
}

function operator(id: string, title: string, sign: string, args: readonly FormulaArgument[]): Formula {
  return {
    id, title, args, imports: [],
    write: ([left = "", right = ""]) => `${simple(left)} ${sign} ${simple(right)}`,
    read: (node) => ((node.type === "LogicalExpression" || node.type === "BinaryExpression") && node.operator === sign && node.left.type !== "PrivateName" ? [node.left, node.right] : null),
  };
}

const any = argument("value", "any");
const text = argument("text", "text");
const duration = argument("duration", "duration");

export const all: readonly Formula[] = [
  method("uppercase", "In capitals", "toUpperCase", [text]),
  method("lowercase", "In small letters", "toLowerCase", [text]),
  method("trim", "Without white space around it", "trim", [text]),
  method("contains", "Contains", "includes", [argument("where", "any"), argument("what", "any")]),
  method("join", "As one text", "join", [argument("list", "list"), argument("between", "text")]),
  method("first", "The first of a list", "at", [argument("list", "list")], "0"),
  method("decimals", "With decimals, as a text", "toFixed", [argument("number", "number"), argument("decimals", "number")]),
  applied("round", "Rounded", "Math.round", argument("number", "number")),
  applied("text", "As a text", "String", any),
  applied("number", "As a number", "Number", any),
  operator("default", "Or else", "??", [any, argument("otherwise", "any")]),
  operator("equals", "Equals", "===", [any, argument("other", "any")]),
  {
    id: "condition", title: "If, else", args: [argument("condition", "condition"), argument("then", "any"), argument("otherwise", "any")], imports: [],
    write: ([test = "", then = "", otherwise = ""]) => `${simple(test)} ? ${simple(then)} : ${simple(otherwise)}`,
    read: (node) => (node.type === "ConditionalExpression" ? [node.test, node.consequent, node.alternate] : null),
  },
  {
    id: "in", title: "Now and a while", args: [duration], imports: ["durationMs"],
    write: ([time = ""]) => `new Date(Date.now() + durationMs(${time})).toISOString()`,
    read: (node) => readLater(node, (base) => (callOf(base) && called(callOf(base)?.callee) === "Date.now" && callOf(base)?.arguments.length === 0 ? [] : null)),
  },
  {
    id: "later", title: "A date and a while", args: [argument("date", "date"), duration], imports: ["durationMs"],
    write: ([date = "", time = ""]) => `new Date(Date.parse(${date}) + durationMs(${time})).toISOString()`,
    read: (node) => readLater(node, (base) => (callOf(base) && called(callOf(base)?.callee) === "Date.parse" && callOf(base)?.arguments.length === 1 ? (callOf(base)?.arguments ?? null) : null)),
  },
];

const byId: ReadonlyMap<string, Formula> = new Map(all.map((one) => [one.id, one]));

/** @throws RangeError for an id that is none of `formulas` */
export function writeFormula(id: string, args: readonly string[]): string {
  const formula = byId.get(id);
  if (!formula) throw new RangeError(`There is no formula ${JSON.stringify(id)}; there are ${[...byId.keys()].join(", ")}.`);
  return formula.write(args);
}

export function readFormula(node: Node): { formula: string; args: readonly Node[] } | null {
  const at = bare(node);
  for (const formula of all) {
    const args = formula.read(at);
    // `f(...list)` is no argument of a form.
    if (args && args.every(({ type }) => type !== "SpreadElement" && type !== "ArgumentPlaceholder")) return { formula: formula.id, args };
  }
  return null;
}

/** `new Date(BASE + durationMs(X)).toISOString()` */
function readLater(node: Node, base: (node: Node) => readonly Node[] | null): readonly Node[] | null {
  const call = callOf(node);
  const callee = call ? bare(call.callee) : null;
  if (!call || call.arguments.length > 0 || callee?.type !== "MemberExpression" || callee.property.type !== "Identifier" || callee.property.name !== "toISOString") return null;
  const made = bare(callee.object);
  const [sum, more] = made.type === "NewExpression" && called(made.callee) === "Date" ? made.arguments : [];
  if (!sum || more || sum.type !== "BinaryExpression" || sum.operator !== "+" || sum.left.type === "PrivateName") return null;
  const time = callOf(sum.right);
  if (!time || called(time.callee) !== "durationMs" || time.arguments.length !== 1) return null;
  const before = base(sum.left);
  return before && [...before, ...time.arguments];
}

function callOf(node: Node): CallExpression | null {
  const at = bare(node);
  return at.type === "CallExpression" ? at : null;
}

function called(node: Node | undefined): string | null {
  const at = node ? bare(node) : null;
  if (at?.type === "Identifier") return at.name;
  return at?.type === "MemberExpression" && !at.computed && at.object.type === "Identifier" && at.property.type === "Identifier" ? `${at.object.name}.${at.property.name}` : null;
}

const alone = new Set(["Identifier", "MemberExpression", "CallExpression", "StringLiteral", "TemplateLiteral", "ArrayExpression", "ThisExpression", "BooleanLiteral", "NullLiteral"]);

/** In parentheses, unless it stands together by itself. */
function simple(text: string): string {
  try {
    return alone.has(parseExpression(text, { plugins: ["typescript"], sourceType: "module" }).type) ? text : `(${text})`;
  } catch {
    return `(${text})`;
  }
}
