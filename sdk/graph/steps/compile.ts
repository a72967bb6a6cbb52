/**
 * Lists of steps → statements.
 * @module
 */
import { workflowStepJson, type WorkflowStepJson } from "../../schema/workflow-steps.ts";
import { fresh, variableName } from "../generate/names.ts";
import type { NodeSpec } from "../generate/spec.ts";
import type { Source } from "./access.ts";
import { planCall } from "./action-call.ts";
import { ExpressionError } from "./expression.ts";
import { type Exit, flowFrom, folded, IrreducibleError } from "./flow.ts";
import { goesOnAnyway, type Item, itemsOf, type List, nodesOf, type Report, type StepProblem } from "./read-steps.ts";
import { Scope } from "./scope.ts";
import { type Frame, structured, StructureError } from "./structure.ts";
import { type LoopParts, writeLoop } from "./write-loop.ts";
import { alone, hasResult, hintOf, type Local, something } from "./results.ts";
import type { TriggerPlan } from "./trigger.ts";
import { type Target, writeStep } from "./write-step.ts";

export interface Manner {
  /** Variables that are declared before all else, because not all that reads them stands behind them. */
  early: ReadonlySet<string>;
  /** Variables that nothing reads. */
  unread: ReadonlySet<string>;
  /** Conditions that share a goal are made one. */
  fold: boolean;
}

/** Kinds of steps that have others inside of them. */
const nests = new Set(["loop", "parallel", "switch", "try"]);

export class Compiler {
  readonly problems: StepProblem[] = [];
  readonly unreached: StepProblem[] = [];
  readonly scope: Scope;
  /** Variables by the steps that make them, and those that `set_variable` sets. */
  readonly variables = new Map<string, string>();
  /** Names that were found here, not given: declared where it suits. */
  readonly own = new Set<string>();
  readonly #locals: ReadonlyMap<string, Local>;
  readonly #manner: Manner;
  readonly #taken: Set<string>;
  readonly #read: ReadonlySet<string>;
  /** Names that the steps bring along. */
  readonly #given: ReadonlySet<string>;
  readonly #items = new Map<string, Item>();
  readonly #lists: (readonly Item[])[] = [];
  #labels = 0;

