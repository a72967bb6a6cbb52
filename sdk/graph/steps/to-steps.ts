/**
 * The statements of a workflow as a list of steps.
 * @module
 */
import type { WorkflowStepInput } from "../../schema/workflow-steps.ts";
import type { Block, GraphNode, WorkflowGraph } from "../model.ts";
import { backSorted } from "./back-actions.ts";
import { backNode, backVariable, codeStep, commentOf, type Reading, type Step } from "./back-node.ts";
import { conditionJson, jsonOf } from "./back-values.ts";
import { CodeNames, type NamesOptions } from "./code-names.ts";
import { mark, type Mark, StepList } from "./linear.ts";

/** What a list is of: that says what leaves it. */
type ListKind = "whole" | "loop" | "case" | "other";
/** A way out that lists of steps have no word for. */
class NoSuchStep extends Error {}

type Steps = (WorkflowStepInput & { step_order: number })[];

export class ToSteps {
  readonly #source: string;
  readonly #workflow: WorkflowGraph;
  readonly #names: CodeNames;
  /** What a `break` leaves. */
  readonly #breaks: ("loop" | "switch")[] = [];
  #count = 0;

  constructor(source: string, workflow: WorkflowGraph, options: NamesOptions) {
    this.#source = source;
    this.#workflow = workflow;
    this.#names = new CodeNames(source, workflow, options);
  }

  whole(): Steps {
    // Once to see which step makes which variable.
    this.#list(this.#workflow.body.nodes, "whole");
    this.#count = 0;
    const results = this.#made;
    this.#made = new Map();
    this.#names.results = results;
    return this.#list(this.#workflow.body.nodes, "whole");
  }

  #made = new Map<string, number | null>();

