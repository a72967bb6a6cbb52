/**
 * Shapes of what the platform gives: results of actions, data of events, the fields of the step
 * API's answers.
 * @module
 */
import { actionSpecs } from "../../schema/actions/index.ts";
import { type AnyEntity, viewSchema } from "../../schema/crm/entity.ts";
import { entityAt, entityOfKind, extensible } from "../../schema/crm/index.ts";
import { eventCatalogue, type EventType } from "../../schema/event-catalogue.ts";
import { type JsonSchema, jsonSchemaOf } from "../../schema/json-schema.ts";
import { arrayShape, objectShape, orNull, shape, type Shape, shapeOfSchema, unknownShape } from "./shape.ts";

/** A field that a tenant has added to its records. */
export interface CustomField {
  /** Kind of record, such as `lead`. */
  entity: string;
  key: string;
  title: string;
  /** As the platform names it: `text`, `number`, `select`, … */
  type: string;
  options?: readonly string[];
}

const catalogue: Readonly<Record<string, EventType>> = eventCatalogue;
const fieldTypes: Readonly<Record<string, Shape>> = { text: shape("string"), url: shape("string"), date: shape("string"), user: shape("string"), select: shape("string"), number: shape("number"), boolean: shape("boolean"), money: objectShape({ amount: shape("number"), currency: shape("string") }), multiselect: arrayShape(shape("string")) };

const customShape = ({ type, title, options }: CustomField): Shape => ({ ...(fieldTypes[type] ?? unknownShape), title, nullable: true, ...(type === "select" && options ? { options } : {}) });

/** Records are told by their fields: schemas do not say what they are of. */
const signature = (fields: Iterable<string>): string => [...fields].sort().join();
let kinds: Map<string, string> | null = null;

function kindOf(names: readonly string[]): string | undefined {
  kinds ??= new Map(extensible.map((of) => [signature(Object.keys(jsonSchemaOf(viewOf(of)).properties ?? {})), of.kind]));
  return kinds.get(signature(names));
}

const views = new Map<AnyEntity, ReturnType<typeof viewSchema>>();
function viewOf(of: AnyEntity): ReturnType<typeof viewSchema> {
  const known = views.get(of) ?? viewSchema(of);
  views.set(of, known);
  return known;
}

/** With the tenant's own fields at every record. */
function withCustom(one: Shape, custom: readonly CustomField[]): Shape {
  if (custom.length === 0) return one;
  if (one.items) return { ...one, items: withCustom(one.items, custom) };
  if (!one.fields) return one;
  const fields = Object.fromEntries(Object.entries(one.fields).map(([name, each]) => [name, withCustom(each, custom)]));
  const kind = fields["custom"] ? kindOf(Object.keys(fields)) : undefined;
  const own = custom.filter(({ entity }) => entity === kind);
  if (own.length > 0) fields["custom"] = objectShape(Object.fromEntries(own.map((field) => [field.key, customShape(field)])), fields["custom"]?.title ?? null);
  return { ...one, fields };
}

const ofSchema = (schema: JsonSchema, custom: readonly CustomField[]): Shape => withCustom(shapeOfSchema(schema), custom);

/** Data of an event of the platform; null of one of the tenant's. */
export function eventShape(type: string, custom: readonly CustomField[]): Shape | null {
  const known = Object.hasOwn(catalogue, type) ? catalogue[type] : undefined;
  return known ? ofSchema(jsonSchemaOf(known.data), custom) : null;
}

/** What an action gives, by its id; `callee` tells forms of one apart. */
export function actionShape(action: string, callee: string, custom: readonly CustomField[]): Shape {
  const spec = actionSpecs.get(action);
  if (!spec) return unknownShape;
  const result = ofSchema(jsonSchemaOf(spec.result), custom);
  return callee.endsWith(".find") ? { ...(result.fields?.["data"] ?? unknownShape), title: null } : result;
}

export const actionTitle = (action: string): string | null => actionSpecs.get(action)?.title ?? null;

/** A record by the path or kind of its entity. */
export function recordShape(name: string, custom: readonly CustomField[]): Shape {
  const of = entityAt.get(name) ?? entityOfKind.get(name);
  return of ? ofSchema(jsonSchemaOf(viewOf(of)), custom) : unknownShape;
}

const text = shape("string");
const decision = shape("string", { options: ["approved", "rejected", "expired"] });

export const scheduleInput = objectShape({ scheduled_at: text, schedule_id: text });
export const stepEvent = (payload: Shape): Shape => objectShape({ type: text, payload, timestamp: shape("date") });
export const sentEvent = objectShape({ id: text });
export const executionShape = objectShape({ id: text, workflowId: text, version: shape("number"), run: shape("number") });
export const workflowEvent = (payload: Shape): Shape => objectShape({ kind: text, payload, timestamp: shape("date"), instanceId: text, workflowName: text });
export const stepContext = objectShape({ attempt: shape("number"), step: objectShape({ name: text, count: shape("number") }), idempotencyKey: text });
export const outcome = (answers: Shape): Shape =>
  objectShape({ decision, comment: orNull(text), decided_by: orNull(text), decided_at: shape("date"), answers: orNull(answers), votes: arrayShape(objectShape({ user: text, decision, comment: orNull(text), at: shape("date") })) });
