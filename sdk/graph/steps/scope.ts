/**
 * What expressions of steps mean in the code: which variable a reference is, and how it is
 * written down.
 * @module
 */
import { entityOfKind } from "../../schema/crm/index.ts";
import { flatValue } from "../generate/print-value.ts";
import { code, literal, type ValueSpec } from "../generate/spec.ts";
import { access, type Access, plain, reachedThrough, type Source } from "./access.ts";
import { type BinaryOperator, type Expression, ExpressionError, parseTemplate } from "./expression.ts";
import type { TriggerPlan } from "./trigger.ts";

/** Finds the result of a step by `step3`, or its id. */
export type FindResult = (name: string) => Source | null;

export class Scope {
  /** What is known not to be null where code is being written. */
  sure: ReadonlySet<string> = new Set();
  /** Records that the trigger's refers to, by the variable that holds them. */
  readonly lookups = new Map<string, string>();
  readonly warnings = new Set<string>();
  readonly #trigger: TriggerPlan;
  readonly #find: FindResult;
  readonly #variables: (name: string) => Source | null;
  readonly #items: (Source & { name: string; index: string })[] = [];

  constructor(trigger: TriggerPlan, find: FindResult, variables: (name: string) => Source | null) {
    this.#trigger = trigger;
    this.#find = find;
    this.#variables = variables;
  }

  /** While the steps of a loop are written. */
  within<T>(item: Source & { name: string; index: string }, write: () => T): T {
    this.#items.push(item);
    try {
      return write();
    } finally {
      this.#items.pop();
    }
  }

  /** While what runs only if these are not null is written. */
  knowing<T>(texts: readonly string[], write: () => T): T {
    const before = this.sure;
    this.sure = new Set([...before, ...texts.flatMap((text) => [...reachedThrough(text)])]);
    try {
      return write();
    } finally {
      this.sure = before;
    }
  }

  /** @throws ExpressionError for what is not there */
  resolve(path: readonly string[]): Access {
    const found = this.#resolve(path);
    if (found.unknown !== null) this.warnings.add(`{{${path.join(".")}}}: there is no field ${found.unknown}`);
    return found;
  }

