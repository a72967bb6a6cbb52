/**
 * What can be done to a workflow. Plain data: a canvas makes it, a request carries it.
 * @module
 */

/** JSON, in which `{ $expression: "lead.name" }` stands for code. */
export type Written = string | number | boolean | null | readonly Written[] | { readonly [key: string]: Written };

/** A node that is not there yet. */
export type NewNode =
  /** Statements as they shall stand there. */
  | { kind: "code"; code: string }
  /** `action` as in sdk/schema/actions: `crm.leads.update`, `send_email`. */
  | { kind: "action"; action: string; args?: readonly Written[]; as?: string }
  /** `code`: what the callback does. */
  | { kind: "step"; name: string; code?: string; config?: Written; as?: string }
  | { kind: "sleep"; name: string; duration: Written }
  | { kind: "sleepUntil"; name: string; time: Written }
  | { kind: "waitForEvent"; name: string; options: Written; as?: string }
  | { kind: "approval"; name: string; options: Written; as?: string }
  /** `workflow`: an id, or `{ $expression }` of a workflow that is imported. */
  | { kind: "invoke"; name: string; workflow: Written; input?: Written; options?: Written; as?: string }
  | { kind: "sendEvent"; name: string; event: Written; as?: string }
  | { kind: "if"; condition: string; nodes?: readonly NewNode[]; else?: readonly NewNode[] }
  | { kind: "switch"; subject: string; cases?: readonly { value: Written; nodes?: readonly NewNode[] }[]; default?: readonly NewNode[] }
  | { kind: "for-of"; item: string; over: string; nodes?: readonly NewNode[] }
  | { kind: "while"; condition: string; nodes?: readonly NewNode[] }
  /** `await Promise.all(over.map(async (item) => { … }))` */
  | { kind: "map"; item: string; over: string; nodes?: readonly NewNode[]; as?: string }
  | { kind: "parallel"; mode?: "all" | "allSettled" | "race" | "any"; branches?: readonly (readonly NewNode[])[]; as?: string }
  | { kind: "try"; nodes?: readonly NewNode[]; error?: string; catch?: readonly NewNode[]; finally?: readonly NewNode[] }
  | { kind: "return"; value?: Written }
  /** A text becomes `new Error(text)`. */
  | { kind: "throw"; error: Written };

/** Where: beside a node, at an end of one of its branches (as `blocksOf` counts them), or of the body. */
export type Target = { before: string } | { after: string } | { into: string; branch?: number; at?: "start" | "end" } | { body: "start" | "end" };

/** Runs of siblings: `to` is the last of them. */
interface Run {
  from: string;
  to?: string;
}

export type Wrapping =
  | { kind: "if"; condition: string }
  /** Without `catch` and `finally`: caught, and thrown again. */
  | { kind: "try"; error?: string; catch?: string; finally?: string }
  | { kind: "for-of"; item: string; over: string }
  | { kind: "while"; condition: string }
  /** Each node a branch. */
  | { kind: "parallel"; mode?: "all" | "allSettled" | "race" | "any" };

/** Names of fields and numbers of items; the first is the argument's: `[1, "retries", "limit"]`. */
export type Path = readonly (string | number)[];

export interface TriggerSpec {
  kind: "manual" | "api" | "webhook" | "event" | "schedule";
  args?: readonly Written[];
}

export type Operation =
  | { op: "insert"; node: NewNode; at: Target }
  /** `to`: with all siblings up to it. */
  | { op: "delete"; node: string; to?: string }
  | { op: "move"; node: string; to: Target }
  | { op: "duplicate"; node: string }
  | ({ op: "wrap"; in: Wrapping } & Run)
  /** The branch that stays; of `parallel` all, one after another. */
  | { op: "unwrap"; node: string; branch?: number }
  | { op: "setArgument"; node: string; path: Path; value: Written }
  | { op: "removeArgument"; node: string; path: Path }
  | { op: "renameStep"; node: string; name: string }
  /** The variable that takes the result; `from` tells which of several, and without a variable it gets one. */
  | { op: "renameBinding"; node: string; from?: string; name: string }
  | { op: "setRetries"; node: string; retries: Written }
  | { op: "setTimeout"; node: string; timeout: Written }
  /** Of the workflow: `["title"]`, `["flow", "concurrency"]`, `["retries", "limit"]`; `{ $expression }` for code. */
  | { op: "setOption"; path: readonly string[]; value: Written }
  | { op: "removeOption"; path: readonly string[] }
  | { op: "addTrigger"; trigger: TriggerSpec; index?: number }
  | { op: "setTrigger"; index: number; trigger: TriggerSpec }
  | { op: "removeTrigger"; index: number }
  /** `type`: zod, such as `z.string().min(1)`. */
  | { op: "setInputField"; name: string; type: string; rename?: string }
  | { op: "removeInputField"; name: string }
  /** Of if, while, for, a case, the subject of a switch (no `branch`). */
  | { op: "setCondition"; node: string; branch?: number; condition: string }
  /** `condition` null: else, default. Of parallel none. */
  | { op: "addBranch"; node: string; condition?: string | null; nodes?: readonly NewNode[] }
  | { op: "removeBranch"; node: string; branch: number }
  /** Null or empty: none. */
  | { op: "setComment"; node: string; comment: string | null };
