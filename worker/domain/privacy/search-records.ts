/**
 * Records: those with the person's address are theirs, and go as a whole; in others the texts
 * that mention them go. A slice is a window of one table, the records that are deleted in a
 * pass of their own.
 * @module
 */
import { and, asc, eq, gt, inArray, isNotNull, isNull, sql } from "drizzle-orm";
import { auditEvents } from "../../../db/schema/audit-events.ts";
import { events } from "../../../db/schema/events.ts";
import { type RecordRow, recordTable } from "../../../db/schema/record-tables.ts";
import type { Statement } from "../../../db/tenant-db.ts";
import { Eraser, erasedMark } from "../../../durable-objects/lib/eraser.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { allEntities } from "../../../sdk/schema/crm/index.ts";
import { rewrite } from "../record-jobs/rewrite.ts";
import { upkeepContext } from "../records/context.ts";
import type { Slice, Work } from "./job.ts";
import { addressFields } from "./places-records.ts";
import { opened } from "./records-archive.ts";
import { erases, subjectOf } from "./search.ts";
import { textsOf } from "./subject.ts";

const rowsAtOnce = 300;
const historyAtOnce = 50;

/** What says nothing of who somebody is: whose a record is, how it stands, what it is worth. */
const impersonal = new Set(["select", "multiselect", "integer", "number", "money", "currency", "boolean", "user", "team", "record", "records", "datetime", "timezone", "color"]);

interface Place {
  of: AnyEntity;
  deleted: boolean;
}
const passes: readonly Place[] = allEntities.flatMap((of) => [{ of, deleted: false }, { of, deleted: true }]);

/** A cursor of the form `[pass, time it was deleted, id]`. */
export async function searchRecords(work: Work): Promise<Slice> {
  const [index, at, id] = work.cursor === null ? [0, 0, ""] : (JSON.parse(work.cursor) as [number, number, string]);
  const pass = passes[index];
  if (!pass) return { cursor: null, calls: 0 };
  const { of, deleted } = pass;
  const table = recordTable(of);
  const rows = (await work.db.select(table, {
    where: deleted ? and(isNotNull(table.deleted_at), sql`(${table.deleted_at}, ${table.id}) > (${at}, ${id})`) : and(isNull(table.deleted_at), gt(table.id, id)),
    orderBy: deleted ? sql`${asc(table.deleted_at)}, ${asc(table.id)}` : asc(table.id),
    limit: rowsAtOnce,
  })) as RecordRow[];
  const last = rows.at(-1);
  const cursor = rows.length < rowsAtOnce || !last ? JSON.stringify([index + 1, 0, ""]) : JSON.stringify([index, last.deleted_at ?? 0, last.id]);
  const { email } = subjectOf(work);
  const theirs = rows.filter((row) => addressFields(of).some((name) => String(row[name] ?? "").toLowerCase() === email));
  const others = rows.filter((row) => !theirs.includes(row) && erasedTexts(of, row, textsOf(subjectOf(work))) !== null);
  const counts = { [of.path]: theirs.length + others.length };
  if (!erases(work)) {
    const keeper = { env: work.env, db: work.db, now: work.now };
    const lines = [...(await Promise.all(theirs.map((row) => opened(keeper, of, row)))), ...others.map((row) => withoutSealed(of, row))];
    return { cursor, calls: 2, counts, lines: lines.map((row) => ({ place: of.path, row })) };
  }
  // History and events first: while the row has the address, the slice can be done again.
  for (const row of theirs) await forgetHistory(work, of, row.id);
  const ctx = { ...upkeepContext(work), unrecorded: true };
  await rewrite(ctx, of, [...theirs, ...others], (row) => (theirs.includes(row) ? nobody(of, row) : erasedTexts(of, row, textsOf(subjectOf(work)))));
  return { cursor, calls: 3 + 3 * theirs.length, counts };
}

/** The record stays, as somebody's: numbers that were made of it do not change. */
function nobody(of: AnyEntity, row: RecordRow): Partial<RecordRow> {
  const fields = Object.entries(of.fields).filter(([, { type }]) => !impersonal.has(type));
  return { ...Object.fromEntries(fields.map(([name, { nullable }]) => [name, nullable || (row[name] ?? null) === null ? null : erasedMark])), custom: {} };
}

/** Null when nothing mentions them. What is sealed is not looked into. */
function erasedTexts(of: AnyEntity, row: RecordRow, texts: string[]): Partial<RecordRow> | null {
  const eraser = new Eraser(texts);
  const looked = Object.entries(of.fields).filter(([, { type, sensitive }]) => !sensitive && (!impersonal.has(type) || type === "records"));
  const set = Object.fromEntries([...looked.map(([name]) => [name, eraser.json(row[name] ?? null)]), ["custom", eraser.json(row.custom)]]) as Partial<RecordRow>;
  return eraser.count === 0 ? null : set;
}

/** The address or number of somebody else. */
function withoutSealed(of: AnyEntity, row: RecordRow): object {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !of.fields[name]?.sensitive));
}

/** What the log and the events have of a record goes, and that there was something stays. The log refuses changes, so an entry is replaced by one with its id. */
async function forgetHistory({ db }: Work, of: AnyEntity, id: string): Promise<void> {
  const said = eq(events.record_type, of.kind);
  await db.batch([db.update(events, { data: { id }, previous: null }, and(said, eq(events.record_id, id)))]);
  for (let after = ""; ; ) {
    const rows = await db.select(auditEvents, { where: and(eq(auditEvents.entity, of.kind), eq(auditEvents.entity_id, id), gt(auditEvents.id, after)), orderBy: asc(auditEvents.id), limit: historyAtOnce });
    const last = rows.at(-1);
    if (!last) return;
    after = last.id;
    const ids = rows.map((row) => row.id);
    const emptied = rows.map((row) => ({ ...row, before: null, after: null }));
    const statements: Statement[] = [db.delete(auditEvents, inArray(auditEvents.id, ids)), db.insertMany(auditEvents, emptied)];
    await db.batch(statements);
  }
}
