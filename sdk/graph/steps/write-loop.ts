/**
 * Loops as statements.
 * @module
 */
import { fresh, variableName } from "../generate/names.ts";
import { code, type LoopSpecNode, type NodeSpec } from "../generate/spec.ts";
import { elementOf, type Source } from "./access.ts";
import { type Expression, ExpressionError, parseTemplate } from "./expression.ts";
import type { Exit } from "./flow.ts";
import type { List } from "./read-steps.ts";
import type { Scope } from "./scope.ts";
import type { Frame } from "./structure.ts";
import { conditionOf } from "./structured.ts";

export interface LoopParts {
  scope: Scope;
  taken: Set<string>;
  /** Names that the steps bring along. */
  given: ReadonlySet<string>;
  /** What each round does. */
  body(item: Source & { name: string; index: string }, exits: Omit<List, "items">, frame: Frame): NodeSpec[];
}

type Config = Readonly<Record<string, unknown>>;

/** @throws ExpressionError */
export function writeLoop(config: Config, parts: LoopParts): LoopSpecNode {
  const end: Exit = { exit: "end" };
  const out: Exit = { exit: "break" };
  const side = config["concurrent"] === true;
  const frame: Frame = { kind: side ? "function" : "loop", begin: side ? [] : [end], after: side ? end : out, label: null };
  const body = (source: Source & { name: string; index: string }): NodeSpec[] => parts.body(source, { end, break: side ? null : out, continue: end }, frame);
  const over = config["for_each"] ?? config["over"] ?? config["items"] ?? config["collection"];
  const node = over === undefined || over === null ? whileLoop(config, parts, body) : forEach(config, over, side, parts, body);
  return frame.label === null ? node : { ...node, label: frame.label };
}

const mostOf = (config: Config): number | null => (typeof config["max"] === "number" ? config["max"] : typeof config["max_iterations"] === "number" ? config["max_iterations"] : null);
const countsRounds = (config: Config): boolean => JSON.stringify(config["steps"] ?? []).includes("loop.index");

type Body = (item: Source & { name: string; index: string }) => NodeSpec[];

function whileLoop(config: Config, { scope, taken }: LoopParts, body: Body): LoopSpecNode {
  const max = mostOf(config);
  const test = config["while"] === undefined ? null : scope.text(conditionOf(config["while"]), max === null ? 0 : 3);
  const counted = max !== null || countsRounds(config);
  const index = counted ? fresh("round", taken) : "round";
  const inside = body({ text: "undefined", schema: null, maybe: true, name: "", index });
  if (!counted) return { kind: "loop", form: "while", condition: code(test ?? "true"), body: inside };
  const limit = [max === null ? null : `${index} < ${max}`, test].filter((one) => one !== null).join(" && ");
  return { kind: "loop", form: "for", header: `let ${index} = 0; ${limit}; ${index}++`, body: inside };
}

function forEach(config: Config, over: unknown, side: boolean, { scope, taken, given }: LoopParts, body: Body): LoopSpecNode {
  const max = mostOf(config);
  const expression: Expression = typeof over === "string" ? parseTemplate(over) : listOf(over);
  const list = scope.text(expression, 7);
  const schema = expression.type === "reference" ? elementOf(scope.resolve(expression.path).schema) : null;
  const called = typeof config["item"] === "string" ? config["item"] : typeof config["item_variable"] === "string" ? config["item_variable"] : "item";
  // Code of theirs may name it: then it stays.
  const name = !/^[\w$]+$/.test(called) || given.has(called) ? called : fresh(variableName(called), taken);
  const counted = countsRounds(config);
  const index = counted ? fresh("index", taken) : "index";
  const inside = body({ text: name, schema, maybe: false, name: called, index });
  const sliced = max === null ? list : `${list}.slice(0, ${max})`;
  if (side) return { kind: "loop", form: "map", item: counted ? `${name}, ${index}` : name, over: code(sliced), body: inside };
  return { kind: "loop", form: "for-of", item: counted ? `[${index}, ${name}]` : name, over: code(counted ? `${sliced}.entries()` : sliced), body: inside };
}

function listOf(json: unknown): Expression {
  if (!Array.isArray(json)) throw new ExpressionError("for_each needs a list, or a place such as {{step1.result}}");
  return { type: "list", items: json.map((one): Expression => (typeof one === "string" ? parseTemplate(one) : { type: "literal", value: typeof one === "number" || typeof one === "boolean" ? one : null })) };
}
