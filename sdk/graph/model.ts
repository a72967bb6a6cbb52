/**
 * A workflow as a tree of nodes over its source. Nothing here is stored: it is parsed from the
 * source, and every place is a range of it.
 *
 * What holds of every tree:
 * 1. Ranges are UTF-16 offsets, end exclusive; a node's lies within that of its block.
 * 2. Each statement of a block is exactly one node, in the order of the source. What is not
 *    recognised is a `code` node; steps inside of it are its `inner` nodes.
 * 3. Ids are unique in a workflow and come from what a node is (its step's name, its variable, its
 *    text), not from where it is: editing one leaves those of others as they are.
 * @module
 */

import type { Binding, Import, Range, SourceError, Value } from "./value.ts";

/** Statements, one after another. */
export interface Block extends Range {
  /** The range lies within braces; else it is one statement or expression. */
  braced: boolean;
  nodes: GraphNode[];
}

interface Common extends Range {
  id: string;
  /** The comment lines right above it, without their marks. */
  comment: string | null;
  /** From the first of its comments to the end of a comment behind it on its line: what moves with it. */
  extent: Range;
  /** One of a block; `expression`: inside of another node's text, so that it cannot be moved alone. */
  place: "statement" | "expression";
  binding: Binding | null;
  /** `return step.do(…)` */
  returned: boolean;
  awaited: boolean;
  /** Steps inside of its own expressions (a condition, a returned object, plain code), in the order of the source. */
  inner: GraphNode[];
}

interface Call extends Common {
  /** The call itself, without `await`, `return` or the variable. */
  call: Range;
  args: Value[];
  /** Its promise goes on through `.then`, `.catch` or `.finally`. */
  chained: boolean;
}

/** `step.x("name", …)`. */
interface Named extends Call {
  /** Null when it is computed: then it is `args[0]` alone. */
  name: string | null;
}

export interface ActionNode extends Call {
  kind: "action";
  /** Its id, as sdk/schema/actions declares it; `crm.*.update` when the kind of record is computed. */
  action: string;
  /** As it is written: `crm.leads.update`. */
  callee: string;
}

export interface StepNode extends Named {
  kind: "step";
  config: Value | null;
  callback: Range | null;
  rollback: Range | null;
  /** What the callback does; null when it is named elsewhere. */
  block: Block | null;
}

export interface SleepNode extends Named {
  kind: "sleep" | "sleepUntil";
  time: Value | null;
}

export interface WaitNode extends Named {
  kind: "waitForEvent";
  options: Value | null;
}

export interface ApprovalNode extends Named {
  kind: "approval";
  options: Value | null;
}

export interface SendEventNode extends Named {
  kind: "sendEvent";
  event: Value | null;
}

export interface ChildNode extends Named {
  kind: "invoke";
  workflow: Value | null;
  input: Value | null;
  options: Value | null;
}

export interface ContinueAsNewNode extends Call {
  kind: "continueAsNew";
}

export interface Branch extends Range {
  /** Null: else, default. */
  condition: Value | null;
  block: Block;
}

export interface IfNode extends Common {
  kind: "if";
  /** `logical`: `ok && (await step.do(…))`. */
  form: "statement" | "ternary" | "logical";
  /** If, else if, …; else has no condition. */
  branches: Branch[];
}

export interface SwitchNode extends Common {
  kind: "switch";
  subject: Value;
  /** Cases that share their statements (`case 1: case 2:`) are one branch each, all but the last of them empty. */
  branches: Branch[];
  /** A case that does something runs on into the next. */
  falls: boolean;
}

export interface LoopNode extends Common {
  kind: "loop";
  form: "for-of" | "for-await" | "for-in" | "for" | "while" | "do-while" | "map";
  /** `item` or `{ id, name }`: what each round is given. */
  item: string | null;
  over: Value | null;
  condition: Value | null;
  /** All between the parentheses; of `map` the expression before it. */
  header: Range;
  /** Rounds run side by side: `Promise.all(list.map(…))`. */
  concurrent: boolean;
  block: Block;
}

export interface ParallelNode extends Common {
  kind: "parallel";
  mode: "all" | "allSettled" | "race" | "any";
  /** The list's items. */
  branches: Block[];
  items: Range;
}

export interface TryNode extends Common {
  kind: "try";
  block: Block;
  handler: { param: Range | null; block: Block } | null;
  finalizer: Block | null;
}

export interface ReturnNode extends Common {
  kind: "return" | "throw";
  value: Value | null;
}

export interface JumpNode extends Common {
  kind: "break" | "continue";
  label: string | null;
}

/** A function of this file, or of a file that was given, in which there are steps. */
export interface HelperCallNode extends Call {
  kind: "call";
  /** Key of `WorkflowGraph.helpers`. Of one that is handed on (`list.map(charge)`) the call is its name. */
  helper: string;
}

/** A helper of one of those given files: shown and followed, not edited from here. */
export interface Helper extends Range {
  name: string;
  /** Null: in this file. */
  file: string | null;
  block: Block;
}

/** Whatever is nothing else: shown as it is written. */
export interface CodeNode extends Common {
  kind: "code";
}

/** What could not be parsed. */
export interface BrokenNode extends Common {
  kind: "broken";
  message: string;
}

export type GraphNode =
  | ActionNode
  | StepNode
  | SleepNode
  | WaitNode
  | ApprovalNode
  | SendEventNode
  | ChildNode
  | ContinueAsNewNode
  | IfNode
  | SwitchNode
  | LoopNode
  | ParallelNode
  | TryNode
  | ReturnNode
  | JumpNode
  | HelperCallNode
  | CodeNode
  | BrokenNode;

export type NodeKind = GraphNode["kind"];

export interface TriggerNode extends Range {
  kind: "manual" | "api" | "webhook" | "event" | "schedule" | "unknown";
  args: Value[];
}

export interface WorkflowGraph extends Range {
  /** As the manifest has it; null when it is computed. */
  id: string | null;
  title: string | null;
  /** `default` or the name of the export; null when it is not exported. */
  export: string | null;
  style: "function" | "class";
  /** The object that declares it; null of a class. */
  options: (Value & { form: "object" }) | null;
  triggers: TriggerNode[];
  /** The function that runs, with its parameters; of one in another file, its name. */
  handler: Range;
  /** What the parameters bring into scope. */
  parameters: Range;
  /** The name of the step API, such as `step` or `ctx.step`. */
  step: string | null;
  body: Block;
  helpers: Record<string, Helper>;
}

export interface SourceGraph {
  source: string;
  /** In the order of the source. */
  workflows: WorkflowGraph[];
  imports: Import[];
  /** Empty: it parses. */
  errors: SourceError[];
}
