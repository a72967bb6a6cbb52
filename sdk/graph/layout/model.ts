/**
 * Places on a canvas.
 * @module
 */
import type { GraphNode } from "../model.ts";

export interface Size {
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

export interface Box extends Point, Size {
  id: string;
}

/** A frame: its node is inside, and what the node does. */
export interface LayoutGroup extends Box {
  /** Id of the node. */
  node: string;
  kind: "loop" | "try" | "parallel" | "step";
}

/**
 * `next`: one after another; `branch`: one of several ways, or of several at once; `skip`: no
 * branch is taken; `back`: the next round; `catch`; `finally`: although it ended; `fall`: into
 * the next case.
 */
export type EdgeKind = "next" | "branch" | "skip" | "back" | "catch" | "finally" | "fall";

export interface LayoutEdge {
  id: string;
  from: string;
  to: string;
  /** In English, of code: `then`, `else`, `case "paid"`. */
  label: string | null;
  kind: EdgeKind;
  /** From border to border, along the axes. */
  points: Point[];
}

export interface Layout extends Size {
  /** Triggers, with the ids `trigger:0`, `trigger:1`, …, then nodes in the order of the flow. */
  nodes: Box[];
  /** Outer ones before those in them. */
  groups: LayoutGroup[];
  edges: LayoutEdge[];
}

export interface LayoutOptions {
  /** Where the flow goes. Default `down`. */
  direction?: "right" | "down";
  /** Of a node, px. Default 240 × 64; rounded up to the grid of 8. */
  sizeOf?: (node: GraphNode | { kind: "trigger"; id: string }) => Size;
  /** What nodes hold is left out: their ids. */
  collapsed?: ReadonlySet<string>;
  /** Key of the helper that is laid out in place of the workflow's own body. */
  helper?: string;
}
