/**
 * Calls of actions → steps, in the words of seed workflows where there are some.
 * @module
 */
import type { ActionNode } from "../model.ts";
import { jsonOf, type Names } from "./back-values.ts";
import { paramsOf } from "./action-call.ts";
import { ticketNames } from "./actions.ts";

type Json = Record<string, unknown>;

export interface BackAction {
  action_type: string;
  config: Json;
}

const object = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);
const swapped = (names: Readonly<Record<string, string>>): Record<string, string> => Object.fromEntries(Object.entries(names).map(([from, to]) => [to, from]));
const renamed = (json: Json, names: Readonly<Record<string, string>>): Json => Object.fromEntries(Object.entries(json).map(([key, value]) => [names[key] ?? key, value]));
const only = (json: Json, ...keys: string[]): boolean => Object.keys(json).every((key) => keys.includes(key));
/** `subject` stays: only who it is assigned to has another name. */
const ticketWords = { [ticketNames["assigned_to"] ?? ""]: "assigned_to" };
const customerWords = swapped({ assigned_to: "owner_id" });

/** Null: written in a way that steps have no form for. @param pattern the first of a list is taken */
export function backAction(node: ActionNode, source: string, names: Names, pattern: boolean): BackAction | null {
  const params = paramsOf(node.action, node.args.map((one) => jsonOf(one, source, names)));
  if (!params || (pattern && node.action !== "find_users")) return null;
  const { id, change, values } = params;
  switch (node.action) {
    case "crm.tickets.update":
      if (object(change) && only(params, "id", "change")) return { action_type: "update_ticket", config: { ticket_id: id, updates: renamed(change, ticketWords) } };
      break;
    case "crm.contacts.update":
      if (object(change) && only(params, "id", "change")) return { action_type: "update_customer", config: { customer_id: id, updates: renamed(change, customerWords) } };
      break;
    case "crm.tickets.create":
      if (object(values)) return { action_type: "create_ticket", config: renamed(values, ticketWords) };
      break;
    case "crm.contacts.create":
      if (object(values)) return { action_type: "create_customer", config: renamed(values, customerWords) };
      break;
    case "crm.tickets.count":
      if (params["q"] === undefined && (params["filter"] === undefined || object(params["filter"]))) return { action_type: "query_database", config: { query_type: "count_tickets", ...(params["filter"] === undefined ? {} : { filters: params["filter"] }) } };
      break;
    case "find_users":
      if (pattern) return findUser(params);
      break;
    case "send_email":
      // HTML keeps its name: a body is text unless it looks like it.
      if (typeof params["text"] === "string" && !/<[a-z][^>]*>/i.test(params["text"])) return { action_type: "send_email", config: renamed(params, { text: "body" }) };
      break;
    case "set_variable":
      return { action_type: "set_variable", config: { scope: "tenant", ...renamed(params, { name: "variable_name", value: "variable_value" }) } };
    case "create_task":
      return { action_type: "create_task", config: renamed(params, { assignee_id: "assigned_to" }) };
    default:
  }
  return { action_type: node.action, config: params };
}

function findUser({ limit, ...filters }: Json): BackAction | null {
  return limit === 1 && filters["load_of"] === undefined && filters["users"] === undefined ? { action_type: "query_database", config: { query_type: "find_user", filters } } : null;
}

const sorting = /^(?:const|let)? ?\[?([\w$]+)\]? = ([\w$]+)\.toSorted\(\(one, other\) => (.+)\);$/;

/** The list of people that the next statement sorts: `find_user` with `order_by`. */
export function backSorted(node: ActionNode, next: string, source: string, names: Names): (BackAction & { variable: string }) | null {
  const [, variable = "", list = "", compare = ""] = sorting.exec(next) ?? [];
  const params = node.action === "find_users" && node.binding?.names.join() === list && list !== "" ? paramsOf("find_users", node.args.map((one) => jsonOf(one, source, names))) : null;
  if (!params) return null;
  const first = next.includes(`[${variable}]`);
  const { load_of: kind, limit, ...filters } = params;
  const [by, direction] = compare === "(one.load ?? 0) - (other.load ?? 0)" ? ["count", "asc"] : compare === "(other.load ?? 0) - (one.load ?? 0)" ? ["count", "desc"] : compare === "one.name.localeCompare(other.name)" ? ["name", "asc"] : compare === "other.name.localeCompare(one.name)" ? ["name", "desc"] : [];
  if (by === undefined || (by === "count") !== (kind !== undefined) || (first && (limit !== undefined || list !== `${variable}s`)) || (!first && list !== `${variable}Found`)) return null;
  return { action_type: "query_database", config: { query_type: first ? "find_user" : "find_users", filters, order_by: `${by === "count" ? `${String(kind)}_count` : "name"}_${direction ?? "asc"}`, ...(limit === undefined ? {} : { limit }) }, variable };
}