  constructor({ trigger, read, taken, given, locals, manner }: { trigger: TriggerPlan; read: ReadonlySet<string>; taken: ReadonlySet<string>; given: ReadonlySet<string>; locals: ReadonlyMap<string, Local>; manner: Manner }) {
    this.#manner = manner;
    this.#taken = new Set(taken);
    this.#read = read;
    this.#given = given;
    this.#locals = locals;
    for (const { name, given } of locals.values()) {
      this.#taken.add(name);
      if (!given) this.own.add(name);
    }
    this.scope = new Scope(trigger, (name) => this.#result(name), (variable) => {
      const local = locals.get(variable);
      return local ? { text: local.name, schema: null, maybe: !local.sure || manner.early.has(local.name) } : null;
    });
  }

  readonly #report: Report = (item, message) => void this.problems.push({ step: item?.key ?? null, message: item ? `${item.label}: ${message}` : message });

  whole(steps: readonly WorkflowStepJson[]): NodeSpec[] {
    const end: Exit = { exit: "end" };
    return this.#list(null, steps, { end, break: null, continue: null }, [{ kind: "function", begin: [], after: end, label: null }]);
  }

  #list(inside: Item | null, steps: readonly WorkflowStepJson[], exits: Omit<List, "items">, frames: readonly Frame[]): NodeSpec[] {
    const items = itemsOf(steps, this.#items, inside, this.#report);
    this.#lists.push(items);
    try {
      for (const item of items) this.#name(item);
      const nodes = nodesOf({ items, ...exits }, this.#report, (item) => this.#isRead(item));
      const [entry] = nodes;
      if (!entry) return [];
      if (this.#manner.fold) folded(entry);
      const flow = flowFrom(entry);
      for (const [index, item] of items.entries()) {
        const node = nodes[index];
        if (node && !flow.rank.has(node) && !this.#manner.fold) this.unreached.push({ step: item.key, message: `${item.label} is never reached: no step goes on to it` });
      }
      return structured(flow, this.#writer(items), { frames, falls: exits.end, elsewhere: new Set() });
    } catch (error) {
      if (error instanceof IrreducibleError) {
        for (const label of error.steps) this.#report(items.find((item) => item.label === label) ?? null, error.message);
      } else if (error instanceof StructureError) this.#report(null, error.message);
      else throw error;
      return [];
    } finally {
      this.#lists.pop();
    }
  }

  #writer(items: readonly Item[]): Parameters<typeof structured>[1] {
    const writing: { at: Item | null } = { at: null };
    return {
      content: ({ item: index }, frames) => {
        const item = index === null ? undefined : items[index];
        writing.at = item ?? null;
        return item ? this.#guard(item, [], () => this.#content(item, frames)) : [];
      },
      text: (condition) => this.#guard(writing.at, "true", () => this.scope.text(condition)),
      knowing: (condition, holds, write) => this.scope.knowing(this.#guard(writing.at, [] as string[], () => this.scope.facts(condition, holds)), write),
      label: (frame) => (frame.label ??= this.#label(frame)),
      flag: ({ item: index }) => {
        const item = index === null ? undefined : items[index];
        return fresh(variableName(`${item?.json.name ?? item?.json.action_type?.split(".").at(-1) ?? item?.json.step_type ?? "step"} failed`), this.#taken);
      },
    };
  }

  #label(frame: Frame): string {
    return fresh(frame.kind === "block" ? `part${++this.#labels}` : "rounds", this.#taken);
  }

  #guard<T>(item: Item | null, otherwise: T, write: () => T): T {
    try {
      return write();
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      this.#report(item, error.message);
      return otherwise;
    }
  }

  #isRead({ key, order }: Item): boolean {
    return this.#read.has(key) || this.#read.has(`step${order}`);
  }

  /** The variable of a step's result, if it has one. */
  #name(item: Item): void {
    const { json, key } = item;
    if (json.result_variable != null) {
      this.variables.set(key, json.result_variable);
      if (json.result_declaration == null && /^[\w$]+$/.test(json.result_variable)) this.own.add(json.result_variable);
      return;
    }
    const refused = json.step_type === "approval" && !goesOnAnyway(item, (one) => this.#isRead(one));
    if ((!this.#isRead(item) && !refused) || !hasResult(json)) return;
    const name = fresh(hintOf(json), this.#taken);
    this.variables.set(key, name);
    this.own.add(name);
  }

  #result(name: string): Source | null {
    const order = /^step(\d+)$/.exec(name)?.[1];
    const inOrder = order === undefined ? [] : this.#lists.flatMap((list) => list.filter((one) => one.order === Number(order)));
    const item = inOrder.at(-1) ?? this.#items.get(name) ?? (order === undefined ? undefined : [...this.#items.values()].find((one) => one.order === Number(order)));
    const text = item && this.variables.get(item.key);
    if (!item || text === undefined) return null;
    const early = this.#manner.early.has(text);
    if (item.json.step_type !== "action") return { text, schema: null, maybe: early };
    const { schema, maybe } = this.#guardless(item) ?? { schema: null, maybe: false };
    return { text, schema, maybe: maybe || early };
  }

  #guardless({ json }: Item): { schema: Source["schema"]; maybe: boolean } | null {
    try {
      return planCall(json.action_type ?? "", json.config);
    } catch {
      return null;
    }
  }

  #target({ key, json }: Item): Target | null {
    const name = this.variables.get(key);
    if (name === undefined || this.#manner.unread.has(name)) return null;
    const declared = json.result_declaration === "none" ? null : json.result_declaration === "let" ? "let" : this.#manner.early.has(name) ? null : "const";
    return { name, declared };
  }

  #content(item: Item, frames: readonly Frame[]): NodeSpec[] {
    const { json } = item;
    if (json.step_type === "break" || json.step_type === "continue") return [];
    const target = this.#target(item);
    if (!nests.has(json.step_type)) return writeStep(json, this.scope, target, (variable) => this.#local(variable, json));
    const nodes = this.#nested(item, frames, target);
    const [first, ...rest] = nodes;
    return first && json.comment ? [{ ...first, comment: json.comment }, ...rest] : nodes;
  }

  #local(variable: string, { result_declaration: declaration }: WorkflowStepJson): Target {
    const name = this.#locals.get(variable)?.name ?? variableName(variable);
    return { name, declared: declaration == null ? (this.#manner.early.has(name) ? null : "const") : declaration === "none" ? null : declaration };
  }

  #nested(item: Item, frames: readonly Frame[], target: Target | null): NodeSpec[] {
    const { config, step_type: type } = item.json;
    const steps = (value: unknown): WorkflowStepJson[] => this.#steps(item, value);
    const outer = this.#around(frames);
    const block = (list: unknown, kind: Frame["kind"]): NodeSpec[] => {
      const end: Exit = { exit: "end" };
      const frame: Frame = { kind, begin: [], after: end, label: null };
      const body = this.#list(item, steps(list), { end, ...outer }, [...frames, frame]);
      return frame.label !== null && kind === "block" ? [{ kind: "block", label: frame.label, body }] : body;
    };
    if (type === "loop") {
      const parts: LoopParts = {
        scope: this.scope,
        taken: this.#taken,
        given: this.#given,
        body: (source, exits, frame) => this.scope.within(source, () => this.#list(item, steps(config["steps"]), exits, [...frames, frame])),
      };
      return [writeLoop(config, parts)];
    }
    if (type === "try") {
      const error = typeof config["error"] === "string" ? config["error"] : undefined;
      return [{ kind: "try", body: block(config["steps"], "block"), ...(config["catch"] === undefined && config["finally"] !== undefined ? {} : { handler: { ...(error === undefined ? {} : { param: error }), body: block(config["catch"], "block") } }), ...(config["finally"] === undefined ? {} : { finalizer: block(config["finally"], "block") }) }];
    }
    if (type === "switch") {
      const cases = Array.isArray(config["cases"]) ? (config["cases"] as { equals?: unknown; steps?: unknown }[]) : [];
      const branches = cases.flatMap(({ equals, steps: list }) => {
        const values = Array.isArray(equals) ? equals : [equals ?? null];
        return values.map((value, index) => ({ condition: this.scope.value(value), body: index < values.length - 1 ? [] : something(block(list, "switch")) }));
      });
      return [{ kind: "switch", subject: this.scope.value(config["on"] ?? config["value"] ?? null), branches: [...branches, ...(config["default"] === undefined ? [] : [{ condition: null, body: block(config["default"], "switch") }])] }];
    }
    const branches = Array.isArray(config["branches"]) ? config["branches"] : [];
    const mode = config["mode"] === "allSettled" || config["mode"] === "race" || config["mode"] === "any" ? config["mode"] : "all";
    return [{ kind: "parallel", mode, branches: branches.map((list) => alone(block(list, "function"))), ...(target ? { binding: { declared: target.declared, target: target.name } } : {}) }];
  }

  /** Exits of the loop around. */
  #around(frames: readonly Frame[]): Pick<List, "break" | "continue"> {
    const loop = frames.findLast(({ kind, begin }) => kind === "loop" && begin.some((goal) => "exit" in goal));
    const [again] = loop?.begin ?? [];
    return { break: loop?.after && "exit" in loop.after ? loop.after : null, continue: again && "exit" in again ? again : null };
  }

  #steps(item: Item, value: unknown): WorkflowStepJson[] {
    const parsed = workflowStepJson.array().safeParse(value ?? []);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    this.#report(item, `the steps inside of it: ${issue?.path.join(".") ?? ""} ${issue?.message ?? "are not readable"}`);
    return [];
  }
}
