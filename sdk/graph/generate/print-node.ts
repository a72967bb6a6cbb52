/**
 * Nodes as statements.
 * @module
 */
import { at, fits, flatValue, indented, printCall, printValue, type Room } from "./print-value.ts";
import { type BindingSpec, type CallSpecNode, code, type IfSpecNode, literal, type LoopSpecNode, type NodeSpec, type ParallelSpecNode, type StepSpecNode, type SwitchSpecNode, type ValueSpec } from "./spec.ts";

export interface PrintOptions {
  /** The name of the step API. Default `step`. */
  step?: string;
}

/**
 * Statements, each on lines of its own, without the line break at their end.
 * @param indent white space before each line
 */
export function printNodes(nodes: readonly NodeSpec[], indent = "", options: PrintOptions = {}): string {
  return nodes.map((node, index) => `${index > 0 && node.spaced ? "\n" : ""}${printNode(node, indent, options)}`).join("\n");
}

/** One statement, with its comment. */
export function printNode(node: NodeSpec, indent = "", options: PrintOptions = {}): string {
  const comment = node.comment === undefined ? "" : node.comment.split("\n").map((line) => `${indent}//${line === "" ? "" : ` ${line}`}\n`).join("");
  return `${comment}${indent}${new Printer(options.step ?? "step").statement(node, indent)}${node.trailing === undefined ? "" : ` ${node.trailing}`}`;
}

class Printer {
  readonly #step: string;

  constructor(step: string) {
    this.#step = step;
  }

  /** Without the white space before it. */
  statement(node: NodeSpec, indent: string): string {
    switch (node.kind) {
      case "if":
        return this.#if(node, indent);
      case "switch":
        return this.#switch(node, indent);
      case "loop":
        return node.form === "map" ? this.#bound(node, (room) => this.#map(node, room), indent) : this.#loop(node, indent);
      case "try": {
        const { body, handler, finalizer } = node;
        return `try ${this.#block(body, indent)}${handler ? ` catch ${handler.param === undefined ? "" : `(${handler.param}) `}${this.#block(handler.body, indent)}` : ""}${finalizer ? ` finally ${this.#block(finalizer, indent)}` : ""}`;
      }
      case "return":
      case "throw":
        return node.value === undefined ? `${node.kind};` : `${node.kind} ${printValue(node.value, at(indent, `${node.kind} `, 1))};`;
      case "break":
      case "continue":
        return `${node.kind}${node.label === undefined ? "" : ` ${node.label}`};`;
      case "code":
        return indented(node.text, indent);
      case "block":
        return `${node.label}: ${this.#block(node.body, indent)}`;
      case "parallel":
        return this.#bound(node, (room) => `${node.awaited === false ? "" : "await "}${this.#parallel(node, room)}`, indent);
      default:
        return this.#bound(node, (room) => this.#awaited(node, room), indent);
    }
  }

  #bound({ binding, returned }: { binding?: BindingSpec; returned?: boolean }, print: (room: Room) => string, indent: string): string {
    const pattern = binding?.declared === null && binding.target.startsWith("{");
    const before = binding ? `${pattern ? "(" : ""}${binding.declared === null ? "" : `${binding.declared} `}${binding.target} = ` : returned ? "return " : "";
    return `${before}${print(at(indent, before, pattern ? 2 : 1))}${pattern ? ")" : ""};`;
  }

