/**
 * Whether names and jumps mean after an edit what they meant before it.
 * @module
 */
import type { Block, GraphNode } from "../../model.ts";
import { lineNumber } from "../lines.ts";
import { Refused, type TextChange } from "../result.ts";
import { type Domain, domainOf } from "./domain.ts";
import type { Declared, Reference } from "./scopes.ts";

export interface Sides {
  before: { source: string; block: Block };
  after: { source: string; block: Block };
  changes: readonly TextChange[];
  map: (at: number) => number | null;
}

/**
 * Every name in what stays has to mean the same variable, and every jump to leave the same loop
 * or function.
 * @throws Refused naming the variable and the line of its use
 */
export function compareNames(sides: Sides, { old, fresh }: Touched): void {
  const before = domainOf(sides.before.source, sides.before.block);
  const after = domainOf(sides.after.source, sides.after.block);
  const names = new Set<string>();
  for (const [domain, nodes] of [[before, old], [after, fresh]] as const) for (const node of nodes) for (const one of domain.names(node).declared) names.add(one.name);
  const all = new Set(names);
  const free = (domain: Domain, nodes: Iterable<GraphNode>): void => {
    for (const node of nodes) for (const { declared, name } of domain.names(node).references) if (!declared) all.add(name);
  };
  free(before, old);
  free(after, fresh);
  const references = referencesOf(before, old, names);
  const now = new Map([...referencesOf(after, fresh, names)].map((one) => [one.at, one]));
  const made = { before: before.declared(all), after: after.declared(all) };
  for (const one of references) {
    const at = sides.map(one.at);
    const same = at === null ? null : now.get(at);
    if (!same) continue;
    const was = one.declared ?? made.before.get(one.name) ?? null;
    const is = same.declared ?? made.after.get(same.name) ?? null;
    check(sides, one, was, same, is);
  }
  for (const node of old) lastWrite(sides, before, node, references);
}

export interface Touched {
  old: Set<GraphNode>;
  fresh: Set<GraphNode>;
}

/** The statements that an edit touches, on either side. */
export function touched({ before, after, changes, map }: Sides): Touched {
  const old = new Set<GraphNode>();
  const kept = new Set<number>();
  const there = new Map(after.block.nodes.map((node) => [node.start, node]));
  let index = 0;
  for (const node of before.block.nodes) {
    while (index < changes.length && (changes[index]?.end ?? 0) < node.start) index++;
    let hit = false;
    for (let next = index; next < changes.length; next++) {
      const change = changes[next];
      if (!change || change.start > node.end) break;
      // What only touches its border leaves it as it is.
      if (change.end > node.start && change.start < node.end) hit = true;
    }
    const start = map(node.start);
    const same = start === null ? undefined : there.get(start);
    if (hit || start === null || same?.kind !== node.kind) old.add(node);
    else kept.add(start);
  }
  return { old, fresh: new Set(after.block.nodes.filter(({ start }) => !kept.has(start))) };
}

function referencesOf(domain: Domain, nodes: ReadonlySet<GraphNode>, names: ReadonlySet<string>): Reference[] {
  const found: Reference[] = [];
  for (const node of nodes) found.push(...domain.names(node).references);
  for (const node of domain.mentioning(names)) {
    if (nodes.has(node)) continue;
    for (const one of domain.names(node).references) if (!one.declared && names.has(one.name)) found.push(one);
  }
  return found;
}

const words: Record<string, string> = { "return ": "return", "break ": "break", "continue ": "continue", this: "this", arguments: "arguments" };

function check({ before, after, map }: Sides, one: Reference, was: Declared | null, same: Reference, is: Declared | null): void {
  const moved = was ? map(was.at) : null;
  const line = lineNumber(before.source, one.at);
  const word = words[one.name] ?? (one.name.startsWith("label ") ? one.name.slice(6) : undefined);
  if (word !== undefined) {
    if (was ? moved === null || moved !== is?.at : is !== null) throw new Refused("jump", `\`${word}\` in line ${line} would mean another ${one.name === "return " || one.name === "this" || one.name === "arguments" ? "function" : "loop"} there.`);
    return;
  }
  if (was === null) {
    if (is !== null) throw new Refused("variable-in-use", `\`${one.name}\` in line ${line} would mean the variable that is new in line ${lineNumber(after.source, is.at)}.`);
    return;
  }
  const made = `is made in line ${lineNumber(before.source, was.at)} and used in line ${line}`;
  if (moved === null) throw new Refused("variable-in-use", `\`${one.name}\` ${made}: ${textAt(before.source, one.at)}`);
  if (is === null) throw new Refused("out-of-scope", `\`${one.name}\` ${made}, where it would be out of scope: ${textAt(before.source, one.at)}`);
  if (is.at !== moved) throw new Refused("variable-in-use", `\`${one.name}\` in line ${line} would mean another variable of that name, that of line ${lineNumber(after.source, is.at)}.`);
  if (was.at < one.at && is.at > same.at && !is.hoisted) throw new Refused("variable-in-use", `\`${one.name}\` ${made}, which would come before it: ${textAt(before.source, one.at)}`);
}

/** What alone gives a variable its value cannot go while somebody reads it. */
function lastWrite({ map }: Sides, before: Domain, node: GraphNode, references: readonly Reference[]): void {
  for (const { name, at, write, declared } of before.names(node).references) {
    if (!write || map(at) !== null) continue;
    const made = declared ?? before.declared(new Set([name])).get(name);
    if (!made || made.given || map(made.at) === null) continue;
    const others = [...references, ...[...before.mentioning(new Set([name]))].flatMap((one) => before.names(one).references)].filter((one) => one.name === name && one.at !== at && (one.declared ?? made) === made && map(one.at) !== null);
    const read = others.find((one) => !one.write);
    if (read && !others.some((one) => one.write)) throw new Refused("variable-in-use", `\`${name}\` gets its value in line ${lineNumber(before.source, at)} alone and is used in line ${lineNumber(before.source, read.at)}: ${textAt(before.source, read.at)}`);
  }
}

/** The line, without what is around it. */
function textAt(source: string, at: number): string {
  const start = source.lastIndexOf("\n", at - 1) + 1;
  const end = source.indexOf("\n", at);
  const text = source.slice(start, end < 0 ? undefined : end).trim();
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
