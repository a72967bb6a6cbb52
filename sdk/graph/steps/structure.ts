/**
 * Steps that jump → statements: branches with a common continuation, loops, and blocks with a
 * label where nothing simpler does. After Ramsey, "Beyond Relooper" (2022); what follows a
 * loop stands behind it.
 * @module
 */
import { code, type NodeSpec } from "../generate/spec.ts";
import { leaves } from "../generate/print-node.ts";
import type { Expression } from "./expression.ts";
import { type Flow, type FlowNode, type Goal, isNode } from "./flow.ts";
import { negated } from "./scope.ts";

/** What a jump may go through, from the outside in. */
export interface Frame {
  kind: "function" | "loop" | "switch" | "block";
  /** Where `continue` goes. */
  begin: readonly Goal[];
  /** Where `break` goes, or of a function `return`. */
  after: Goal | null;
  /** Found when somebody needs it. */
  label: string | null;
}

export interface Context {
  frames: readonly Frame[];
  /** Where it goes on behind what is written. */
  falls: Goal;
  /** Written by somebody further out. */
  elsewhere: ReadonlySet<FlowNode>;
}

export interface Writer {
  /** What a step does. */
  content(node: FlowNode, frames: readonly Frame[]): NodeSpec[];
  text(condition: Expression): string;
  /** While what holds only if the condition does (not) is written. */
  knowing<T>(condition: Expression, holds: boolean, write: () => T): T;
  label(frame: Frame): string;
  /** A variable that says whether a step failed. */
  flag(node: FlowNode): string;
}

export function structured(flow: Flow, writer: Writer, context: Context): NodeSpec[] {
  const [entry] = flow.order;
  return entry ? new Structure(flow, writer).tree(entry, context) : [];
}

export class StructureError extends Error {}

class Structure {
  readonly #flow: Flow;
  readonly #writer: Writer;
  readonly #below = new Map<FlowNode, FlowNode[]>();

  constructor(flow: Flow, writer: Writer) {
    this.#flow = flow;
    this.#writer = writer;
    for (const node of flow.order) {
      const above = flow.above.get(node);
      if (above && above !== node) this.#below.set(above, [...(this.#below.get(above) ?? []), node]);
    }
  }

