/**
 * An operation on a node as a small change of the text.
 * @module
 */
import type { SourceGraph } from "../model.ts";
import { parseSource } from "../parse/source.ts";
import { findWorkflow } from "../walk.ts";
import { applyChanges, type Change, invertChanges, mapping, tidy } from "./changes.ts";
import type { Edit, Plan } from "./edit.ts";
import { neededChanges } from "./imports.ts";
import { mannerOf } from "./manner.ts";
import { planOf } from "./plan.ts";
import type { Operation } from "./operations.ts";
import { reparse } from "../parse/reparse.ts";
import { type EditResult, Refused } from "./result.ts";
import { verify } from "./verify.ts";

/** What a type-checker says, as far as it is compared: see sdk/schema/diagnostic.ts. */
export interface DiagnosticLike {
  code: string;
  message: string;
  line?: number;
  severity?: "error" | "warning";
}

export interface EditOptions {
  /** The other files of the project: helpers are followed into them. */
  files?: Readonly<Record<string, string>>;
  file?: string;
  /** Asked about the source before and after: what is new refuses the edit. */
  check?: (source: string) => readonly DiagnosticLike[];
}

/**
 * Changes a workflow's source by one operation on its tree. What it does not concern stays byte
 * for byte. Nothing is changed when it is refused: what would not parse, what would leave
 * variables without value or jumps without target, what is no such thing.
 * @param workflow its id, or the name of its export
 * @example
 * ```ts
 * import { applyChanges, applyEdit } from "everstep/graph";
 *
 * const source = `import { workflow } from "everstep";
 * export default workflow({ id: "nap" }, async ({ step }) => {
 *   await step.sleep("a while", "1 hour");
 * });
 * `;
 * const result = applyEdit(source, "nap", { op: "insert", node: { kind: "sleep", name: "more", duration: "2 hours" }, at: { after: "sleep:a while" } });
 * if (result.ok) applyChanges(result.source, result.inverse) === source; // true
 * ```
 */
export function applyEdit(given: string | SourceGraph, workflow: string, operation: Operation, { files, file, check }: EditOptions = {}): EditResult {
  const parsing = { ...(files ? { files } : {}), ...(file === undefined ? {} : { file }) };
  try {
    const graph = typeof given === "string" ? parseSource(given, parsing) : given;
    const { source } = graph;
    const found = findWorkflow(graph, workflow);
    if (!found) throw new Refused("not-found", `There is no workflow \`${workflow}\` in this source.`);
    const edit: Edit = { graph, workflow: found, source, manner: mannerOf(graph, found), needs: new Set(), at: found.body.start };
    const plan = planOf(edit, operation);
    const changes = tidy([...plan.changes, ...neededChanges(edit)]);
    const text = applyChanges(source, changes);
    const map = mapping(changes);
    const after = reparse(graph, changes, text, parsing);
    const now = after.workflows[graph.workflows.indexOf(found)];
    const node = verify({ edit, plan, changes, map, after, now, at: nodeStart(plan, changes, map) });
    if (check) checkTypes(check, source, text);
    return { ok: true, source: text, changes: changes.map(plain), inverse: invertChanges(source, changes), graph: after, node: node?.id ?? null };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, code: error.code, reason: error.message };
    throw error;
  }
}

const plain = ({ start, end, text }: Change) => ({ start, end, text });

/** Where the node begins that it is about. */
function nodeStart({ node }: Plan, changes: readonly Change[], map: (at: number) => number | null): number | null {
  if (node === null) return null;
  if (node !== "mark") return startOf(node, changes, map);
  let shift = 0;
  for (const { start, end, text, mark } of changes) {
    if (mark !== undefined) return start + shift + mark;
    shift += text.length - (end - start);
  }
  return null;
}

/** A node whose own beginning is changed begins where the change does. */
function startOf(at: number, changes: readonly Change[], map: (at: number) => number | null): number | null {
  let shift = 0;
  for (const { start, end, text } of changes) {
    if (start <= at && at < end) return map(at) ?? start + shift;
    if (start > at) break;
    shift += text.length - (end - start);
  }
  return map(at);
}

function checkTypes(check: NonNullable<EditOptions["check"]>, before: string, after: string): void {
  const key = ({ code, message }: DiagnosticLike): string => `${code} ${message}`;
  const known = new Map<string, number>();
  const errors = (source: string) => check(source).filter(({ severity }) => severity !== "warning");
  for (const one of errors(before)) known.set(key(one), (known.get(key(one)) ?? 0) + 1);
  for (const one of errors(after)) {
    const left = known.get(key(one)) ?? 0;
    if (left === 0) throw new Refused("types", `${one.message}${one.line === undefined ? "" : ` (line ${one.line})`}`);
    known.set(key(one), left - 1);
  }
}

