/**
 * What a record of any entity can be made of: tests over all of them need no list of their own.
 * @module
 */
import type { AnyEntity } from "../../sdk/schema/crm/entity.ts";
import { allEntities, entityOfKind } from "../../sdk/schema/crm/index.ts";

/** Makes something at a path, and says what came of it. */
export type Make = (path: string, body: object) => Promise<Record<string, unknown>>;

/**
 * The body of a new record: what is required, each text with `words` in it; what it refers to
 * is made first.
 */
export async function newRecordBody(of: AnyEntity, make: Make, words = ""): Promise<Record<string, unknown>> {
  const about = "record_id" in of.fields ? { record_type: "lead", record_id: String((await newRecord(entityOf("lead"), make, words))["id"]) } : {};
  const body: Record<string, unknown> = {};
  for (const [name, { type, presence, to = "" }] of Object.entries(of.fields)) {
    const needed = presence === "required" || (presence === "optional" && (type === "text" || type === "long_text") && words !== "");
    if (!needed || name in about || name === "recurrence") continue;
    body[name] = type === "record" ? String((await newRecord(entityOf(to), make, words))["id"]) : `${words.slice(0, 45)} ${crypto.randomUUID().slice(0, 8)}`.trim();
  }
  return { ...body, ...about };
}

export async function newRecord(of: AnyEntity, make: Make, words = ""): Promise<Record<string, unknown>> {
  return make(`/${of.path}`, await newRecordBody(of, make, words));
}

function entityOf(kind: string): AnyEntity {
  const found = entityOfKind.get(kind);
  if (!found) throw new Error(`there is no entity ${kind}`);
  return found;
}

/** `createLead`, `listLeads`: as the routes are called in the OpenAPI document. */
export const operationOf = (of: AnyEntity, verb: string): string => `${verb}${of.kind.slice(0, 1).toUpperCase()}${of.kind.slice(1)}`;
export const operationOfMany = (of: AnyEntity, verb: string): string => `${verb}${of.path.slice(0, 1).toUpperCase()}${of.path.slice(1)}`;

export { allEntities };
