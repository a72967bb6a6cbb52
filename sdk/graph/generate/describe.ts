/**
 * Trees → descriptions: what is written in a way that is generated alike is described, the
 * rest is carried along as it is written.
 * @module
 */
import type { Block, GraphNode } from "../model.ts";
import type { Value } from "../value.ts";
import { dedented } from "./print-value.ts";
import { isCall, printNode } from "./print-node.ts";
import { code, type NodeSpec, type ValueSpec } from "./spec.ts";

export interface DescribeOptions {
  /** The name of the step API in the source. */
  step: string | null;
}

export function describeValue(value: Value, source: string): ValueSpec {
  const text = source.slice(value.start, value.end);
  const verbatim = (): ValueSpec => code(dedented(text, indentAt(source, value.start)));
  switch (value.form) {
    case "literal":
      return { form: "literal", value: value.value };
    case "template":
      return { form: "template", parts: value.parts.map((part) => (typeof part === "string" ? part : describeValue(part, source))) };
    case "object":
      return value.open || commented(text) ? verbatim() : { form: "object", fields: value.fields.map((one) => ({ key: one.key, value: describeValue(one.value, source) })) };
    case "array":
      return value.open || commented(text) ? verbatim() : { form: "array", items: value.items.map((item) => describeValue(item, source)) };
    default:
      return verbatim();
  }
}

const commented = (text: string): boolean => /\/[/*]/.test(text.replace(/"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g, ""));

export function describeBlock(block: Block, source: string, options: DescribeOptions): NodeSpec[] {
  return block.nodes.map((node, index) => {
    const before = block.nodes[index - 1];
    const spaced = before !== undefined && source.slice(before.extent.end, node.extent.start).replace(/[^\n]/g, "").length > 1;
    return { ...describeNode(node, source, options), ...(spaced ? { spaced } : {}) };
  });
}

export function describeNode(node: GraphNode, source: string, options: DescribeOptions): NodeSpec {
  const { comment, extent, end } = node;
  const behind = source.slice(end, extent.end).trim();
  const around = { ...(comment === null ? {} : { comment }), ...(behind === "" ? {} : { trailing: behind }) };
  return { ...(faithful(node, source, options) ?? verbatim(node, source)), ...around };
}

const verbatim = (node: GraphNode, source: string): NodeSpec => asWritten(dedented(source.slice(node.start, node.end), indentAt(source, node.start)));
const asWritten = (text: string): NodeSpec => ({ kind: "code", text });

/** White space at the beginning of a place's line. */
export function indentAt(source: string, place: number): string {
  return /^[ \t]*/.exec(source.slice(source.lastIndexOf("\n", place - 1) + 1))?.[0] ?? "";
}

/** Null where what would be generated is something else. */
function faithful(node: GraphNode, source: string, options: DescribeOptions): NodeSpec | null {
  const spec = described(node, source, options);
  if (!spec) return null;
  if (isCall(spec) || spec.kind === "return" || spec.kind === "throw") {
    // Of what a step does only the head: its statements see to themselves.
    const empty = spec.kind === "step" && spec.callback === undefined && !spec.concise;
    const shown = empty && spec.kind === "step" ? { ...spec, body: [] } : spec;
    const body = empty && node.kind === "step" ? node.block : null;
    const text = body ? source.slice(node.start, body.start) + source.slice(body.end, node.end) : source.slice(node.start, node.end);
    const printed = printNode(shown, "", options.step === null ? {} : { step: options.step });
    return bare(printed) === bare(text) ? spec : null;
  }
  return spec;
}

const bare = (text: string): string => text.replaceAll("'", '"').replace(/[\s;]+/g, "").replace(/,(?=[)\]}])/g, "");

