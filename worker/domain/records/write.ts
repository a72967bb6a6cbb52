/**
 * Writing records: whatever changes, in one transaction with its history, its event, what it
 * is found by and what reports count. One record or a thousand take the same statements.
 * @module
 */
import { and, eq, isNull, sql, type SQL } from "drizzle-orm";
import { among } from "../../../db/among.ts";
import { newId } from "../../../db/ids.ts";
import { auditEvents } from "../../../db/schema/audit-events.ts";
import { events } from "../../../db/schema/events.ts";
import type { JsonObject } from "../../../db/schema/json.ts";
import { type RecordRow, type RecordTable, recordTable } from "../../../db/schema/record-tables.ts";
import { recordTransitions, recordValues, searchDocuments } from "../../../db/schema/records.ts";
import type { Statement } from "../../../db/tenant-db.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { eventRow, type NewEvent } from "../../events/emit.ts";
import { auditRow } from "../audit/record.ts";
import type { RecordContext } from "./context.ts";
import { indexedValues, isSearched, scopeWords, wordsOf } from "./index-values.ts";
import type { Change, Extra } from "./rules/rule.ts";
import { transitionsOf } from "./transitions.ts";
import { changedFields, plainView } from "./values.ts";

export interface Written {
  statements: Statement[];
  /** The records are still as they were read; null: there was none to read. */
  condition: SQL | null;
}

/** What happened to a record, as its event says. */
export function verbOf({ before, after }: Pick<Change, "before" | "after">): "created" | "updated" | "deleted" | "restored" {
  if (before === null) return "created";
  if (before.deleted_at === null && after.deleted_at !== null) return "deleted";
  return before.deleted_at !== null && after.deleted_at === null ? "restored" : "updated";
}

const auditVerbs = { created: "create", updated: "update", deleted: "delete", restored: "restore" } as const;

/** Changes that change something; their versions and times are set here. */
export async function written(ctx: RecordContext, of: AnyEntity, changes: readonly Change[], further: Extra["events"] = []): Promise<Written> {
  for (const { before, after } of changes) Object.assign(after, { version: (before?.version ?? 0) + 1, updated_at: ctx.now });
  return {
    statements: [...rows(ctx, of, changes), ...(await found(ctx, of, changes)), ...history(ctx, of, changes), ...counted(ctx, of, changes), ...told(ctx, of, changes, typeof further === "function" ? further() : further)],
    condition: unchanged(ctx, of, changes),
  };
}

function rows({ db }: RecordContext, of: AnyEntity, changes: readonly Change[]): Statement[] {
  const table = recordTable(of);
  const made = changes.filter(({ before }) => before === null).map(({ after }) => after);
  const changed = changes.flatMap(({ before, after }) => (before === null ? [] : [{ before, after }]));
  // Only what differs: every index is over what is not deleted, and setting `deleted_at`, even to what it is, writes them all.
  const gone = (before: RecordRow, after: RecordRow) => (["deleted_at", "merged_into"] as const).filter((name) => before[name] !== after[name]);
  const columns = [...new Set(changed.flatMap(({ before, after }) => ["version", "updated_at", ...gone(before, after), ...changedFields(of, before, after)]))];
  const [only] = changed;
  return [
    ...(made.length > 0 ? [db.insertMany(table, made)] : []),
    ...(changed.length === 1 && only ? [db.update(table, Object.fromEntries(columns.map((name) => [name, only.after[name] ?? null])), eq(table.id, only.after.id))] : []),
    ...(changed.length > 1 ? [db.upsertMany(table, changed.map(({ after }) => after), [table.id], columns)] : []),
  ];
}

