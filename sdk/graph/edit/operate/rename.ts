/**
 * Variables: renamed wherever they are meant, and made for a result that has none.
 * @module
 */
import type { Change } from "../changes.ts";
import { bodyAt, type Edit, type Plan, placed } from "../edit.ts";
import { domainOf } from "../names/domain.ts";
import type { Declared, Reference } from "../names/scopes.ts";
import { Refused } from "../result.ts";

export function renameBinding(edit: Edit, id: string, name: string, from?: string): Plan {
  const { source, workflow } = edit;
  const { node } = placed(edit, id);
  if (!/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)) throw new Refused("unsupported", `\`${name}\` is no name of a variable.`);
  const { binding } = node;
  if (!binding) {
    if (!("call" in node) || node.place !== "statement" || node.returned) throw new Refused("unsupported", `\`${id}\` has no result that a variable could take.`);
    return { changes: [{ start: node.start, end: node.start, text: `const ${name} = `, mark: 0 }], node: "mark", about: node.start, kind: node.kind, expect: ({ node: after }) => (after?.binding?.names[0] === name ? null : `\`${id}\` gives nothing that a variable could take.`) };
  }
  const old = from ?? binding.names[0];
  if (old === undefined || !binding.names.includes(old)) throw new Refused("not-found", `\`${id}\` makes no variable \`${old ?? ""}\`.`);
  if (old === name) throw new Refused("unsupported", `It is called \`${name}\` already.`);
  const domain = domainOf(source, bodyAt(workflow, node.start));
  const top = domain.block.nodes.find(({ start, end }) => start <= node.start && node.end <= end);
  if (!top) throw new Refused("unsupported", `\`${id}\` stands in no block.`);
  const { declared, references, patterns } = domain.names(top);
  const within = ({ at }: { at: number }): boolean => at >= binding.start && at < binding.end;
  const written = references.find((one) => one.name === old && within(one));
  const made: Declared | undefined =
    [...declared, ...references.flatMap((one) => one.declared ?? [])].find((one) => one.name === old && within(one)) ?? written?.declared ?? (written ? domain.declared(new Set([old])).get(old) : undefined) ?? only(source, binding, old);
  if (!made) throw new Refused("unsupported", `\`${old}\` is not made in this workflow.`);
  const names = new Set([old]);
  const own = domain.block.nodes.some((one) => domain.mentioning(names).includes(one) && domain.names(one).declared.some(({ at }) => at === made.at));
  const uses: Reference[] = [];
  for (const one of domain.mentioning(names)) for (const reference of domain.names(one).references) if (reference.name === old && (reference.declared ? reference.declared.at === made.at : own)) uses.push(reference);
  const shorthands = new Set([...patterns, ...domain.mentioning(names).flatMap((one) => [...domain.names(one).patterns])]);
  const change = (at: number, shorthand: boolean): Change => {
    const before = shorthand ? `${old}: ` : "";
    return { start: at, end: at + old.length, text: before + name, kept: [{ from: at, length: 1, to: before.length }] };
  };
  const changes = uses.filter(({ at }) => at !== made.at).map(({ at, shorthand }) => change(at, shorthand));
  return { changes: [change(made.at, shorthands.has(made.at)), ...changes], node: node.start, kind: node.kind };
}

/** One that nobody uses. */
function only(source: string, { start, end }: { start: number; end: number }, name: string): Declared | undefined {
  const hit = new RegExp(`(?<![\\w$]|[^.]\\.)${name.replaceAll("$", "\\$")}(?![\\w$]|\\s*:)`).exec(source.slice(start, end));
  return hit ? { name, at: start + hit.index, hoisted: false, given: true } : undefined;
}
