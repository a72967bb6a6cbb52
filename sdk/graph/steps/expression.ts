/**
 * The expressions of steps: conditions and the places `{{…}}` in texts. Parsed by hand, never
 * evaluated.
 * @module
 */

export type BinaryOperator = "&&" | "||" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "contains" | "starts_with";

export type Expression =
  | { type: "literal"; value: string | number | boolean | null }
  | { type: "reference"; path: readonly string[] }
  /** TypeScript as it is written: `{{= … =}}`. */
  | { type: "code"; text: string }
  | { type: "template"; parts: readonly (string | Expression)[] }
  | { type: "list"; items: readonly Expression[] }
  | { type: "not"; of: Expression }
  | { type: "binary"; operator: BinaryOperator; left: Expression; right: Expression };

export class ExpressionError extends Error {}

const words: Record<string, string> = { and: "&&", or: "||", not: "!", in: "in", contains: "contains", starts_with: "starts_with" };
const hole = /\{\{=([\s\S]*?)=\}\}|\{\{([^{}]*)\}\}/g;

/** A text with places: one that is nothing but a place is what stands there, with its type. */
export function parseTemplate(text: string): Expression {
  const parts: (string | Expression)[] = [];
  let at = 0;
  for (const found of text.matchAll(hole)) {
    if (found.index > at) parts.push(text.slice(at, found.index));
    parts.push(found[1] === undefined ? { type: "reference", path: parsePath(found[2] ?? "") } : { type: "code", text: found[1].trim() });
    at = found.index + found[0].length;
  }
  if (at < text.length) parts.push(text.slice(at));
  const [only, more] = parts;
  if (more === undefined && only !== undefined && typeof only !== "string") return only;
  return parts.every((part) => typeof part === "string") ? { type: "literal", value: text } : { type: "template", parts };
}

/** `trigger.ticket.id`, `step1.result[0].name`, `custom["a b"]` */
export function parsePath(text: string): string[] {
  const path: string[] = [];
  const parts = /\s*(?:\.?([A-Za-z_$][\w$-]*)|\.?(\d+)|\[\s*(?:(\d+)|"([^"]*)"|'([^']*)')\s*\])/y;
  const trimmed = text.trim();
  while (parts.lastIndex < trimmed.length) {
    const found = parts.exec(trimmed);
    const name = found?.[1] ?? found?.[2] ?? found?.[3] ?? found?.[4] ?? found?.[5];
    if (name === undefined) throw new ExpressionError(`"${text}" is no path: write names with dots between them, such as trigger.ticket.id`);
    path.push(name);
  }
  if (path.length === 0) throw new ExpressionError("{{}} names nothing");
  return path;
}

interface Token {
  kind: "hole" | "text" | "number" | "word" | "operator" | "end";
  text: string;
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const next = /\s*(?:(\{\{=[\s\S]*?=\}\}|\{\{[^{}]*\}\})|("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|(-?\d+(?:\.\d+)?)|([A-Za-z_$][\w$.[\]-]*)|(===|!==|==|!=|<=|>=|&&|\|\||[<>!()[\],]))/y;
  const trimmed = text.trimEnd();
  while (next.lastIndex < trimmed.length) {
    const from = next.lastIndex;
    const found = next.exec(trimmed);
    if (!found) throw new ExpressionError(`the condition ${JSON.stringify(text)} cannot be read from ${JSON.stringify(trimmed.slice(from).trim())} on`);
    const [, place, quoted, number, word, operator] = found;
    if (place !== undefined) tokens.push({ kind: "hole", text: place });
    else if (quoted !== undefined) tokens.push({ kind: "text", text: quoted.slice(1, -1).replace(/\\(n|t|[\s\S])/g, (_all, one: string) => (one === "n" ? "\n" : one === "t" ? "\t" : one)) });
    else if (number !== undefined) tokens.push({ kind: "number", text: number });
    else if (word !== undefined) tokens.push(Object.hasOwn(words, word.toLowerCase()) ? { kind: "operator", text: words[word.toLowerCase()] ?? word } : { kind: "word", text: word });
    else tokens.push({ kind: "operator", text: operator === "===" ? "==" : operator === "!==" ? "!=" : (operator ?? "") });
  }
  return [...tokens, { kind: "end", text: "the end" }];
}

const levels: readonly (readonly BinaryOperator[])[] = [["||"], ["&&"], ["==", "!="], ["<", "<=", ">", ">=", "in", "contains", "starts_with"]];

/** @throws ExpressionError saying what cannot be read */
export function parseCondition(text: string): Expression {
  const tokens = tokensOf(text);
  let at = 0;
  const peek = (): Token => tokens[at] ?? { kind: "end", text: "the end" };
  const takes = (operator: string): boolean => peek().kind === "operator" && peek().text === operator && ++at > 0;
  const expect = (operator: string): void => {
    if (!takes(operator)) throw new ExpressionError(`the condition ${JSON.stringify(text)} needs ${operator} before ${peek().text}`);
  };
  const binary = (level: number): Expression => {
    const operators = levels[level];
    if (!operators) return unary();
    let left = binary(level + 1);
    for (;;) {
      const operator = operators.find((one) => takes(one));
      if (!operator) return left;
      left = { type: "binary", operator, left, right: binary(level + 1) };
    }
  };
  const unary = (): Expression => (takes("!") ? { type: "not", of: unary() } : primary());
  const primary = (): Expression => {
    if (takes("(")) {
      const inner = binary(0);
      expect(")");
      return inner;
    }
    if (takes("[")) {
      const items: Expression[] = [];
      while (!takes("]")) {
        items.push(binary(0));
        if (!takes(",") && peek().text !== "]") throw new ExpressionError(`the list in ${JSON.stringify(text)} needs , or ] before ${peek().text}`);
      }
      return { type: "list", items };
    }
    const { kind, text: word } = peek();
    at++;
    if (kind === "hole" || kind === "text") return parseTemplate(word);
    if (kind === "number") return { type: "literal", value: Number(word) };
    if (kind === "word") return wordOf(word, text);
    throw new ExpressionError(`the condition ${JSON.stringify(text)} has ${word} where a value is expected`);
  };
  const whole = binary(0);
  if (peek().kind !== "end") throw new ExpressionError(`the condition ${JSON.stringify(text)} has ${peek().text} where an operator is expected`);
  return whole;
}

function wordOf(word: string, text: string): Expression {
  if (word === "true" || word === "false") return { type: "literal", value: word === "true" };
  if (word === "null" || word === "undefined") return { type: "literal", value: null };
  if (word.includes(".") || word.includes("[")) return { type: "reference", path: parsePath(word) };
  throw new ExpressionError(`the condition ${JSON.stringify(text)} has the bare word ${word}: put texts in quotes, and names in {{ }}`);
}
