/**
 * What every entity can have done: made from its declaration.
 * @module
 */
import { z } from "zod";
import { type AnyEntity, changeSchema, newRecordSchema, viewSchema } from "../crm/entity.ts";
import { allEntities } from "../crm/index.ts";
import { type ActionSpec, id, spec } from "./spec.ts";

export const recordVerbs = ["find", "get", "create", "update", "delete", "count", "add_tag", "remove_tag"] as const;
export type RecordVerb = (typeof recordVerbs)[number];

/** Records that one call finds at most. */
export const mostFound = 200;

const filter = z.record(z.string().max(100), z.json()).describe('`{ status: ["new", "qualified"], score: { $gte: 50 } }`; docs/crm.md has the language');
const q = z.string().trim().min(1).max(200).describe("Words that the record has, or that begin so");
const version = z.number().int().min(1).describe("The version it was seen in: refused when it is another by now");
const tag = z.string().trim().min(1).max(64).describe("Id or name of a tag");

export type RecordSpecs = Readonly<Partial<Record<RecordVerb, ActionSpec>>>;

function specsOf(of: AnyEntity): RecordSpecs {
  const { path, title, permission } = of;
  const thing = title.toLowerCase();
  const record = viewSchema(of);
  const sensitive = Object.entries(of.fields).flatMap(([name, field]) => (field.sensitive ? [name] : []));
  const common = { category: "records" } as const;
  const declared = (verb: RecordVerb) => ({ ...common, id: `crm.${path}.${verb}`, permission: `${permission}.${verb === "find" || verb === "get" || verb === "count" ? "read" : verb === "delete" ? "delete" : "write"}` });
  return {
    find: spec({ ...declared("find"), effect: "reads", title: `Find ${path}`, description: `The ${path} that fit, newest first unless sorted otherwise.`, call: `crm.${path}.find({ filter, q, sort, limit })`, params: z.strictObject({ filter: filter.optional(), q: q.optional(), sort: z.string().max(100).optional().describe("An indexed field; `-` before it: the highest first"), limit: z.number().int().min(1).max(mostFound).default(50), cursor: z.string().max(1000).optional() }), result: z.object({ data: z.array(record), next_cursor: z.string().nullable() }) }),
    get: spec({
      ...declared("get"), effect: "reads", title: `Get a ${thing}`, description: `By its id.${sensitive.length > 0 ? " Sensitive fields are masked unless they are named in `reveal`." : ""}`, call: `crm.${path}.get(id)`,
      params: z.strictObject({ id, ...(sensitive.length > 0 ? { reveal: z.array(z.enum(sensitive as [string, ...string[]])).max(20).optional().describe("Sensitive fields to be read in full") } : {}) }),
      result: record,
    }),
    create: spec({ ...declared("create"), effect: "changes", title: `Make a ${thing}`, description: `A new ${thing}.`, call: `crm.${path}.create(values)`, params: z.strictObject({ values: newRecordSchema(of) }), result: record }),
    update: spec({ ...declared("update"), effect: "changes", title: `Change a ${thing}`, description: "What is not named stays as it is.", call: `crm.${path}.update(id, change)`, params: z.strictObject({ id, change: changeSchema(of), version: version.optional() }), result: record }),
    delete: spec({ ...declared("delete"), effect: "changes", title: `Delete a ${thing}`, description: "It can be restored for a while.", call: `crm.${path}.delete(id)`, params: z.strictObject({ id, version: version.optional() }), result: z.object({ id: z.string() }) }),
    count: spec({ ...declared("count"), effect: "reads", title: `Count ${path}`, description: `How many ${path} fit.`, call: `crm.${path}.count({ filter, q })`, params: z.strictObject({ filter: filter.optional(), q: q.optional() }), result: z.number().int() }),
    ...(of.tags
      ? {
          add_tag: spec({ ...declared("add_tag"), effect: "changes", title: `Add a tag to a ${thing}`, description: "By the tag's id or name; with `create` a tag that is not there yet is made.", call: `crm.${path}.addTag(id, tag)`, params: z.strictObject({ id, tag, create: z.boolean().default(false) }), result: record }),
          remove_tag: spec({ ...declared("remove_tag"), effect: "changes", title: `Remove a tag from a ${thing}`, description: "By the tag's id or name.", call: `crm.${path}.removeTag(id, tag)`, params: z.strictObject({ id, tag }), result: record }),
        }
      : {}),
  };
}

/** By kind. */
export const recordSpecs: ReadonlyMap<string, RecordSpecs> = new Map(allEntities.map((of) => [of.kind, specsOf(of)]));
