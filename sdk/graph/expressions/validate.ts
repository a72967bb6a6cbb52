/**
 * Whether an expression can stand at a place.
 * @module
 */
import type { Node } from "@babel/types";
import type { Diagnostic } from "../../schema/diagnostic.ts";
import { nearest } from "../../schema/nearest.ts";
import type { SourceGraph } from "../model.ts";
import { visit } from "../parse/reading.ts";
import { bare, keyOf } from "../parse/values.ts";
import type { TypeService } from "../types/service.ts";
import type { Range } from "../value.ts";
import { infer, isFunction, type Looking } from "./infer.ts";
import { boundBy, type Names } from "./names.ts";
import type { ScopeOptions } from "./options.ts";
import { namesAt } from "./place.ts";
import { unknownShape } from "./shape.ts";
import { parseText } from "./parse-text.ts";

/** Offsets are within the expression, the end exclusive. */
export interface Fault extends Range {
  code: "syntax" | "unknown-variable" | "unknown-property" | "type";
  severity: "error" | "warning";
  message: string;
}

const globals = new Set(
  "undefined NaN Infinity Math Date String Number Boolean BigInt Symbol Object Array Map Set WeakMap WeakSet Promise RegExp JSON Intl Error TypeError RangeError Reflect Proxy console fetch URL URLSearchParams URLPattern Headers Request Response FormData Blob File crypto TextEncoder TextDecoder atob btoa structuredClone queueMicrotask setTimeout clearTimeout performance AbortController AbortSignal isNaN isFinite parseInt parseFloat encodeURIComponent decodeURIComponent encodeURI decodeURI globalThis Uint8Array ArrayBuffer DataView Buffer process Iterator".split(" "),
);

/**
 * Syntax, variables that are not in scope, properties that are not there; no types yet.
 * @param nodeId null: where the body begins
 * @example
 * ```ts
 * import { parseSource, validateExpression } from "everstep/graph";
 *
 * const graph = parseSource(`import { on, workflow } from "everstep";
 * export default workflow({ id: "w", on: [on.event("lead.created")] }, async ({ input }) => {});`);
 * validateExpression(graph, "w", null, "inptu.name"); // [{ code: "unknown-variable", message: "There is no variable inptu here. Did you mean input?", … }]
 * ```
 */
export function validateExpression(graph: SourceGraph, workflow: string, nodeId: string | null, text: string, options: ScopeOptions = {}): Fault[] {
  if (text.trim() === "") return [{ code: "syntax", severity: "error", message: "An expression is missing.", start: 0, end: text.length }];
  const parsed = parseText(text);
  if (!parsed.ok) return [{ code: "syntax", severity: "error", message: parsed.message, start: parsed.start, end: Math.min(parsed.start + 1, text.length) }];
  const place = namesAt(graph, workflow, nodeId, options);
  if (!place) return [];
  const known = new Set([...place.names.all().map(({ name }) => name), ...graph.imports.map(({ local }) => local), ...boundInside(parsed.node)]);
  const unknown = references(parsed.node).filter(({ name }) => !known.has(name) && !globals.has(name));
  const pickable = place.names.all().filter(({ hidden }) => !hidden).map(({ name }) => name);
  return [
    ...unknown.map(({ name, start, end }): Fault => {
      const meant = nearest(name, [...pickable, ...graph.imports.map(({ local }) => local)]);
      return { code: "unknown-variable", severity: "error", message: `There is no variable ${name} here.${meant ? ` Did you mean ${meant}?` : ""}`, start, end };
    }),
    ...missingProperties(parsed.node, place.names, place.walk),
  ].sort((a, b) => a.start - b.start);
}

/** Names that are read, wherever in the expression. */
function references(node: Node): { name: string; start: number; end: number }[] {
  const found: { name: string; start: number; end: number }[] = [];
  const look = (one: Node, parent: Node | null, key: string): boolean => {
    if (one.type.startsWith("TS") && !/^TS(?:As|NonNull|Satisfies|TypeAssertion|Instantiation)/.test(one.type)) return false;
    const named = (parent?.type === "MemberExpression" || parent?.type === "OptionalMemberExpression") && key === "property" && !parent.computed;
    const keyed = (parent?.type === "ObjectProperty" || parent?.type === "ObjectMethod") && key === "key" && !parent.computed;
    if (one.type === "Identifier" && !named && !keyed) found.push({ name: one.name, start: one.start ?? 0, end: one.end ?? 0 });
    return true;
  };
  if (look(node, null, "")) visit(node, look);
  return found;
}

/** Parameters and variables of functions within it. */
function boundInside(node: Node): string[] {
  const names: string[] = [];
  const take = (pattern: Node): void => void names.push(...Array.from(boundBy(pattern, () => unknownShape), ([name]) => name));
  const look = (one: Node): boolean => {
    if (isFunction(one)) one.params.forEach(take);
    if (one.type === "VariableDeclarator") take(one.id);
    if (one.type === "CatchClause" && one.param) take(one.param);
    if ((one.type === "FunctionDeclaration" || one.type === "FunctionExpression" || one.type === "ClassExpression") && one.id) names.push(one.id.name);
    return true;
  };
  look(node);
  visit(node, look);
  return names;
}

/** Of what is known to have others; a warning, since it was only read. */
function missingProperties(node: Node, names: Names, looking: Looking): Fault[] {
  const inside = new Set(boundInside(node));
  const found: Fault[] = [];
  const look = (one: Node): boolean => {
    if ((one.type !== "MemberExpression" && one.type !== "OptionalMemberExpression") || one.computed) return true;
    const key = keyOf(one.property);
    let root: Node = one;
    while (root.type === "MemberExpression" || root.type === "OptionalMemberExpression") root = bare(root.object);
    if (key === null || root.type !== "Identifier" || inside.has(root.name)) return true;
    const { type, fields, open } = infer(one.object, names, looking);
    const keys = Object.keys(fields ?? {});
    if (type !== "object" || open || keys.length === 0 || keys.includes(key) || key in Object.prototype) return true;
    const meant = nearest(key, keys);
    found.push({ code: "unknown-property", severity: "warning", message: `It has no ${key}.${meant ? ` Did you mean ${meant}?` : ""}`, start: one.property.start ?? 0, end: one.property.end ?? 0 });
    return true;
  };
  look(node);
  visit(node, look);
  return found;
}

/** Where an expression is to stand: in place of what `range` covers in a file. */
export interface Placing {
  files: Readonly<Record<string, string>>;
  file: string;
  range: Range;
}

/**
 * What the compiler says that it did not say before: of the expression, and of what it makes
 * wrong elsewhere (places after the file's own change are those of the changed text).
 */
export function typeFaults(service: Pick<TypeService, "check">, { files, file, range }: Placing, text: string): Diagnostic[] {
  const source = files[file] ?? "";
  const changed = source.slice(0, range.start) + text + source.slice(range.end);
  const known = new Map<string, number>();
  for (const one of service.check(files)) known.set(sameFault(one), (known.get(sameFault(one)) ?? 0) + 1);
  return service.check({ ...files, [file]: changed }).filter((one) => {
    const key = sameFault(one);
    const left = known.get(key) ?? 0;
    known.set(key, left - 1);
    return left <= 0;
  });
}

const sameFault = ({ file, code, message }: Diagnostic): string => `${file}\n${code}\n${message}`;
