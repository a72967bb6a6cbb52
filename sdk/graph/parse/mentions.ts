/**
 * Names in the text of statements.
 * @module
 */
import type { Statement } from "@babel/types";
import type { Block, GraphNode } from "../model.ts";
import { parseStatements } from "./babel.ts";
import { namesIn } from "./statements.ts";

/** What a statement declares in its block. */
export function declaredNames(source: string, node: GraphNode): string[] {
  if (node.binding) return node.binding.declared ? node.binding.names : [];
  if (node.kind !== "code") return [];
  return (parseStatements(source.slice(node.start, node.end), 0)?.statements ?? []).flatMap((one: Statement) => {
    if (one.type === "VariableDeclaration") return one.declarations.flatMap(({ id }) => [...namesIn(id)]);
    return "id" in one && one.id && one.id.type === "Identifier" ? [one.id.name] : [];
  });
}

/** The statements of a block in whose text one of these names is. */
export function mentioning(source: string, { start, end, nodes }: Block, names: Iterable<string>): GraphNode[] {
  const wanted = [...new Set(names)].filter((name) => /^[\w$\u0080-\uffff]+$/.test(name));
  if (wanted.length === 0) return [];
  const pattern = new RegExp(`(?<![\\w$])(?:${wanted.map((name) => name.replaceAll("$", "\\$")).join("|")})(?![\\w$])`, "g");
  const found: GraphNode[] = [];
  let index = 0;
  pattern.lastIndex = start;
  for (let hit = pattern.exec(source); hit && hit.index < end; hit = pattern.exec(source)) {
    while (index < nodes.length && (nodes[index]?.end ?? 0) <= hit.index) index++;
    const node = nodes[index];
    if (!node) break;
    if (node.start > hit.index) continue;
    found.push(node);
    // One hit a statement is enough.
    pattern.lastIndex = node.end;
  }
  return found;
}

/** Names that may be functions of that text: by them helpers are found. */
export function functionNames(text: string): string[] {
  const declared = [...text.matchAll(/\b(?:function\s*\*?|class)\s*([\w$\u0080-\uffff]+)/g)];
  const set = [...text.matchAll(/([\w$\u0080-\uffff]+)\s*(?::[^=;]+)?=\s*(?:async\b|function\b|class\b|[({]|[\w$\u0080-\uffff]+\s*=>)/g)];
  return [...declared, ...set].map(([, name]) => name ?? "");
}