/** Deleted records are found by nothing. */
async function found(ctx: RecordContext, of: AnyEntity, changes: readonly Change[]): Promise<Statement[]> {
  const { db } = ctx;
  const there = changes.filter(({ after }) => after.deleted_at === null).map(({ after }) => after);
  const ids = changes.filter(({ before }) => before !== null).map(({ after }) => after.id);
  const values = (await Promise.all(there.map(async (row) => (await indexedValues(ctx, of, row)).map((value) => ({ ...value, kind: of.kind, record_id: row.id }))))).flat();
  const gone = changes.filter(({ after }) => after.deleted_at !== null).map(({ after }) => after.id);
  const documents = isSearched(of) ? there.map((row) => ({ kind: of.kind, record_id: row.id, scope: scopeWords(ctx.tenant, of.kind), ...wordsOf(of, row) })) : [];
  return [
    ...(ids.length > 0 ? [db.delete(recordValues, and(eq(recordValues.kind, of.kind), among(recordValues.record_id, ids)))] : []),
    ...(values.length > 0 ? [db.insertMany(recordValues, values)] : []),
    ...(gone.length > 0 && isSearched(of) ? [db.delete(searchDocuments, and(eq(searchDocuments.kind, of.kind), among(searchDocuments.record_id, gone)))] : []),
    ...(documents.length > 0 ? [db.upsertMany(searchDocuments, documents, [searchDocuments.tenant_id, searchDocuments.kind, searchDocuments.record_id], ["title", "body"])] : []),
  ];
}

function history(ctx: RecordContext, of: AnyEntity, changes: readonly Change[]): Statement[] {
  if (ctx.unrecorded) return [];
  const entries = changes.map((change) => {
    const action = (change.action ?? `${of.kind}.${auditVerbs[verbOf(change)]}`) as `${string}.${string}`;
    const before = change.before && fieldsOf(of, change.before);
    return auditRow(ctx, { action, entityId: change.after.id, before: verbOf(change) === "restored" ? null : before, after: verbOf(change) === "deleted" ? null : fieldsOf(of, change.after) });
  });
  return [ctx.db.insertMany(auditEvents, entries)];
}

/** Without what changes of itself with every change. */
function fieldsOf(of: AnyEntity, row: RecordRow): object {
  const { version: _, updated_at: __, ...fields } = plainView(of, row);
  return fields;
}

function counted(ctx: RecordContext, of: AnyEntity, changes: readonly Change[]): Statement[] {
  const transitions = changes.flatMap((change) => transitionsOf(ctx, of, change));
  return transitions.length > 0 ? [ctx.db.insertMany(recordTransitions, transitions)] : [];
}

function told(ctx: RecordContext, of: AnyEntity, changes: readonly Change[], further: readonly NewEvent[]): Statement[] {
  if (ctx.silent) return [];
  const said = [...changes.map((change) => eventOf(of, change)), ...further].map((event) => eventRow(ctx, event));
  return [ctx.db.insertMany(events, said.map((row) => ({ ...row, chain: [...row.chain] })))];
}

/** A record that comes back is one that is there again: `created`, as for whoever keeps a copy. */
function eventOf(of: AnyEntity, change: Change): NewEvent {
  const verb = verbOf(change);
  const data = plainView(of, change.after) as JsonObject & { id: string };
  const previous = verb === "updated" && change.before ? previousOf(of, change.before, change.after) : null;
  return { type: `${of.kind}.${verb === "restored" ? "created" : verb}`, data, previous, record: { type: of.kind, id: change.after.id } };
}

function previousOf(of: AnyEntity, before: RecordRow, after: RecordRow): JsonObject {
  const view = plainView(of, before) as JsonObject;
  return Object.fromEntries(changedFields(of, before, after).map((name) => [name, view[name] ?? null]));
}

function unchanged({ db }: RecordContext, of: AnyEntity, changes: readonly Change[]): SQL | null {
  const known = changes.flatMap(({ before }) => (before === null ? [] : [[before.id, before.version]]));
  const table: RecordTable = recordTable(of);
  const [only] = known;
  if (!only) return null;
  if (known.length === 1) return db.exists(table, and(eq(table.id, only[0]), eq(table.version, only[1])));
  // None of them is missing or another version.
  return sql`not exists (select 1 from json_each(${JSON.stringify(known)}) as known where not ${db.exists(table, and(sql`${table.id} = known.value ->> 0`, sql`${table.version} = known.value ->> 1`))})`;
}

export const notDeleted = (of: AnyEntity): SQL => isNull(recordTable(of).deleted_at);

/** The row of a new record, all of its fields null. */
export function emptyRow(ctx: Pick<RecordContext, "now">, of: AnyEntity, id = newId(ctx.now)): RecordRow {
  const fields = Object.fromEntries(Object.entries(of.fields).map(([name, field]) => [name, field.presence === "computed" ? (field.default ?? null) : null]));
  return { ...fields, id, version: 0, custom: {}, tags: [], created_at: ctx.now, updated_at: ctx.now, created_by: null, deleted_at: null, merged_into: null };
}