  #resolve(path: readonly string[]): Access {
    const [root = "", ...rest] = path;
    const item = this.#items.findLast(({ name }) => name === root) ?? (root === "loop" && (rest[0] === "item" || rest[0] === "index") ? this.#items.at(-1) : undefined);
    if (item && root === "loop" && rest[0] === "index") return { text: item.index, schema: null, maybe: false, unknown: null };
    const inside = root === "loop" ? rest.slice(1) : rest;
    if (item) return inside.length === 0 ? { ...item, maybe: item.schema === null, unknown: null } : access(item, inside, this.sure);
    if (root === "trigger") return this.#triggered(rest);
    if (root === "variables" || root === "vars") return this.#variable(rest);
    if (root === "execution" || root === "secrets") return access({ text: root, schema: null, maybe: false }, rest, this.sure);
    const step = root === "steps" ? rest[0] : root;
    const within = root === "steps" ? rest.slice(1) : rest;
    const result = step === undefined ? null : this.#find(step);
    if (!result) throw new ExpressionError(`{{${path.join(".")}}} names nothing that has a value: write trigger, step1 or steps.<id> of a step that gives a result, variables, or in a loop ${this.#items.at(-1)?.name ?? "its item"}`);
    return access(result, within[0] === "result" || within[0] === "output" ? within.slice(1) : within, this.sure);
  }

  #triggered(path: readonly string[]): Access {
    const { record, source } = this.#trigger;
    const [first, second, ...rest] = path;
    const inside = record && (first === record.kind || first === "record" || first === "data") ? path.slice(1) : path;
    if (!record || inside.length < 2) return access(source, inside, this.sure);
    const [name = "", ...more] = first === inside[0] ? path : [second ?? "", ...rest];
    const field = record.fields[`${name}_id`];
    const to = !Object.hasOwn(record.fields, name) && field?.type === "record" && field.to ? entityOfKind.get(field.to) : undefined;
    if (!to) return access(source, inside, this.sure);
    // `trigger.ticket.customer.email`: the ticket has the customer's id.
    const id = `${source.text}.${name}_id`;
    this.lookups.set(name, `const ${name} = ${field?.nullable ? `${id} === null ? null : ` : ""}await crm.${to.path}.get(${id});`);
    return access({ text: name, schema: null, maybe: field?.nullable ?? true }, more, this.sure);
  }

  #variable([name, ...rest]: readonly string[]): Access {
    if (name === undefined) throw new ExpressionError("{{variables}} needs a name");
    const local = this.#variables(name);
    return access(local ?? { text: `vars[${JSON.stringify(name)}]`, schema: null, maybe: true }, rest, this.sure);
  }

  /** JSON with places → what is written. */
  value(json: unknown): ValueSpec {
    if (typeof json === "string") return this.written(parseTemplate(json));
    if (Array.isArray(json)) return { form: "array", items: json.map((item) => this.value(item)) };
    if (typeof json === "object" && json !== null) return { form: "object", fields: Object.entries(json).map(([key, value]) => ({ key, value: this.value(value) })) };
    return literal(typeof json === "number" || typeof json === "boolean" ? json : null);
  }

  written(expression: Expression): ValueSpec {
    if (expression.type === "literal") return literal(expression.value);
    if (expression.type !== "template") return code(this.text(expression));
    return { form: "template", parts: expression.parts.map((part) => (typeof part === "string" ? part : this.#place(part))) };
  }

  /** In a text, what is not there is nothing. */
  #place(expression: Expression): ValueSpec {
    if (expression.type !== "reference") return this.written(expression);
    const { text, maybe } = this.resolve(expression.path);
    return code(maybe && !this.sure.has(plain(text)) ? `${text} ?? ""` : text);
  }

  /** @param level how tightly what is around it binds */
  text(expression: Expression, level = 0): string {
    switch (expression.type) {
      case "literal":
        return JSON.stringify(expression.value);
      case "reference":
        return this.resolve(expression.path).text;
      case "code":
        return level > 0 && !/^[\w$.?[\]"'()]+$/.test(expression.text) ? `(${expression.text})` : expression.text;
      case "template":
        return flatValue(this.written(expression));
      case "list":
        return `[${expression.items.map((item) => this.text(item)).join(", ")}]`;
      case "not":
        return `!${this.text(expression.of, 6)}`;
      case "binary":
        return this.#binary(expression.operator, expression.left, expression.right, level);
    }
  }

  #binary(operator: BinaryOperator, left: Expression, right: Expression, level: number): string {
    if (operator === "in") return `${this.text(right, 7)}.includes(${this.text(left)})`;
    if (operator === "contains") return `${this.text(left, 7)}?.includes(${this.text(right)})`;
    if (operator === "starts_with") return `${this.text(left, 7)}?.startsWith(${this.text(right)})`;
    const own = binds[operator];
    const nothing = (right.type === "literal" && right.value === null) || (left.type === "literal" && left.value === null);
    const sign = operator === "==" ? (nothing ? "==" : "===") : operator === "!=" ? (nothing ? "!=" : "!==") : operator;
    // Behind `a != null &&` a is known to be there.
    const other = operator === "&&" ? this.knowing(this.facts(left, true), () => this.text(right, own + 1)) : this.text(right, own + 1);
    const whole = `${this.text(left, own)} ${sign} ${other}`;
    return own < level ? `(${whole})` : whole;
  }

  /** What is not null where a condition holds, or does not. */
  facts(expression: Expression, holds: boolean): string[] {
    if (expression.type === "not") return this.facts(expression.of, !holds);
    if (expression.type === "reference") return holds ? [this.resolve(expression.path).text] : [];
    if (expression.type !== "binary") return [];
    const { operator, left, right } = expression;
    if (operator === "&&" && holds) return [...this.facts(left, true), ...this.facts(right, true)];
    if (operator === "||" && !holds) return [...this.facts(left, false), ...this.facts(right, false)];
    const nothing = right.type === "literal" && right.value === null;
    return nothing && left.type === "reference" && operator === (holds ? "!=" : "==") ? [this.resolve(left.path).text] : [];
  }
}

const binds: Record<BinaryOperator, number> = { "||": 1, "&&": 2, "==": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4, in: 7, contains: 7, starts_with: 7 };

export function negated(expression: Expression): Expression {
  if (expression.type === "not") return expression.of;
  if (expression.type === "binary" && (expression.operator === "==" || expression.operator === "!=")) return { ...expression, operator: expression.operator === "==" ? "!=" : "==" };
  return { type: "not", of: expression };
}
