/**
 * Where variables are declared: with the value they are given, unless something reads them
 * that does not stand behind that.
 * @module
 */
import { printNode } from "../generate/print-node.ts";
import type { NodeSpec } from "../generate/spec.ts";

const texts = new WeakMap<NodeSpec, string>();

function textOf(node: NodeSpec): string {
  let text = texts.get(node);
  if (text === undefined) {
    text = printNode(node);
    texts.set(node, text);
  }
  return text;
}

function countIn(text: string, name: string): number {
  return code(text).match(new RegExp(`(?<![\\w$.])${name.replaceAll("$", "\\$")}(?![\\w$])`, "g"))?.length ?? 0;
}

/** Without the words of texts: what stands in the places of templates stays. */
function code(text: string): string {
  return text.replace(/"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g, (quoted) => (quoted.startsWith("`") ? [...quoted.matchAll(/\$\{([^}]*)\}/g)].map(([, inner]) => inner).join(" ") : '""'));
}

/** Of these variables, those that nothing reads. */
export function unreadNames(body: readonly NodeSpec[], names: Iterable<string>): Set<string> {
  const whole = body.map(textOf).join("\n");
  return new Set([...names].filter((name) => countIn(whole, name) <= 1 && body.some((node) => assigns(node, name))));
}

/** Of these variables, those that have to be there before. */
export function earlyNames(body: readonly NodeSpec[], names: Iterable<string>): Set<string> {
  const early = new Set<string>();
  const whole = body.map(textOf).join("\n");
  for (const name of names) {
    const all = countIn(whole, name);
    if (all > 0 && !behindItsDeclaration(body, name, all)) early.add(name);
  }
  return early;
}

function behindItsDeclaration(body: readonly NodeSpec[], name: string, all: number): boolean {
  const index = body.findIndex((node) => declares(node, name));
  const [at] = body.slice(index);
  if (index >= 0 && at) return countIn(textOf(at), name) === 1 && body.slice(index).reduce((sum, node) => sum + countIn(textOf(node), name), 0) === all && !body.slice(index + 1).some((node) => assigns(node, name));
  return body.some((node) => blocks(node).some((inner) => behindItsDeclaration(inner, name, all)));
}

function declares(node: NodeSpec, name: string): boolean {
  if ("binding" in node && node.binding) return node.binding.declared !== null && countIn(node.binding.target, name) > 0;
  return node.kind === "code" && new RegExp(`^(?:const|let) \\[?${name.replaceAll("$", "\\$")}\\]? = `).test(node.text);
}

function assigns(node: NodeSpec, name: string): boolean {
  return declares(node, name) || blocks(node).some((inner) => inner.some((one) => assigns(one, name)));
}

export function blocks(node: NodeSpec): (readonly NodeSpec[])[] {
  switch (node.kind) {
    case "if":
    case "switch":
      return node.branches.map(({ body }) => body);
    case "loop":
    case "block":
      return [node.body];
    case "parallel":
      return [...node.branches];
    case "try":
      return [node.body, ...(node.handler ? [node.handler.body] : []), ...(node.finalizer ? [node.finalizer] : [])];
    default:
      return [];
  }
}
