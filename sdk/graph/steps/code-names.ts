/**
 * What variables of the code are among steps.
 * @module
 */
import type { GraphNode, WorkflowGraph } from "../model.ts";
import { allNodes } from "../walk.ts";
import type { Names } from "./back-values.ts";

export interface NamesOptions {
  /** What the input is called; null: it has no name. */
  input: string | null;
  /** The input is a record of this kind. */
  record: string | null;
  /** No places: what is not a plain value stays as it is written. */
  exact: boolean;
}

export class CodeNames implements Names {
  /** Variables that are declared before all else, for a step to set. */
  readonly hoisted = new Set<string>();
  /** Steps by the variable of their result; null: of several. */
  results: ReadonlyMap<string, number | null> = new Map();
  /** Of the loops around. */
  readonly items: { name: string; index: string | null }[] = [];
  /** Variables that `set_variable` sets. */
  readonly locals = new Set<string>();
  /** Records that the input refers to, by the variable that holds them. */
  readonly #lookups = new Set<string>();
  readonly #source: string;
  readonly #workflow: WorkflowGraph;
  readonly #options: NamesOptions;

  constructor(source: string, workflow: WorkflowGraph, options: NamesOptions) {
    this.#source = source;
    this.#workflow = workflow;
    this.#options = options;
    this.#find();
  }

  #text({ start, end }: { start: number; end: number }): string {
    return this.#source.slice(start, end);
  }

  /** `let task;` before all else, of a variable that one step alone sets. */
  #find(): void {
    const set = new Map<string, number>();
    for (const { binding, kind } of allNodes(this.#workflow)) {
      if (kind !== "code" && binding && binding.declared === null) for (const name of binding.names) set.set(name, (set.get(name) ?? 0) + 1);
    }
    for (const node of this.#workflow.body.nodes) {
      const name = node.kind === "code" && node.comment === null ? /^let ([\w$]+);$/.exec(this.#text(node))?.[1] : undefined;
      if (name !== undefined && set.get(name) === 1) this.hoisted.add(name);
      const local = node.kind === "code" && node.comment === null ? /^let ([\w$]+) = vars\["\1"\];$/.exec(this.#text(node))?.[1] : undefined;
      if (local !== undefined) this.hoisted.add(local);
      const lookup = this.lookup(node);
      if (lookup !== null) this.#lookups.add(lookup);
    }
  }

  /** `const customer = … await crm.contacts.get(ticket.customer_id);`: the name. */
  lookup(node: GraphNode): string | null {
    const { input, record, exact } = this.#options;
    if (record === null || input === null || exact) return null;
    const found = new RegExp(`^const ([\\w$]+) = (?:${input}\\.\\1_id === null \\? null : )?await crm\\.[a-z]+\\.get\\(${input}\\.\\1_id\\);$`).exec(this.#text(node));
    return found?.[1] ?? null;
  }

  reference([root = "", ...rest]: readonly string[]): string | null {
    if (this.#options.exact) return null;
    const tail = (from: string, path: readonly string[]): string => from + path.map((key) => (/^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : /^\d+$/.test(key) ? `[${key}]` : `["${key}"]`)).join("");
    const item = this.items.findLast(({ name }) => name === root);
    if (item) return tail(root, rest);
    const { input, record } = this.#options;
    if (this.items.at(-1)?.index === root) return "loop.index";
    if (root === input && rest.length > 0) return tail(record === null ? "trigger" : `trigger.${record}`, rest);
    if (this.#lookups.has(root) && record !== null) return tail(`trigger.${record}.${root}`, rest);
    if (root === "vars" && rest.length > 0) return tail("variables", rest);
    if (this.locals.has(root)) return tail(`variables.${root}`, rest);
    const step = this.results.get(root);
    return step == null ? null : tail(`step${step}.result`, rest);
  }
}
