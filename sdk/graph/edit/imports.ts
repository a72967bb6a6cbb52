/**
 * What a node needs from elsewhere: imports, and `step` among the handler's parameters.
 * @module
 */
import { parseStatements } from "../parse/babel.ts";
import { nodesOf } from "../walk.ts";
import type { Change } from "./changes.ts";
import { bodyAt, type Edit } from "./edit.ts";
import { lineEnd } from "./lines.ts";
import { addItem, listOf } from "./lists.ts";
import { Refused } from "./result.ts";
import { quoted } from "./written.ts";

const from = (name: string): string => (name === "z" ? "zod" : "everstep");

/** How an export of `everstep` (or zod's `z`) is called in this file; it is imported if it is not yet. */
export function nameOf(edit: Edit, name: string): string {
  const own = edit.graph.imports.filter((one) => one.from === from(name) && !one.typeOnly);
  const found = own.find(({ imported }) => imported === name) ?? (name === "z" ? own.find(({ imported }) => imported === "*" || imported === "default") : undefined);
  if (found) return found.local;
  const whole = own.find(({ imported }) => imported === "*");
  if (whole) return `${whole.local}.${name}`;
  edit.needs.add(name);
  return name;
}

/** What the step API is called here; the handler takes it if it does not yet. */
export function stepOf(edit: Edit): string {
  const { workflow, at, source } = edit;
  const body = bodyAt(workflow, at);
  if (body !== workflow.body) {
    // In a helper as its other steps call it.
    for (const node of nodesOf(body)) {
      const called = "name" in node ? /^([\w$.]+)\.\w+\s*[(<]/.exec(source.slice(node.call.start, node.call.end)) : null;
      if (called?.[1] !== undefined) return called[1];
    }
    throw new Refused("unsupported", "It cannot be told what steps are called in this function: insert code.");
  }
  if (workflow.step === null) edit.needs.add("step");
  return workflow.step ?? "step";
}

export function neededChanges(edit: Edit): Change[] {
  const names = [...edit.needs];
  const changes = names.includes("step") ? stepParameter(edit) : [];
  for (const module of ["everstep", "zod"]) {
    const wanted = names.filter((name) => name !== "step" && from(name) === module);
    if (wanted.length > 0) changes.push(...imported(edit, module, wanted.sort()));
  }
  return changes;
}

function imported({ graph, source, manner }: Edit, module: string, names: readonly string[]): Change[] {
  const there = graph.imports.find((one) => one.from === module && !one.typeOnly && one.imported !== "*");
  const [statement] = there ? (parseStatements(source.slice(there.start, there.end), there.start)?.statements ?? []) : [];
  const named = statement?.type === "ImportDeclaration" ? statement.specifiers.filter((one) => one.type === "ImportSpecifier") : [];
  const [first] = named;
  if (there && first) {
    const open = source.lastIndexOf("{", first.start ?? 0) + 1;
    const list = listOf(source, open, source.indexOf("}", named.at(-1)?.end ?? open), named);
    const texts = named.map(({ start, end }) => source.slice(start ?? 0, end ?? 0).toLowerCase());
    const sorted = texts.every((text, index) => index === 0 || (texts[index - 1] ?? "") <= text);
    const groups = new Map<number, string[]>();
    for (const name of names) {
      const index = sorted ? texts.findIndex((text) => text > name) : -1;
      const at = index < 0 ? texts.length : index;
      groups.set(at, [...(groups.get(at) ?? []), name]);
    }
    return [...groups].flatMap(([index, group]) => addItem(source, manner, list, group.join(", "), index));
  }
  const text = `import { ${names.join(", ")} } from ${quoted(module, manner.quote)}${manner.semicolons ? ";" : ""}`;
  const last = graph.imports.at(-1);
  if (last) {
    const at = lineEnd(source, last.end);
    return [{ start: at, end: at, text: manner.eol + text }];
  }
  const at = source.startsWith("#!") ? Math.min(lineEnd(source, 0) + manner.eol.length, source.length) : 0;
  return [{ start: at, end: at, text: text + manner.eol }];
}

function stepParameter({ source, workflow, manner }: Edit): Change[] {
  const { start, end } = workflow.parameters;
  if (start === end) {
    const open = source.indexOf("(", workflow.handler.start) + 1;
    return [{ start: open, end: open, text: "{ step }" }];
  }
  if (workflow.style === "class") return [{ start: end, end, text: ", step" }];
  const [statement] = parseStatements(`(${source.slice(start, end)})=>0`, Math.max(0, start - 1))?.statements ?? [];
  const [pattern] = statement?.type === "ExpressionStatement" && statement.expression.type === "ArrowFunctionExpression" ? statement.expression.params : [];
  if (pattern?.type !== "ObjectPattern") return [];
  const close = source.lastIndexOf("}", pattern.typeAnnotation ? (pattern.typeAnnotation.start ?? end) : (pattern.end ?? end));
  const rest = pattern.properties.findIndex(({ type }) => type === "RestElement");
  return addItem(source, manner, listOf(source, start + 1, close, pattern.properties), "step", rest < 0 ? undefined : rest);
}
