/**
 * What the operations work with.
 * @module
 */
import type { Node } from "@babel/types";
import type { Block, GraphNode, NodeKind, SourceGraph, WorkflowGraph } from "../model.ts";
import { visit } from "../parse/reading.ts";
import type { Range } from "../value.ts";
import { type Place, placeOf } from "../walk.ts";
import type { Change } from "./changes.ts";
import type { Manner } from "./manner.ts";
import { statementsOf } from "./names/domain.ts";
import { Refused } from "./result.ts";

export interface Edit {
  graph: SourceGraph;
  workflow: WorkflowGraph;
  source: string;
  manner: Manner;
  /** Exports of `everstep` and `zod` that what is added needs, by their local name. */
  needs: Set<string>;
  /** Where something new is going to stand: helpers have names of their own for the step API. */
  at: number;
}

/** What an operation is going to do, and what has to be there afterwards. */
export interface Plan {
  changes: Change[];
  /** The node it is about: where it begins in the old text, or `mark` of its change; null: none. */
  node: number | "mark" | null;
  kind?: NodeKind;
  /** Where the node of the old text begins that becomes another, if that is not `node`. */
  about?: number;
  /** What is wrong with the tree afterwards; null: nothing. */
  expect?: (after: { workflow: WorkflowGraph; source: string; node: GraphNode | null }) => string | null;
}

/** @throws Refused for what is not there, or in another file */
export function placed({ workflow }: Edit, id: string): Place {
  const place = placeOf(workflow, id);
  if (!place) throw new Refused("not-found", `There is no node \`${id}\` in this workflow.`);
  for (const helper of Object.values(workflow.helpers)) {
    if (helper.file !== null && [...helper.block.nodes].includes(place.parents[0] ?? place.node)) throw new Refused("other-file", `\`${id}\` stands in ${helper.file}: edit it there.`);
  }
  return place;
}

/** A node that is a statement of its own. */
export function statement(edit: Edit, id: string): Place {
  const place = placed(edit, id);
  if (place.node.place === "statement") return place;
  const around = place.parents.at(-1);
  throw new Refused("unsupported", `\`${id}\` stands inside of ${around ? `\`${around.id}\`` : "an expression"}: change that as a whole.`);
}

/** The function body that a place is in, whose names are looked at. */
export function bodyAt(workflow: WorkflowGraph, at: number): Block {
  const inside = ({ start, end }: Range): boolean => start <= at && at <= end;
  if (inside(workflow.body)) return workflow.body;
  return Object.values(workflow.helpers).find(({ file, block }) => file === null && inside(block))?.block ?? workflow.body;
}

/** The syntax of a range of a body: the first node, outermost first, that is what is looked for. */
export function syntaxAt<Found extends Node>({ workflow, source }: Edit, range: Range, is: (node: Node) => node is Found): Found | null {
  const top = bodyAt(workflow, range.start).nodes.find(({ start, end }) => start <= range.start && range.end <= end);
  if (!top) return null;
  let found: Found | null = null;
  const look = (node: Node): boolean => {
    if (found || (node.start ?? 0) > range.start || (node.end ?? 0) < range.end) return false;
    if (!is(node)) return true;
    found = node;
    return false;
  };
  for (const one of statementsOf(source, top)) if (look(one)) visit(one, look);
  return found;
}

/** Names that are taken anywhere in the workflow's text, so that a new one is free. */
export function freeName({ source, workflow }: Edit, wanted: string): string {
  const text = source.slice(workflow.start, workflow.end);
  const taken = (name: string): boolean => new RegExp(`(?<![\\w$])${name.replaceAll("$", "\\$")}(?![\\w$])`).test(text);
  if (!taken(wanted)) return wanted;
  for (let count = 2; ; count++) if (!taken(`${wanted}${count}`)) return `${wanted}${count}`;
}