  #awaited(node: CallSpecNode, room: Room): string {
    const before = node.awaited === false ? "" : "await ";
    const { chain = "" } = node;
    return before + this.call(node, { ...room, used: room.used + before.length, behind: room.behind + chain.length }) + indented(chain, room.indent);
  }

  /** The call alone. */
  call(node: CallSpecNode, room: Room): string {
    switch (node.kind) {
      case "action":
      case "call":
        return printCall(node.callee, node.args, room);
      case "continueAsNew":
        return printCall(`${this.#step}.continueAsNew`, node.args, room);
      case "step":
        return this.#do(node, room);
      default:
        return printCall(`${this.#step}.${node.kind}`, [nameOf(node.name), ...node.args], room);
    }
  }

  #do(node: StepSpecNode, room: Room): string {
    const rest = node.rollback === undefined ? "" : `, ${indented(node.rollback, room.indent)}`;
    const head = `${this.#step}.do(${flatValue(nameOf(node.name))}, ${node.config ? `${flatValue(node.config, room.indent)}, ` : ""}`;
    const callback = node.callback ?? this.#function(node, { ...room, used: room.used + head.length, behind: room.behind + 1 });
    const [first = ""] = callback.split("\n");
    if (!node.config || fits(head + first, { ...room, behind: callback.includes("\n") ? 0 : room.behind + 1 })) return `${head}${callback}${rest})`;
    const inner = `${room.indent}  `;
    const lines = [printValue(nameOf(node.name), at(inner)), printValue(node.config, at(inner, "", 1)), node.callback ?? this.#function(node, at(inner, "", 1)), ...(node.rollback === undefined ? [] : [indented(node.rollback, inner)])];
    return `${this.#step}.do(\n${lines.map((line) => `${inner}${line},\n`).join("")}${room.indent})`;
  }

  #function({ params = "", body, concise, async = true }: StepSpecNode, room: Room): string {
    const head = `${async ? "async " : ""}(${params}) => `;
    const [only] = body;
    if (!concise || !only) return head + this.#block(body, room.indent);
    return head + this.#expression(only, { ...room, used: room.used + head.length });
  }

  /** A node where an expression stands. */
  #expression(node: NodeSpec, room: Room): string {
    if (node.kind === "code") return indented(node.text, room.indent);
    if (node.kind === "parallel") return `${node.awaited === false ? "" : "await "}${this.#parallel(node, room)}`;
    if (node.kind === "loop") return this.#map(node, room);
    return isCall(node) ? this.#awaited(node, room) : `(async () => ${this.#block([node], room.indent)})()`;
  }

  #block(body: readonly NodeSpec[], indent: string): string {
    return body.length === 0 ? "{}" : `{\n${printNodes(body, `${indent}  `, { step: this.#step })}\n${indent}}`;
  }

  #if({ branches }: IfSpecNode, indent: string): string {
    const [only, more] = branches;
    const [leaf, another] = only?.body ?? [];
    if (only?.condition && !more && leaf && !another && leaves(leaf) && leaf.comment === undefined && leaf.trailing === undefined) {
      const line = `if (${flatValue(only.condition, indent)}) ${this.statement(leaf, indent)}`;
      if (fits(line, at(indent))) return line;
    }
    return branches.map(({ condition, body }) => `${condition ? `if (${printValue(condition, at(indent, "if (", 3))}) ` : ""}${this.#block(body, indent)}`).join(" else ");
  }

  #switch({ subject, branches }: SwitchSpecNode, indent: string): string {
    const inner = `${indent}  `;
    const cases = branches.map(({ condition, body }, index) => {
      const label = condition ? `case ${flatValue(condition, inner)}:` : "default:";
      const last = body.at(-1);
      if (!last) return `${inner}${label}${index === branches.length - 1 ? `\n${inner}  break;` : ""}`;
      const whole: readonly NodeSpec[] = leaves(last) ? body : [...body, { kind: "break" }];
      return body.some(declares) ? `${inner}${label} ${this.#block(whole, inner)}` : `${inner}${label}\n${printNodes(whole, `${inner}  `, { step: this.#step })}`;
    });
    return `switch (${flatValue(subject, indent)}) {\n${cases.join("\n")}\n${indent}}`;
  }

  #loop(node: LoopSpecNode, indent: string): string {
    const { form, label, body, condition } = node;
    const before = label === undefined ? "" : `${label}: `;
    const test = node.header ?? (condition ? flatValue(condition, indent) : "true");
    if (form === "do-while") return `${before}do ${this.#block(body, indent)} while (${test});`;
    if (form === "while") return `${before}while (${test}) ${this.#block(body, indent)}`;
    const header = node.header ?? `const ${node.item ?? "item"} ${form === "for-in" ? "in" : "of"} ${flatValue(node.over ?? code("[]"), indent)}`;
    return `${before}for ${form === "for-await" ? "await " : ""}(${header}) ${this.#block(body, indent)}`;
  }

  #map({ item = "", over = code("[]"), body }: LoopSpecNode, room: Room): string {
    return `await Promise.all(${flatValue(over, room.indent)}.map(async (${item}) => ${this.#block(body, room.indent)}))`;
  }

  #parallel({ mode, branches }: ParallelSpecNode, room: Room): string {
    const items = (inner: string): string[] => branches.map((branch) => this.#branch(branch, at(inner, "", 1)));
    const flat = `Promise.${mode}([${items(room.indent).join(", ")}])`;
    if (fits(flat, room)) return flat;
    const inner = `${room.indent}  `;
    return `Promise.${mode}([\n${items(inner).map((item) => `${inner}${item},\n`).join("")}${room.indent}])`;
  }

  #branch(branch: readonly NodeSpec[], room: Room): string {
    const [only, more] = branch;
    if (only && !more && only.comment === undefined && (only.kind === "code" ? !/[;}]\s*$/.test(only.text) : isCall(only) && only.awaited === false && !only.binding && !only.returned)) return this.#expression(only, room);
    return `(async () => ${this.#block(branch, room.indent)})()`;
  }
}

const calls = new Set<NodeSpec["kind"]>(["action", "call", "step", "sleep", "sleepUntil", "waitForEvent", "approval", "sendEvent", "invoke", "continueAsNew"]);
export const isCall = (node: NodeSpec): node is CallSpecNode => calls.has(node.kind);
const nameOf = (name: ValueSpec | string): ValueSpec => (typeof name === "string" ? literal(name) : name);

/** Nothing runs on behind it. */
export function leaves(node: NodeSpec | undefined): boolean {
  if (!node) return false;
  if (node.kind === "return" || node.kind === "throw" || node.kind === "break" || node.kind === "continue" || node.kind === "continueAsNew") return true;
  if (node.kind === "code") return /^(?:return|throw|break|continue)\b[^;]*;$/.test(node.text);
  if (node.kind === "if") return node.branches.at(-1)?.condition === null && node.branches.every(({ body }) => leaves(body.at(-1)));
  return isCall(node) && node.returned === true;
}

function declares(node: NodeSpec): boolean {
  if (node.kind === "code") return /^(?:const|let|class|function|async function)\b/.test(node.text);
  return "binding" in node && node.binding !== undefined && node.binding.declared !== null;
}
