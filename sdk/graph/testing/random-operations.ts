/**
 * Any operation on any node, for properties: numbers choose which.
 * @module
 */
import fc from "fast-check";
import type { NewNode, Operation, Target, Wrapping } from "../edit/operations.ts";
import type { GraphNode, WorkflowGraph } from "../model.ts";
import { allNodes, blocksOf } from "../walk.ts";

export interface Choice {
  what: number;
  node: number;
  other: number;
  more: number;
}

const number = fc.nat({ max: 1_000_000 });
export const choices: fc.Arbitrary<Choice> = fc.record({ what: number, node: number, other: number, more: number });

const pick = <T>(list: readonly T[], index: number): T | undefined => list[index % list.length];

const newNodes: readonly NewNode[] = [
  { kind: "code", code: "console.log(`a\n  b`);\ndebugger;" },
  { kind: "action", action: "crm.leads.update", args: ["x", { status: "new", score: { $expression: "1 + 1" } }], as: "lead" },
  { kind: "step", name: "made", code: "return 1;", as: "made" },
  { kind: "sleep", name: "made", duration: "1 hour" },
  { kind: "waitForEvent", name: "made", options: { type: "a.b", timeout: 5 }, as: "{ payload }" },
  { kind: "if", condition: "input", nodes: [{ kind: "sleep", name: "then", duration: 1 }], else: [{ kind: "throw", error: "no" }] },
  { kind: "switch", subject: "input", cases: [{ value: "a", nodes: [{ kind: "sleep", name: "case", duration: 1 }] }], default: [] },
  { kind: "for-of", item: "one", over: "[input]", nodes: [{ kind: "action", action: "send_email", args: [{ to: { $expression: "one" } }] }] },
  { kind: "map", item: "one", over: "[input]", nodes: [{ kind: "sleep", name: "each", duration: 1 }] },
  { kind: "parallel", branches: [[{ kind: "sleep", name: "a", duration: 1 }], [{ kind: "sleep", name: "b", duration: 1 }, { kind: "sleep", name: "c", duration: 1 }]] },
  { kind: "try", nodes: [{ kind: "sendEvent", name: "tell", event: { type: "a.b" } }], finally: [{ kind: "code", code: "debugger;" }] },
  { kind: "return", value: { done: true } },
];

const wrappings: readonly Wrapping[] = [
  { kind: "if", condition: "input" },
  { kind: "try" },
  { kind: "try", finally: "debugger;" },
  { kind: "for-of", item: "each", over: "[input]" },
  { kind: "while", condition: "input" },
  { kind: "parallel" },
];

function targetOf(nodes: readonly GraphNode[], { other, more }: Choice): Target {
  const node = pick(nodes, other);
  if (!node) return { body: more % 2 === 0 ? "start" : "end" };
  const branches = blocksOf(node).length;
  if (branches > 0 && more % 4 === 0) return { into: node.id, branch: (more >> 3) % branches, at: more % 8 < 4 ? "start" : "end" };
  return more % 2 === 0 ? { before: node.id } : { after: node.id };
}

export function operationOf(workflow: WorkflowGraph, choice: Choice): Operation {
  const nodes = [...allNodes(workflow)];
  const { what, other, more } = choice;
  const id = pick(nodes, choice.node)?.id ?? "none";
  const second = pick(nodes, other)?.id ?? "none";
  const made = pick(newNodes, other + more) ?? { kind: "return" };
  const all: readonly Operation[] = [
    { op: "insert", node: pick(newNodes, choice.node) ?? { kind: "return" }, at: targetOf(nodes, choice) },
    { op: "insert", node: pick(newNodes, choice.node) ?? { kind: "return" }, at: targetOf(nodes, choice) },
    { op: "delete", node: id },
    { op: "move", node: id, to: targetOf(nodes, choice) },
    { op: "move", node: id, to: targetOf(nodes, choice) },
    { op: "duplicate", node: id },
    { op: "wrap", from: id, ...(more % 3 === 0 ? { to: second } : {}), in: pick(wrappings, more) ?? { kind: "try" } },
    { op: "unwrap", node: id, branch: more % 2 },
    { op: "setArgument", node: id, path: [more % 3, ...(other % 2 === 0 ? ["extra", "field"] : [])], value: pick<string | number | readonly [{ a: number }, null]>(["text", 'it\'s "x"', 3, [{ a: 1 }, null]], other) ?? 0 },
    { op: "removeArgument", node: id, path: [more % 3, ...(other % 2 === 0 ? ["title"] : [])] },
    { op: "renameStep", node: id, name: `renamed ${other % 7}` },
    { op: "renameBinding", node: id, name: `renamed${other % 7}` },
    { op: "setRetries", node: id, retries: { limit: other % 5 } },
    { op: "setTimeout", node: id, timeout: "3 hours" },
    { op: "setOption", path: pick<readonly string[]>([["title"], ["description"], ["flow", "concurrency", "limit"], ["retries"]], other) ?? [], value: more },
    { op: "removeOption", path: [pick(["title", "on", "description"], other) ?? ""] },
    { op: "addTrigger", trigger: { kind: "schedule", args: ["0 9 * * *"] }, ...(more % 2 === 0 ? { index: 0 } : {}) },
    { op: "setTrigger", index: other % 3, trigger: { kind: "event", args: ["a.b", { filter: { x: 1 } }] } },
    { op: "removeTrigger", index: other % 3 },
    { op: "setInputField", name: `field${other % 3}`, type: "z.string()" },
    { op: "removeInputField", name: `field${other % 3}` },
    { op: "setCondition", node: id, condition: "input !== null", ...(more % 2 === 0 ? { branch: other % 3 } : {}) },
    { op: "addBranch", node: id, condition: pick<string | null>(["input", null], more) ?? null, nodes: [made] },
    { op: "removeBranch", node: id, branch: other % 3 },
    { op: "setComment", node: id, comment: pick<string | null>(["one line", "two\n\nlines", null], other) ?? null },
  ];
  return pick(all, what) ?? { op: "delete", node: id };
}
