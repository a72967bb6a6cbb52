/**
 * Lists of steps, put in order, with the places they go on to.
 * @module
 */
import type { WorkflowStepJson } from "../../schema/workflow-steps.ts";
import { ExpressionError } from "./expression.ts";
import type { Exit, FlowNode, Goal } from "./flow.ts";
import { conditionOf } from "./structured.ts";

export interface StepProblem {
  /** Its id, or `step3`; null: the workflow itself. */
  step: string | null;
  message: string;
}

export interface Item {
  json: WorkflowStepJson;
  /** Unique in the workflow. */
  key: string;
  order: number;
  label: string;
}

export interface List {
  items: readonly Item[];
  end: Exit;
  /** Of the loop around it. */
  break: Exit | null;
  continue: Exit | null;
}

export type Report = (item: Item | null, message: string) => void;

/** Whether a later step looks at the result. */
export type IsRead = (item: Item) => boolean;

/** By `step_order`; those without one by their place. */
export function itemsOf(steps: readonly WorkflowStepJson[], taken: Map<string, Item>, inside: Item | null, report: Report): Item[] {
  const sorted = steps.map((json, index) => ({ json, order: json.step_order ?? index + 1 })).sort((one, other) => one.order - other.order);
  const orders = new Set<number>();
  return sorted.map(({ json, order }) => {
    const key = json.id ?? fresh(inside ? `${inside.key}.step${order}` : `step${order}`, taken);
    const item: Item = { json, order, key, label: json.name == null ? `step ${order}` : `step ${order} (${json.name})` };
    if (orders.has(order)) report(item, `two steps have the step_order ${order}`);
    if (taken.has(key)) report(item, `two steps have the id ${key}`);
    orders.add(order);
    taken.set(key, item);
    return item;
  });
}

/** Lists of the same step (its branches) may count alike. */
function fresh(key: string, taken: ReadonlyMap<string, Item>): string {
  let free = key;
  for (let count = 2; taken.has(free); count++) free = `${key}~${count}`;
  return free;
}

/** A node each. */
export function nodesOf(list: List, report: Report, isRead: IsRead): FlowNode[] {
  const { items, end } = list;
  const nodes = items.map(({ label }, index): FlowNode => ({ label, item: index, onward: { kind: "leaves" } }));
  const last = items.at(-1)?.order ?? 0;
  const goal = (item: Item, name: string | null | undefined, otherwise: Goal): Goal => {
    if (name == null) return otherwise;
    if (name === "end") return end;
    const byId = items.findIndex(({ json }) => json.id === name);
    const order = /^step_?(\d+)$/.exec(name)?.[1] ?? /^(\d+)$/.exec(name)?.[1];
    const found = byId >= 0 ? byId : order === undefined ? -1 : items.findIndex((one) => one.order === Number(order));
    // Behind the last one there is nothing: the end.
    if (found < 0 && order !== undefined && Number(order) > last) return end;
    if (found < 0) report(item, `it goes on to ${JSON.stringify(name)}, which is no step of this list: name one by its id, as step${items[0]?.order ?? 1}, or end`);
    return nodes[found] ?? otherwise;
  };
  for (const [index, item] of items.entries()) {
    const node = nodes[index];
    if (node) wire(node, item, nodes[index + 1] ?? end, { goal, list, report, isRead });
  }
  return nodes;
}

/** A rejection ends the workflow, unless somebody says or looks at what was decided. */
export function goesOnAnyway(item: Item, isRead: IsRead): boolean {
  return item.json.on_failure_step_id == null && (item.json.config["on_rejected"] === "continue" || isRead(item));
}

interface Wiring {
  goal: (item: Item, name: string | null | undefined, otherwise: Goal) => Goal;
  list: List;
  report: Report;
  isRead: IsRead;
}

function wire(node: FlowNode, item: Item, next: Goal, { goal, list, report, isRead }: Wiring): void {
  const { json } = item;
  const { config } = json;
  const on = goal(item, json.on_success_step_id, next);
  const named = (key: string): string | null => (typeof config[key] === "string" ? config[key] : null);
  switch (json.step_type) {
    case "condition":
      node.item = null;
      try {
        node.onward = { kind: "branch", if: conditionOf(config["condition"] ?? config["conditions"] ?? config), yes: goal(item, named("if_true") ?? json.on_success_step_id, next), no: goal(item, named("if_false") ?? json.on_failure_step_id, next) };
      } catch (error) {
        if (!(error instanceof ExpressionError)) throw error;
        report(item, error.message);
      }
      return;
    case "approval": {
      const refused = goesOnAnyway(item, isRead) ? null : goal(item, json.on_failure_step_id, list.end);
      node.onward = refused ? { kind: "branch", if: { type: "binary", operator: "==", left: { type: "reference", path: ["steps", item.key, "decision"] }, right: { type: "literal", value: "approved" } }, yes: on, no: refused } : { kind: "next", to: on };
      return;
    }
    case "return":
    case "throw":
    case "restart":
      return;
    case "break":
    case "continue": {
      const to = list[json.step_type];
      if (to) node.onward = { kind: "next", to };
      else report(item, `${json.step_type} is there only in a loop`);
      return;
    }
    default:
      node.onward = json.on_failure_step_id == null ? { kind: "next", to: on } : { kind: "try", to: on, failed: goal(item, json.on_failure_step_id, next) };
      if (json.step_type === "code" && /(?:^|[;}\s])(?:return|throw)\b[^;{}]*;?\s*$/.test(named("source") ?? "")) node.onward = { kind: "leaves" };
  }
}
