/**
 * Values as the table holds them and as the interface shows them: times are ms there and
 * ISO 8601 here. Sensitive fields are not for this room: see ./sensitive.ts.
 * @module
 */
import type { RecordRow } from "../../../db/schema/record-tables.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import type { AnyField } from "../../../sdk/schema/crm/fields.ts";
import { iso } from "../context.ts";

export function toStored(field: AnyField, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  return field.type === "datetime" ? Date.parse(String(value)) : value;
}

export function toShown(field: AnyField, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (field.type === "datetime") return iso(Number(value));
  return field.type === "boolean" ? Boolean(value) : value;
}

/** What stands for a sensitive value where it may not be. */
const sealedMark = "[sealed]";

/** As events, history and the audit log have it: without what is sensitive. */
export function plainView(of: AnyEntity, row: RecordRow): Record<string, unknown> & { id: string } {
  const fields = Object.entries(of.fields).map(([name, field]) => [name, field.sensitive ? (row[name] === null || row[name] === undefined ? null : sealedMark) : toShown(field, row[name])]);
  return {
    id: row.id,
    version: row.version,
    ...(Object.fromEntries(fields) as Record<string, unknown>),
    ...(of.custom ? { custom: row.custom } : {}),
    ...(of.tags ? { tags: row.tags } : {}),
    created_at: iso(row.created_at),
    updated_at: iso(row.updated_at),
    created_by: row.created_by,
    deleted_at: row.deleted_at === null ? null : iso(row.deleted_at),
    merged_into: row.merged_into,
  };
}

/** Names of the columns that differ; times and versions of the row itself do not count. */
export function changedFields(of: AnyEntity, before: RecordRow, after: RecordRow): string[] {
  const names = [...Object.keys(of.fields), ...(of.custom ? ["custom"] : []), ...(of.tags ? ["tags"] : [])];
  return names.filter((name) => JSON.stringify(before[name] ?? null) !== JSON.stringify(after[name] ?? null));
}
