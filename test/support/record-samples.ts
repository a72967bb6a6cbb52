/**
 * What a record of any entity can be made of: tests over all of them need no list of their own.
 * @module
 */
import type { AnyEntity } from "../../sdk/schema/crm/entity.ts";
import { entityOfKind } from "../../sdk/schema/crm/index.ts";

export interface Maker {
  /** Makes something at a path, and says what came of it. */
  make(path: string, body: object): Promise<Record<string, unknown>>;
  /** A record of a kind for others to refer to; made anew each time when left out. */
  known?(kind: string): Promise<Record<string, unknown>>;
  /** Whose it is. */
  owner?: string;
  /** In each of its texts. */
  words?: string;
}

const refer = (maker: Maker, kind: string): Promise<Record<string, unknown>> => maker.known?.(kind) ?? newRecord(entityOf(kind), maker);

/** The body of a new record: what is required; what it refers to is there or made first. */
export async function newRecordBody(of: AnyEntity, maker: Maker): Promise<Record<string, unknown>> {
  const { words = "", owner } = maker;
  const about = "record_id" in of.fields ? { record_type: "lead", record_id: String((await refer(maker, "lead"))["id"]) } : {};
  const body: Record<string, unknown> = of.owner !== null && owner !== undefined ? { [of.owner]: owner } : {};
  for (const [name, { type, presence, to = "" }] of Object.entries(of.fields)) {
    const needed = presence === "required" || (presence === "optional" && (type === "text" || type === "long_text") && words !== "");
    if (!needed || name in about || name === "recurrence") continue;
    body[name] = type === "record" ? String((await refer(maker, to))["id"]) : `${words.slice(0, 45)} ${crypto.randomUUID().slice(0, 8)}`.trim();
  }
  return { ...body, ...about };
}

export async function newRecord(of: AnyEntity, maker: Maker): Promise<Record<string, unknown>> {
  return maker.make(`/${of.path}`, await newRecordBody(of, maker));
}

function entityOf(kind: string): AnyEntity {
  const found = entityOfKind.get(kind);
  if (!found) throw new Error(`there is no entity ${kind}`);
  return found;
}

/** `createLead`, `listLeads`: as the routes are called in the OpenAPI document. */
export const operationOf = (of: AnyEntity, verb: string): string => `${verb}${of.kind.slice(0, 1).toUpperCase()}${of.kind.slice(1)}`;
export const operationOfMany = (of: AnyEntity, verb: string): string => `${verb}${of.path.slice(0, 1).toUpperCase()}${of.path.slice(1)}`;
