/**
 * A place for something new, and what goes there.
 * @module
 */
import type { Block, GraphNode } from "../model.ts";
import type { Kept } from "./changes.ts";

export interface Slot {
  block: Block;
  /** Whose block it is; null: the body. */
  parent: GraphNode | null;
  /** Before the node of this number. */
  index: number;
}

export interface Text {
  text: string;
  kept?: Kept[];
  /** Where the node begins in it, behind its comments. */
  mark?: number;
}

/** What is to be there, at an indentation. */
export type Writer = (indent: string) => Text;
