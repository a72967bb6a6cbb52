/**
 * Action types of steps → actions of the registry. What seed workflows call things is put
 * into the words of ours; anything else is taken by its id in sdk/schema/actions.
 * @module
 */
import { ExpressionError } from "./expression.ts";

type Json = Record<string, unknown>;

export interface Translated {
  /** Of the registry. */
  id: string;
  params: Json;
  /** The first of the list that it gives. */
  first?: true;
  /** How the list is sorted, as code that compares `one` and `other`. */
  order?: string;
  /** What the result is called. */
  name?: string;
}

const without = (json: Json, ...keys: string[]): Json => Object.fromEntries(Object.entries(json).filter(([key, value]) => !keys.includes(key) && value !== null && value !== undefined));
const renamed = (json: Json, names: Readonly<Record<string, string>>): Json => Object.fromEntries(Object.entries(json).flatMap(([key, value]) => (value === undefined ? [] : [[Object.hasOwn(names, key) ? (names[key] ?? key) : key, value]])));

export const ticketNames: Record<string, string> = { assigned_to: "assignee_id", title: "subject", body: "description" };
const customerNames: Record<string, string> = { assigned_to: "owner_id" };
const paths: Record<string, string> = { ticket: "tickets", customer: "contacts", contact: "contacts", company: "companies", lead: "leads", deal: "deals", task: "tasks", note: "notes" };

/** Of `ticket`, `tickets` or `customers`: where its records are. */
function pathOf(entity: unknown): string {
  const name = typeof entity === "string" ? entity.toLowerCase() : "";
  const path = Object.hasOwn(paths, name) ? paths[name] : Object.values(paths).includes(name) ? name : name === "customers" ? "contacts" : undefined;
  if (path === undefined) throw new ExpressionError(`${JSON.stringify(entity)} is no kind of record: write ${Object.keys(paths).join(", ")}`);
  return path;
}

function needed(json: Json, ...keys: string[]): unknown {
  for (const key of keys) if (json[key] !== undefined && json[key] !== null) return json[key];
  throw new ExpressionError(`config needs ${keys.join(" or ")}`);
}

function object(value: unknown, name: string): Json {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Json;
  throw new ExpressionError(`${name} has to be an object of fields`);
}

const update = (path: string, id: string, names: Record<string, string>) => (config: Json): Translated => ({
  id: `crm.${path}.update`,
  params: { id: needed(config, id, "id"), change: renamed(config["updates"] === undefined ? without(config, id, "id") : object(config["updates"], "updates"), names) },
});
const create = (path: string, names: Record<string, string>) => (config: Json): Translated => ({ id: `crm.${path}.create`, params: { values: renamed(config, names) } });

const links = { ticket_id: "ticket", customer_id: "contact", contact_id: "contact", company_id: "company", deal_id: "deal", lead_id: "lead" } as const;

function createTask(config: Json): Translated {
  const about = Object.entries(links).flatMap(([key, type]) => (config[key] == null ? [] : [{ type, id: config[key] }]));
  const params = renamed(without(config, ...Object.keys(links)), { assigned_to: "assignee_id", due_date: "due_at" });
  return { id: "create_task", params: { ...params, ...(about.length === 0 ? {} : { about: about.length === 1 ? about[0] : about }) } };
}

function sendEmail(config: Json): Translated {
  const { body } = config;
  const html = typeof body === "string" && /<[a-z][^>]*>/i.test(body);
  return { id: "send_email", params: renamed(config, { body: html ? "html" : "text" }) };
}

const counted: Record<string, string> = { ticket_count: "ticket", lead_count: "lead", deal_count: "deal", task_count: "task" };

function findUsers(config: Json, first: boolean): Translated {
  const filters = object(config["filters"] ?? {}, "filters");
  const { status } = filters;
  const order = config["order_by"] ?? null;
  const sorted = typeof order === "string" ? /^(\w+?)(?:_(asc|desc))?$/.exec(order) : null;
  const [, by = "", direction = "asc"] = sorted ?? [];
  const kind = Object.hasOwn(counted, by) ? counted[by] : undefined;
  if (order !== null && kind === undefined && by !== "name") throw new ExpressionError(`order_by ${JSON.stringify(order)} is not known: write ${[...Object.keys(counted), "name"].map((one) => `${one}_asc`).join(", ")} or the same with _desc`);
  const [one, other] = direction === "desc" ? ["other", "one"] : ["one", "other"];
  const params: Json = { ...without(filters, "status"), ...(status == null || status === "available" || status === "active" ? {} : { status }), ...(kind === undefined ? {} : { load_of: kind }) };
  if (first && order === null) params["limit"] = 1;
  if (!first && config["limit"] != null) params["limit"] = config["limit"];
  const compare = order === null ? {} : { order: kind === undefined ? `${one}.name.localeCompare(${other}.name)` : `(${one}.load ?? 0) - (${other}.load ?? 0)` };
  const { role } = filters;
  const name = typeof role === "string" && /^[a-z]+$/i.test(role) ? role : "user";
  return { id: "find_users", params, ...compare, ...(first ? { first: true as const, name } : { name: `${name}s` }) };
}