function described(node: GraphNode, source: string, options: DescribeOptions): NodeSpec | null {
  const text = (range: { start: number; end: number }): string => source.slice(range.start, range.end);
  const values = (list: readonly Value[]): ValueSpec[] => list.map((one) => describeValue(one, source));
  const block = (of: Block): NodeSpec[] => describeBlock(of, source, options);
  const statement = node.place === "statement";
  const how = { ...(node.binding ? { binding: { declared: node.binding.declared, target: text(node.binding) } } : {}), ...(node.returned ? { returned: true } : {}), ...(node.awaited ? {} : { awaited: false }) };
  const chained = (of: { call: { end: number }; chained: boolean }) => (of.chained ? { chain: dedented(source.slice(of.call.end, node.end).replace(/;$/, ""), indentAt(source, node.start)) } : {});
  switch (node.kind) {
    case "action":
      return { kind: "action", callee: text(node.call).slice(0, text(node.call).indexOf("(")), args: values(node.args), ...how, ...chained(node) };
    case "call":
      return { kind: "call", callee: text(node.call).slice(0, text(node.call).indexOf("(")), args: values(node.args), ...how, ...chained(node) };
    case "sleep":
    case "sleepUntil":
    case "waitForEvent":
    case "approval":
    case "sendEvent":
    case "invoke": {
      const [name, ...args] = values(node.args);
      return name ? { kind: node.kind, name: node.name ?? name, args, ...how, ...chained(node) } : null;
    }
    case "continueAsNew":
      return { kind: "continueAsNew", args: values(node.args), ...how, ...chained(node) };
    case "step": {
      const [name] = values(node.args);
      if (!name || !node.callback) return null;
      const rollback = node.rollback ? { rollback: dedented(text(node.rollback), indentAt(source, node.rollback.start)) } : {};
      const common = { kind: "step" as const, name: node.name ?? name, ...(node.config ? { config: describeValue(node.config, source) } : {}), ...rollback, ...how, ...chained(node) };
      if (!node.block) return { ...common, body: [], callback: text(node.callback) };
      const head = /^(async )?\(?([^)]*?)\)?\s*=>\s*\{?$/s.exec(source.slice(node.callback.start, node.block.start).trim());
      if (!head) return null;
      return { ...common, body: block(node.block), ...(head[2] ? { params: head[2] } : {}), ...(node.block.braced ? {} : { concise: true }), ...(head[1] ? {} : { async: false }) };
    }
    case "if":
      if (node.form !== "statement" || !statement) return null;
      return { kind: "if", branches: node.branches.map(({ condition, block: body }) => ({ condition: condition && describeValue(condition, source), body: block(body) })) };
    case "switch":
      return node.falls ? null : { kind: "switch", subject: describeValue(node.subject, source), branches: node.branches.map(({ condition, block: body }) => ({ condition: condition && describeValue(condition, source), body: unbroken(block(body)) })) };
    case "loop": {
      const label = /^([A-Za-z_$][\w$]*)\s*:\s/.exec(text(node))?.[1];
      const labelled = label === undefined ? {} : { label };
      if (node.form === "map") return null;
      if (node.form === "while" || node.form === "do-while") return node.condition ? { kind: "loop", form: node.form, condition: describeValue(node.condition, source), body: block(node.block), ...labelled } : null;
      const { form } = node;
      if (form === "for") {
        const [, header = ""] = /^[^(]*\(([\s\S]*)\)\s*\{?$/.exec(source.slice(node.start, node.block.start).trim()) ?? [];
        return { kind: "loop", form, header: header.trim(), body: block(node.block), ...labelled };
      }
      const plain = node.over && node.item !== null && new RegExp(`^const\\s+`).test(text(node.header));
      return { kind: "loop", form, ...(plain && node.over && node.item !== null ? { item: node.item, over: describeValue(node.over, source) } : { header: text(node.header) }), body: block(node.block), ...labelled };
    }
    case "parallel":
      return !statement || node.inner.length > 0 || !text(node).includes(`Promise.${node.mode}(`) ? null : { kind: "parallel", mode: node.mode, branches: node.branches.map(block), ...how };
    case "try":
      return { kind: "try", body: block(node.block), ...(node.handler ? { handler: { ...(node.handler.param ? { param: text(node.handler.param) } : {}), body: block(node.handler.block) } } : {}), ...(node.finalizer ? { finalizer: block(node.finalizer) } : {}) };
    case "return":
    case "throw":
      return { kind: node.kind, ...(node.value ? { value: describeValue(node.value, source) } : {}) };
    case "break":
    case "continue":
      return { kind: node.kind, ...(node.label === null ? {} : { label: node.label }) };
    default:
      return null;
  }
}

/** Without the `break` that every case gets. */
const unbroken = (body: NodeSpec[]): NodeSpec[] => (body.length > 1 && body.at(-1)?.kind === "break" && body.at(-1)?.comment === undefined ? body.slice(0, -1) : body);