  #text({ start, end }: { start: number; end: number }): string {
    return this.#source.slice(start, end);
  }

  #reading(): Reading {
    return { source: this.#source, step: this.#workflow.step, names: this.#names, hoisted: this.#names.hoisted };
  }

  #list(nodes: readonly GraphNode[], kind: ListKind): Steps {
    const list = new StepList();
    this.#sequence(nodes, list, mark("end"), kind);
    return list.steps();
  }

  #sequence(nodes: readonly GraphNode[], list: StepList, after: Mark, kind: ListKind): void {
    const real = nodes.filter((node, index) => !this.#silent(node, nodes[index - 1]));
    let here: Mark | null = null;
    for (const [index, node] of real.entries()) {
      if (here) list.place(here);
      const last = index === real.length - 1;
      const next: Mark = last ? after : mark();
      const following = real[index + 1];
      // `return;` is the end.
      if (!last && following && isEnd(kind, following)) {
        this.#node(node, nodes[nodes.indexOf(node) + 1], list, mark("end"), kind);
        return;
      }
      this.#node(node, nodes[nodes.indexOf(node) + 1], list, next, kind);
      here = next;
    }
  }

  /** It is said by other steps. */
  #silent(node: GraphNode, before: GraphNode | undefined): boolean {
    if (node.place !== "statement") return false;
    if (node.kind === "code" && [...this.#names.hoisted].some((name) => this.#text(node) === `let ${name};` || this.#text(node) === `let ${name} = vars["${name}"];`)) return true;
    if (this.#names.lookup(node) !== null) return true;
    return node.kind === "code" && before?.kind === "action" && node.comment === null && backSorted(before, this.#text(node), this.#source, this.#reading().names) !== null;
  }

  #push(list: StepList, step: Step, onward: { kind: "next"; to: Mark } | { kind: "branch"; yes: Mark; no: Mark } | { kind: "leaves" }, failed: Mark | null = null, order = ++this.#count): void {
    if (step.result_variable != null && /^[\w$]+$/.test(step.result_variable)) this.#made.set(step.result_variable, this.#made.has(step.result_variable) || (step.result_declaration != null && step.result_declaration !== "const") ? null : order);
    list.push({ json: { step_order: order, ...(step as WorkflowStepInput) }, onward, failed });
  }

  #node(node: GraphNode, behind: GraphNode | undefined, list: StepList, next: Mark, kind: ListKind): void {
    const reading = this.#reading();
    if (isEnd(kind, node)) {
      // Nothing stands before it that could go to the end.
      if (kind === "case") throw new NoSuchStep();
      return this.#push(list, { step_type: "return", config: {} }, { kind: "leaves" });
    }
    if (node.kind === "if" && node.form === "statement" && node.inner.length === 0) return this.#if(node, list, next, kind);
    const sorted = node.kind === "action" && behind?.kind === "code" && behind.comment === null ? backSorted(node, this.#text(behind), this.#source, reading.names) : null;
    if (sorted) {
      const { variable, ...action } = sorted;
      const declared = /^(const|let) /.exec(this.#text(behind as GraphNode))?.[1];
      const how = declared === "const" || (declared === undefined && this.#names.hoisted.has(variable)) ? {} : { result_declaration: declared === "let" ? ("let" as const) : ("none" as const) };
      return this.#push(list, { step_type: "action", ...action, result_variable: variable, ...how, ...commentOf(node) }, { kind: "next", to: next });
    }
    if (node.kind === "break" || node.kind === "continue") {
      if (node.label !== null || (node.kind === "break" && this.#breaks.at(-1) === "switch")) throw new NoSuchStep();
      return this.#push(list, { step_type: node.kind, ...commentOf(node) }, { kind: "leaves" });
    }
    const order = ++this.#count;
    const blocks = this.#tried(node);
    if (blocks) return this.#push(list, { ...blocks, ...commentOf(node) }, { kind: "next", to: next }, null, order);
    const variable = backVariable(node, reading);
    if (variable) {
      const { variable: name, ...set } = variable;
      this.#names.locals.add(name);
      return this.#push(list, set, { kind: "next", to: next }, null, order);
    }
    const step = backNode(node, reading) ?? codeStep(node, reading);
    this.#push(list, step, step.step_type === "return" || step.step_type === "throw" || step.step_type === "restart" ? { kind: "leaves" } : { kind: "next", to: next }, null, order);
  }

  #if(node: Extract<GraphNode, { kind: "if" }>, list: StepList, next: Mark, kind: ListKind): void {
    const first = commentOf(node);
    let entry: Mark | null = null;
    for (const [index, { condition, block }] of node.branches.entries()) {
      if (entry) list.place(entry);
      if (!condition) return this.#sequence(block.nodes, list, next, kind);
      const yes = mark();
      const last = index === node.branches.length - 1;
      const no = last ? next : mark();
      this.#push(list, { step_type: "condition", config: { condition: conditionJson(this.#text(condition), this.#reading().names) }, ...(index === 0 ? first : {}) }, { kind: "branch", yes, no });
      this.#branch(block, list, yes, next, kind);
      entry = no;
      const following = node.branches[index + 1];
      if (following && !following.condition && this.#empty(following.block)) {
        no.same = next;
        return;
      }
    }
  }

  #branch(block: Block, list: StepList, entry: Mark, next: Mark, kind: ListKind): void {
    const [only, more] = block.nodes;
    if (only && !more && isEnd(kind, only)) {
      entry.at = "end";
      return;
    }
    if (this.#empty(block)) {
      entry.same = next;
      return;
    }
    list.place(entry);
    this.#sequence(block.nodes, list, next, kind);
  }

  #empty(block: Block): boolean {
    return block.nodes.length === 0;
  }

  #tried(node: GraphNode): Step | null {
    const before = { count: this.#count, made: new Map(this.#made), breaks: this.#breaks.length };
    try {
      return this.#blocks(node);
    } catch (error) {
      if (!(error instanceof NoSuchStep)) throw error;
      this.#count = before.count;
      this.#made = before.made;
      this.#breaks.length = before.breaks;
      return null;
    }
  }

  /** Steps with others inside of them; null: it is none, or has no form. */
  #blocks(node: GraphNode): Step | null {
    const { names } = this.#reading();
    const inside = (block: Block): Steps => this.#list(block.nodes, "other");
    if (node.inner.length > 0) return null;
    if (node.kind === "loop") return this.#loop(node);
    if (node.kind === "try") {
      const { handler, finalizer } = node;
      const error = handler?.param ? { error: this.#text(handler.param) } : {};
      return { step_type: "try", config: { steps: inside(node.block), ...error, ...(handler ? { catch: inside(handler.block) } : {}), ...(finalizer ? { finally: inside(finalizer) } : {}) } };
    }
    if (node.kind !== "switch" || node.falls) return null;
    const [cases, rest]: [{ equals: unknown; steps: Steps }[], { default?: Steps }] = [[], {}];
    let shared: unknown[] = [];
    for (const [index, { condition, block }] of node.branches.entries()) {
      if (!condition) {
        if (index < node.branches.length - 1 || shared.length > 0) return null;
        rest.default = this.#case(block);
        continue;
      }
      shared.push(jsonOf(condition, this.#source, names));
      if (block.nodes.length === 0) continue;
      cases.push({ equals: shared.length === 1 ? shared[0] : shared, steps: this.#case(block) });
      shared = [];
    }
    return shared.length > 0 ? null : { step_type: "switch", config: { on: jsonOf(node.subject, this.#source, names), cases, ...rest } };
  }

  /** Without the `break` that every case ends with. */
  #case({ nodes }: Block): Steps {
    const last = nodes.at(-1);
    this.#breaks.push("switch");
    const steps = this.#list(last?.kind === "break" && last.label === null ? nodes.slice(0, -1) : nodes, "case");
    this.#breaks.pop();
    return steps;
  }

  #loop(node: Extract<GraphNode, { kind: "loop" }>): Step | null {
    const { names } = this.#reading();
    const text = this.#text(node);
    if (node.concurrent || /^[A-Za-z_$][\w$]*\s*:/.test(text)) return null;
    if (node.form === "while" && node.condition) return { step_type: "loop", config: { while: conditionJson(this.#text(node.condition), names), steps: this.#within({ name: "", index: null }, node.block) } };
    if (node.form !== "for-of" || !node.over || node.item === null || !/^const\s/.test(this.#text(node.header)) || !/^[\w$]+$/.test(node.item)) return null;
    const over = jsonOf(node.over, this.#source, names);
    return { step_type: "loop", config: { for_each: over, item: node.item, steps: this.#within({ name: node.item, index: null }, node.block) } };
  }

  #within(item: { name: string; index: string | null }, block: Block): Steps {
    this.#names.items.push(item);
    this.#breaks.push("loop");
    try {
      return this.#list(block.nodes, "loop");
    } finally {
      this.#names.items.pop();
      this.#breaks.pop();
    }
  }
}

/** What leaves the list itself. */
function isEnd(kind: ListKind, node: GraphNode): boolean {
  if (node.comment !== null) return false;
  return kind === "whole" ? node.kind === "return" && node.value === null : kind === "case" && node.kind === "break" && node.label === null;
}
