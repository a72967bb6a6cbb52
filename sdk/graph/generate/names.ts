/**
 * Which names a piece of code uses.
 * @module
 */
import type { Node } from "@babel/types";
import { parseSyntax } from "../parse/babel.ts";
import { visit } from "../parse/reading.ts";

/** Variables and types that a code names, those it declares itself among them; not the names of fields. */
export function namesUsed(source: string): Set<string> {
  const names = new Set<string>();
  const look = (node: Node): boolean => {
    if (node.type === "Identifier" || node.type === "JSXIdentifier") names.add(node.name);
    if ((node.type === "MemberExpression" || node.type === "OptionalMemberExpression") && !node.computed) {
      if (look(node.object)) visit(node.object, look);
      return false;
    }
    if (node.type === "ObjectProperty" && !node.computed && !node.shorthand) {
      if (look(node.value)) visit(node.value, look);
      return false;
    }
    return true;
  };
  for (const statement of parseSyntax(source).statements) if (look(statement)) visit(statement, look);
  return names;
}

/** A text in words → `likeThis`; what is no name gets the other. */
export function variableName(words: string, otherwise = "result"): string {
  const name = words
    .normalize("NFKD")
    .replace(/[^A-Za-z0-9]+(.)?/g, (_all, next: string | undefined) => (next ?? "").toUpperCase())
    .replace(/^[^A-Za-z]+/, "")
    .replace(/^./, (first) => first.toLowerCase());
  return name === "" ? otherwise : reserved.has(name) ? `${name}Value` : name;
}

export const reserved = new Set("break case catch class const continue debugger default delete do else enum export extends false finally for function if import in instanceof new null return super switch this throw true try typeof var void while with yield let static await async of input step vars secrets event execution crm actions on workflow undefined NaN Infinity Promise Date Math String Number Boolean Array Object JSON Error arguments eval".split(" "));

/** `title`, `title2`, `title3`, …: the first that is not taken; it is then. */
export function fresh(name: string, taken: Set<string>): string {
  let free = name;
  for (let count = 2; taken.has(free); count++) free = `${name}${count}`;
  taken.add(free);
  return free;
}

/** `Auto-assign tickets` → `auto-assign-tickets`; what a workflow's id has to look like. */
export function workflowId(title: string): string {
  const id = title
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+/, "")
    .slice(0, 100)
    .replace(/-+$/, "");
  return id === "" ? "workflow" : id;
}
