/**
 * What an edit gives back.
 * @module
 */
import type { SourceGraph } from "../model.ts";

/** Of the text before it: `end` exclusive. Several are sorted, and all count from the text before the first. */
export interface TextChange {
  start: number;
  end: number;
  text: string;
}

export type RefusalCode =
  /** No such workflow, node, branch, argument, field. */
  | "not-found"
  /** The operation means nothing for this node, or what is given is no such thing. */
  | "unsupported"
  /** Somebody else's variable, or jump: named in the reason. */
  | "variable-in-use"
  | "out-of-scope"
  | "jump"
  /** A step within a step. */
  | "nested-step"
  /** The text would not parse. */
  | "syntax"
  /** The types would not check. */
  | "types"
  /** It stands in another file. */
  | "other-file"
  /** The parts of the change stand in each other's way. */
  | "conflict"
  /** It parses, and is something else than what was asked for. */
  | "unexpected";

export type EditResult =
  | {
      ok: true;
      source: string;
      changes: TextChange[];
      /** Of the new source: makes the old one of it again. */
      inverse: TextChange[];
      graph: SourceGraph;
      /** Id of the node that was made or changed. */
      node: string | null;
    }
  | { ok: false; code: RefusalCode; reason: string };

/** Leaves `applyEdit` as its refusal. */
export class Refused extends Error {
  readonly code: RefusalCode;
  constructor(code: RefusalCode, reason: string) {
    super(reason);
    this.code = code;
  }
}