function query(config: Json): Translated {
  const type = config["query_type"];
  if (type === "find_user") return findUsers(config, true);
  if (type === "find_users") return findUsers(config, false);
  const found = typeof type === "string" ? /^(find|count)_([a-z]+)$/.exec(type) : null;
  if (!found) throw new ExpressionError(`query_type ${JSON.stringify(type)} is not known: write find_user, find_users, or find_ or count_ and a kind of record, such as count_tickets`);
  const [, verb = "", kind = ""] = found;
  const path = pathOf(kind);
  const single = verb === "find" && !kind.endsWith("s");
  const filters = config["filters"] == null ? {} : { filter: renamed(object(config["filters"], "filters"), path === "tickets" ? ticketNames : {}) };
  if (verb === "count") return { id: `crm.${path}.count`, params: filters, name: `${kind.replace(/s$/, "")}Count` };
  const order = typeof config["order_by"] === "string" ? { sort: config["order_by"].replace(/^(.*)_desc$/, "-$1").replace(/_asc$/, "") } : {};
  return { id: `crm.${path}.find`, params: { ...filters, ...order, ...(single ? { limit: 1 } : config["limit"] == null ? {} : { limit: config["limit"] }) }, ...(single ? { first: true as const } : {}), name: kind };
}

function httpRequest(config: Json): Translated {
  const { body } = config;
  const json = body !== undefined && body !== null && typeof body !== "string";
  return { id: "http_request", params: renamed(without(config), { body: json ? "json" : "body" }) };
}

function notify(config: Json): Translated {
  if (config["to"] != null) return { id: "notify", params: renamed(without(config), { message: "body", subject: "title" }) };
  const { user_id, users, role, team_id } = config;
  const whom = { ...(user_id == null ? {} : { users: [user_id] }), ...(users == null ? {} : { users }), ...(role == null ? {} : { role }), ...(team_id == null ? {} : { team_id }) };
  return { id: "notify", params: { to: whom, ...renamed(without(config, "to", "user_id", "users", "role", "team_id"), { message: "body", subject: "title" }) } };
}

function assign(config: Json): Translated {
  if (config["record"] != null && config["strategy"] != null) return { id: "assign", params: config, name: "assigned" };
  const key = Object.keys(links).find((one) => config[one] != null) as keyof typeof links | undefined;
  const user = config["user_id"] ?? config["assigned_to"];
  const rest = without(config, ...Object.keys(links), "assigned_to", "user_id", "role", "team_id");
  const circle = without({ role: config["role"], team_id: config["team_id"] });
  return {
    id: "assign",
    params: { ...(key ? { record: { type: links[key], id: config[key] } } : {}), strategy: user == null ? "least_loaded" : "user", ...(user == null ? {} : { user_id: user }), ...(Object.keys(circle).length > 0 ? { among: circle } : {}), ...rest },
    name: "assigned",
  };
}

const known: Readonly<Record<string, (config: Json) => Translated>> = {
  send_email: sendEmail,
  update_ticket: update("tickets", "ticket_id", ticketNames),
  create_ticket: create("tickets", ticketNames),
  create_customer: create("contacts", customerNames),
  update_customer: update("contacts", "customer_id", customerNames),
  create_task: createTask,
  query_database: query,
  http_request: httpRequest,
  notify,
  assign,
  update_field: (config) => {
    const path = pathOf(needed(config, "entity", "entity_type", "record_type", "table"));
    const field = String(needed(config, "field", "field_name"));
    return { id: `crm.${path}.update`, params: { id: needed(config, "id", "record_id", "entity_id"), change: renamed({ [field]: config["value"] ?? null }, path === "tickets" ? ticketNames : {}) } };
  },
  webhook: (config) => (config["url"] === undefined ? { id: "webhook", params: config } : { id: "http_request", params: { method: "POST", ...renamed(without(config), { payload: "json", body: "json", data: "json" }) } }),
};

/** @throws ExpressionError saying what of the config cannot be put into ours */
export function translate(type: string, config: Json): Translated {
  const own = Object.hasOwn(known, type) ? known[type] : undefined;
  return own ? own(config) : { id: type, params: config };
}