  /** A step, and all that is reached through it alone. */
  tree(node: FlowNode, context: Context): NodeSpec[] {
    const { joins, loops } = this.#flow;
    const below = this.#below.get(node) ?? [];
    const loop = loops.get(node);
    if (!loop) return this.#before(below.filter((one) => joins.has(one) && !context.elsewhere.has(one)), context, (inner) => this.#node(node, inner));
    const outside = this.#leaving(loop).filter((one) => !context.elsewhere.has(one));
    return this.#before(outside, context, (around) => {
      const frame: Frame = { kind: "loop", begin: [node], after: around.falls, label: null };
      const inside: Context = { ...around, frames: [...around.frames, frame], falls: node };
      const body = this.#before(below.filter((one) => joins.has(one) && loop.has(one)), inside, (inner) => this.#node(node, inner));
      return [whileLoop(body, frame.label)];
    });
  }

  /** Steps behind a loop that are reached only through it. */
  #leaving(loop: ReadonlySet<FlowNode>): FlowNode[] {
    return this.#flow.order.filter((one) => !loop.has(one) && loop.has(this.#flow.above.get(one) ?? one));
  }

  /** Writes something, and behind it, one after the other, where its ways come together. */
  #before(joins: readonly FlowNode[], context: Context, write: (inner: Context) => NodeSpec[]): NodeSpec[] {
    const last = joins.at(-1);
    if (!last) return write(context);
    const frame: Frame = { kind: "block", begin: [], after: last, label: null };
    const inner: Context = { frames: [...context.frames, frame], falls: last, elsewhere: new Set([...context.elsewhere, last]) };
    const body = this.#before(joins.slice(0, -1), inner, write);
    const block: NodeSpec[] = frame.label === null ? body : [{ kind: "block", label: frame.label, body }];
    return [...block, ...this.tree(last, context)];
  }

  #node(node: FlowNode, context: Context): NodeSpec[] {
    const { onward } = node;
    const content = (): NodeSpec[] => this.#writer.content(node, context.frames);
    if (onward.kind === "leaves") return content();
    if (onward.kind === "next") return [...content(), ...this.#goal(node, onward.to, context)];
    if (onward.kind === "try") return this.#try(node, onward, content(), context);
    const written = content();
    const yes = this.#writer.knowing(onward.if, true, () => this.#goal(node, onward.yes, context));
    const no = this.#writer.knowing(onward.if, false, () => this.#goal(node, onward.no, context));
    return [...written, ...this.#if(onward.if, yes, no)];
  }

  #if(condition: Expression, yes: NodeSpec[], no: NodeSpec[]): NodeSpec[] {
    const when = (holds: boolean) => code(this.#writer.text(holds ? condition : negated(condition)));
    if (yes.length === 0 && no.length === 0) return [];
    if (yes.length === 0) return [{ kind: "if", branches: [{ condition: when(false), body: no }] }];
    if (no.length === 0) return [{ kind: "if", branches: [{ condition: when(true), body: yes }] }];
    if (leaves(yes.at(-1))) return [{ kind: "if", branches: [{ condition: when(true), body: yes }] }, ...no];
    if (leaves(no.at(-1)) && no.length === 1) return [{ kind: "if", branches: [{ condition: when(false), body: no }] }, ...yes];
    const [only, more] = no;
    const rest = only?.kind === "if" && !more && only.comment === undefined ? only.branches : [{ condition: null, body: no }];
    return [{ kind: "if", branches: [{ condition: when(true), body: yes }, ...rest] }];
  }

  #try(node: FlowNode, onward: { to: Goal; failed: Goal }, content: NodeSpec[], context: Context): NodeSpec[] {
    const on = this.#goal(node, onward.to, context);
    const failed = this.#goal(node, onward.failed, context);
    const caught = (body: NodeSpec[]): NodeSpec => ({ kind: "try", body: content, handler: { body } });
    if (on.length === 0 || leaves(failed.at(-1))) return [caught(failed), ...on];
    const flag = this.#writer.flag(node);
    const after: NodeSpec[] = failed.length === 0 ? [{ kind: "if", branches: [{ condition: code(`!${flag}`), body: on }] }] : [{ kind: "if", branches: [{ condition: code(flag), body: failed }, { condition: null, body: on }] }];
    return [{ kind: "code", text: `let ${flag} = false;` }, caught([{ kind: "code", text: `${flag} = true;` }]), ...after];
  }

  #goal(from: FlowNode, goal: Goal, context: Context): NodeSpec[] {
    if (goal === context.falls) return [];
    const { rank } = this.#flow;
    const written = isNode(goal) && !context.elsewhere.has(goal) && (rank.get(goal) ?? 0) > (rank.get(from) ?? 0);
    return written ? this.tree(goal, context) : this.#jump(goal, context.frames);
  }

  #jump(goal: Goal, frames: readonly Frame[]): NodeSpec[] {
    const found = frames.findLastIndex(({ begin, after }) => begin.includes(goal) || after === goal);
    const frame = frames[found];
    if (!frame) throw new StructureError(isNode(goal) ? `there is no way to ${goal.label}` : `${goal.exit} is there only in a loop`);
    if (frames.slice(found + 1).some(({ kind }) => kind === "function")) throw new StructureError("a branch that runs beside others cannot leave the loop around it");
    if (frame.kind === "function") return [{ kind: "return" }];
    const nearer = frames.slice(found + 1);
    if (frame.begin.includes(goal)) return [{ kind: "continue", ...(nearer.some(({ kind }) => kind === "loop") ? { label: this.#writer.label(frame) } : {}) }];
    const plain = frame.kind !== "block" && !nearer.some(({ kind }) => kind === "loop" || kind === "switch");
    return [{ kind: "break", ...(plain ? {} : { label: this.#writer.label(frame) }) }];
  }
}

/** `while (true) { if (a) break; … }` → `while (!a) { … }` */
function whileLoop(body: NodeSpec[], label: string | null): NodeSpec {
  const [first, ...rest] = body;
  const labelled = label === null ? {} : { label };
  const [branch, more] = first?.kind === "if" ? first.branches : [];
  const [leaf, another] = branch?.body ?? [];
  if (branch?.condition?.form === "code" && !more && leaf?.kind === "break" && leaf.label === undefined && !another) {
    return { kind: "loop", form: "while", condition: code(opposite(branch.condition.text)), body: rest, ...labelled };
  }
  if (branch?.condition && !more && rest.length === 1 && rest[0]?.kind === "break" && rest[0].label === undefined) return { kind: "loop", form: "while", condition: branch.condition, body: branch.body.at(-1)?.kind === "continue" ? branch.body.slice(0, -1) : branch.body, ...labelled };
  return { kind: "loop", form: "while", condition: code("true"), body, ...labelled };
}

function opposite(text: string): string {
  if (/^[^&|()<>?:]* [!=]==? [^&|()<>?:]*$/.test(text)) return text.replace(/ ([!=])(==?) /, (_all, sign: string, rest: string) => ` ${sign === "!" ? "=" : "!"}${rest} `);
  return /^!\([^()]*\)$/.test(text) ? text.slice(2, -1) : /^![\w$.?[\]]+$/.test(text) ? text.slice(1) : `!(${text})`;
}
