/**
 * A workflow described as data: what code is generated from. The counterpart of ../model.ts
 * without places: values are written down, not pointed at.
 * @module
 */
import type { LoopNode, NodeKind, ParallelNode } from "../model.ts";
import type { Import } from "../value.ts";

export type ValueSpec =
  | { form: "literal"; value: string | number | boolean | null }
  | { form: "template"; parts: readonly (string | ValueSpec)[] }
  | { form: "object"; fields: readonly { key: string; value: ValueSpec }[] }
  | { form: "array"; items: readonly ValueSpec[] }
  /** A variable, a path, any expression: as it is to be written. */
  | { form: "code"; text: string };

export interface BindingSpec {
  /** Null: it was declared before. */
  declared: "const" | "let" | "var" | null;
  /** A name, or a pattern such as `{ id }`. */
  target: string;
}

interface Common {
  comment?: string;
  /** A blank line before it. */
  spaced?: boolean;
  /** A comment behind it on its line, with its marks. */
  trailing?: string;
}

interface Call extends Common {
  binding?: BindingSpec;
  returned?: boolean;
  /** Default true. */
  awaited?: boolean;
  /** `.catch(…)` and the like behind it, as it is written. */
  chain?: string;
}

export interface ActionSpecNode extends Call {
  kind: "action";
  /** `crm.leads.update` */
  callee: string;
  args: readonly ValueSpec[];
}

/** `step.sleep("a while", "1 day")`: args are those behind the name. */
export interface NamedSpecNode extends Call {
  kind: "sleep" | "sleepUntil" | "waitForEvent" | "approval" | "sendEvent" | "invoke";
  name: ValueSpec | string;
  args: readonly ValueSpec[];
}

export interface ContinueSpecNode extends Call {
  kind: "continueAsNew";
  args: readonly ValueSpec[];
}

export interface HelperSpecNode extends Call {
  kind: "call";
  callee: string;
  args: readonly ValueSpec[];
}

export interface StepSpecNode extends Call {
  kind: "step";
  name: ValueSpec | string;
  config?: ValueSpec;
  /** As they are written: `ctx`, `{ attempt }`. */
  params?: string;
  /** `expression`: the callback is `() => body[0]`. */
  body: readonly NodeSpec[];
  concise?: boolean;
  /** Default true. */
  async?: boolean;
  /** In place of a body: a function by its name. */
  callback?: string;
  rollback?: string;
}

export interface IfSpecNode extends Common {
  kind: "if";
  /** The last may have none: else. */
  branches: readonly { condition: ValueSpec | null; body: readonly NodeSpec[] }[];
}

export interface SwitchSpecNode extends Common {
  kind: "switch";
  subject: ValueSpec;
  /** Without the `break` at their end; an empty one runs on into the next. Null: default. */
  branches: readonly { condition: ValueSpec | null; body: readonly NodeSpec[] }[];
}

export interface LoopSpecNode extends Common {
  kind: "loop";
  form: LoopNode["form"];
  label?: string;
  /** `for-of`, `for-in`, `for-await`, `map`: what each round is given. */
  item?: string;
  over?: ValueSpec;
  condition?: ValueSpec;
  /** `for`: all between the parentheses; of others in place of item and over. */
  header?: string;
  body: readonly NodeSpec[];
  /** Of `map`. */
  binding?: BindingSpec;
  returned?: boolean;
}

export interface ParallelSpecNode extends Call {
  kind: "parallel";
  mode: ParallelNode["mode"];
  /** One call each, not awaited; anything else becomes a function that is called. */
  branches: readonly (readonly NodeSpec[])[];
}

export interface TrySpecNode extends Common {
  kind: "try";
  body: readonly NodeSpec[];
  handler?: { param?: string; body: readonly NodeSpec[] };
  finalizer?: readonly NodeSpec[];
}

export interface ReturnSpecNode extends Common {
  kind: "return" | "throw";
  value?: ValueSpec;
}

export interface JumpSpecNode extends Common {
  kind: "break" | "continue";
  label?: string;
}

/** Statements as they are written. */
export interface CodeSpecNode extends Common {
  kind: "code";
  text: string;
}

/** A block that a `break` with its label leaves. */
export interface BlockSpecNode extends Common {
  kind: "block";
  label: string;
  body: readonly NodeSpec[];
}

export type CallSpecNode = ActionSpecNode | NamedSpecNode | ContinueSpecNode | HelperSpecNode | StepSpecNode;
export type NodeSpec = CallSpecNode | IfSpecNode | SwitchSpecNode | LoopSpecNode | ParallelSpecNode | TrySpecNode | ReturnSpecNode | JumpSpecNode | CodeSpecNode | BlockSpecNode;
export type NodeSpecKind = Exclude<NodeKind, "broken"> | "block";

export interface TriggerSpec {
  kind: "manual" | "api" | "webhook" | "event" | "schedule";
  args?: readonly ValueSpec[];
}

/** A field of the input, asked for where the workflow is started by hand. */
export interface InputFieldSpec {
  name: string;
  type: "text" | "number" | "boolean" | "date" | "any";
  title?: string;
  /** Default true. */
  required?: boolean;
}

export interface WorkflowSpec {
  id: string;
  title?: string;
  description?: string;
  triggers: readonly (TriggerSpec | ValueSpec)[];
  /** Fields, or a schema as it is written. */
  input?: readonly InputFieldSpec[] | string;
  /** Other options: `retries`, `flow`, … */
  options?: readonly { key: string; value: ValueSpec }[];
  /** As they are written; left out: what the body uses of the context. */
  parameters?: string;
  /** What `input` is called in the body. */
  inputName?: string;
  body: readonly NodeSpec[];
  /** Default `default`. */
  export?: string;
  /** Above the workflow. */
  comment?: string;
  /** Code before and behind the workflow, as it is written. */
  before?: string;
  after?: string;
  /** Besides those of `everstep` and `zod`, which are found by themselves. */
  imports?: readonly Pick<Import, "from" | "imported" | "local" | "typeOnly">[];
}

export const literal = (value: string | number | boolean | null): ValueSpec => ({ form: "literal", value });
export const code = (text: string): ValueSpec => ({ form: "code", text });
export const array = (items: readonly ValueSpec[]): ValueSpec => ({ form: "array", items });

/** Fields that are undefined are left out. */
export function object(fields: Readonly<Record<string, ValueSpec | undefined>>): ValueSpec {
  return { form: "object", fields: Object.entries(fields).flatMap(([key, value]) => (value === undefined ? [] : [{ key, value }])) };
}

/** What JSON has, as a value that is written out. */
export function valueOfJson(json: unknown): ValueSpec {
  if (Array.isArray(json)) return array(json.map(valueOfJson));
  if (typeof json === "object" && json !== null) return object(Object.fromEntries(Object.entries(json).map(([key, value]) => [key, value === undefined ? undefined : valueOfJson(value)])));
  return literal(typeof json === "string" || typeof json === "number" || typeof json === "boolean" ? json : null);
}
