/**
 * The names of a function's body, read as far as they are asked for: a workflow has thousands of
 * statements, and an edit concerns few of them.
 * @module
 */
import type { Block, GraphNode } from "../../model.ts";
import { parseStatements } from "../../parse/babel.ts";
import { mentioning } from "../../parse/mentions.ts";
import { namesOf } from "./resolve.ts";
import type { Declared, Names } from "./scopes.ts";

export interface Domain {
  source: string;
  block: Block;
  /** Of a statement of the block. */
  names(node: GraphNode): Names;
  /** What the block's own statements declare, of these names. */
  declared(names: ReadonlySet<string>): Map<string, Declared>;
  /** The statements in whose text one of these names is. */
  mentioning(names: ReadonlySet<string>): GraphNode[];
}

export function domainOf(source: string, block: Block): Domain {
  const read = new Map<GraphNode, Names>();
  const names = (node: GraphNode): Names => {
    const found = read.get(node) ?? namesOf(statementsOf(source, node));
    read.set(node, found);
    return found;
  };
  const found = new Map<ReadonlySet<string>, GraphNode[]>();
  const mentions = (wanted: ReadonlySet<string>): GraphNode[] => {
    const known = found.get(wanted) ?? mentioning(source, block, wanted);
    found.set(wanted, known);
    return known;
  };
  const hoists = /\bvar\b/.test(source.slice(block.start, block.end));
  return {
    source,
    block,
    names,
    mentioning: mentions,
    declared(wanted) {
      const made = new Map<string, Declared>();
      for (const node of mentions(wanted)) {
        if (!hoists && !mayDeclare(source, node, wanted)) continue;
        for (const one of names(node).declared) if (wanted.has(one.name) && !made.has(one.name)) made.set(one.name, one);
      }
      return made;
    },
  };
}

/** Cheaper than reading it. */
function mayDeclare(source: string, node: GraphNode, wanted: ReadonlySet<string>): boolean {
  if (node.kind === "code") return /^(?:const|let|using|await using|function|async|class|abstract|enum|declare|type|interface|namespace|module|@)/.test(source.slice(node.start, node.start + 12));
  return node.binding?.declared != null && node.binding.names.some((name) => wanted.has(name));
}

export function statementsOf(source: string, node: GraphNode) {
  const text = source.slice(node.start, node.end);
  return (node.place === "statement" ? parseStatements(text, node.start) : parseStatements(`(${text})`, Math.max(0, node.start - 1)))?.statements ?? [];
}
