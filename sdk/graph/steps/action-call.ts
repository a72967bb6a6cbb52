/**
 * Actions of the registry ⇄ calls of the SDK.
 * @module
 */
import type { z } from "zod";
import { actionSpecs } from "../../schema/actions/index.ts";
import { entityAt } from "../../schema/crm/index.ts";
import { variableName } from "../generate/names.ts";
import { type ActionSpecNode, code, object, type ValueSpec } from "../generate/spec.ts";
import { elementOf, plain } from "./access.ts";
import { type Translated, translate } from "./actions.ts";
import { faultsOf } from "./check.ts";
import { ExpressionError, parseTemplate } from "./expression.ts";
import type { Scope } from "./scope.ts";

/** Arguments before the options, by verb. */
const positions: Readonly<Record<string, readonly string[]>> = { get: ["id"], create: ["values"], update: ["id", "change"], delete: ["id"], add_tag: ["id", "tag"], remove_tag: ["id", "tag"], move_stage: ["id", "stage"], convert: ["id"], find: [], count: [] };

const camel = (name: string): string => name.replace(/_(\w)/g, (_all, letter: string) => letter.toUpperCase());

export interface PlannedCall extends Translated {
  /** What its result is called unless somebody says otherwise. */
  variable: string;
  schema: z.ZodType | null;
  maybe: boolean;
  /** As people say it: the name of its step. */
  title: string;
}

/** @throws ExpressionError for what is no action, or params that it does not take */
export function planCall(type: string, config: Readonly<Record<string, unknown>>): PlannedCall {
  const found = translate(type, config);
  const spec = actionSpecs.get(found.id);
  if (!spec) throw new ExpressionError(`there is no action ${JSON.stringify(type)}; there are send_email, update_ticket, create_ticket, update_field, create_task, query_database, http_request, set_variable, create_customer, update_customer, and ${[...actionSpecs.keys()].filter((id) => !id.startsWith("crm.")).join(", ")}, crm.<records>.<verb>`);
  const faults = faultsOf(spec.params, found.params);
  if (faults.length > 0) throw new ExpressionError(`${type}: ${faults.join("; ")}`);
  const whole = found.id.endsWith(".find") ? elementList(spec.result) : spec.result;
  return { ...found, variable: variableName(found.name ?? hintOf(found.id)), schema: found.first ? elementOf(whole) : whole, maybe: found.first === true, title: spec.title.toLowerCase() };
}

/** `find` gives the records themselves. */
function elementList(result: z.ZodType): z.ZodType {
  const { shape } = result as z.ZodObject<{ data: z.ZodType }>;
  return shape.data;
}

const hints: Record<string, string> = { create_task: "task", create_note: "note", log_activity: "activity", send_email: "email", http_request: "response", notify: "notified", assign: "assigned", "events.publish": "published", webhook: "delivery", set_variable: "variable", find_users: "users" };

function hintOf(id: string): string {
  const [, path = "", verb = ""] = id.split(".");
  const of = id.startsWith("crm.") ? entityAt.get(path) : undefined;
  if (!of) return hints[id] ?? "result";
  return verb === "find" ? path : verb === "count" ? `${of.kind}Count` : verb === "convert" ? "converted" : of.kind;
}

/** @throws ExpressionError for places that name nothing */
export function callOf({ id, params }: Translated, scope: Scope): ActionSpecNode {
  const values = Object.fromEntries(Object.entries(params).map(([key, value]) => [key, paramOf(id, key, value, scope)]));
  const [root, path = "", verb = ""] = id.split(".");
  if (root !== "crm") return { kind: "action", callee: `actions.${id === "events.publish" ? "publishEvent" : camel(id)}`, args: [object(values)] };
  const order = positions[verb] ?? [];
  const options = Object.entries(values).filter(([key]) => !order.includes(key));
  const args = order.flatMap((key): ValueSpec[] => (values[key] ? [values[key]] : []));
  return { kind: "action", callee: `crm.${path}.${camel(verb)}`, args: [...args, ...(options.length > 0 ? [object(Object.fromEntries(options))] : [])] };
}

/** Where a text has to be, what is not there is an empty one: whoever carries it out says what is missing. */
function paramOf(id: string, key: string, json: unknown, scope: Scope): ValueSpec {
  const value = scope.value(json);
  const shape = (actionSpecs.get(id)?.params as z.ZodObject | undefined)?.shape as Record<string, z.ZodType> | undefined;
  const schema = shape && Object.hasOwn(shape, key) ? shape[key] : undefined;
  if (value.form !== "code" || typeof json !== "string" || !schema?.safeParse("a@example.com").success || schema.safeParse(null).success) return value;
  const expression = parseTemplate(json);
  const found = expression.type === "reference" ? scope.resolve(expression.path) : null;
  return found?.maybe && !scope.sure.has(plain(found.text)) ? code(`${found.text} ?? ""`) : value;
}

/** The inverse of {@link callOf}, of arguments as JSON; null: written in a way that has no such form. */
export function paramsOf(id: string, args: readonly unknown[]): Record<string, unknown> | null {
  const [root, , verb = ""] = id.split(".");
  const order = root === "crm" ? (positions[verb] ?? null) : [];
  if (!order || args.length > order.length + 1 || args.length < order.length) return null;
  const rest = args[order.length];
  if (rest !== undefined && (typeof rest !== "object" || rest === null || Array.isArray(rest))) return null;
  return { ...Object.fromEntries(order.map((key, index) => [key, args[index]])), ...(rest as object | undefined) };
}
