/**
 * What a timeline is made of. Each source is a search of an index, in the timeline's order.
 * @module
 */
import { and, desc, eq, isNull, lt, or, type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import { among } from "../../../db/among.ts";
import { attachments } from "../../../db/schema/attachments.ts";
import { auditEvents } from "../../../db/schema/audit-events.ts";
import { columnOf, type RecordRow, recordTable } from "../../../db/schema/record-tables.ts";
import { recordTransitions, recordValues } from "../../../db/schema/records.ts";
import { entities } from "../../../sdk/schema/crm/index.ts";
import { isMasked, maskFields } from "../../auth/mask-fields.ts";
import { viewAttachment } from "../attachments/view.ts";
import { can } from "../../auth/can.ts";
import { within } from "../records/access.ts";
import type { RecordContext } from "../records/context.ts";
import { show } from "../records/show.ts";
import { idsBehind, type Place, timeOf } from "./place.ts";
import type { About, Entry, EntryKind, Source } from "./source.ts";

const behindId = (column: SQLiteColumn, behind: Place | null): SQL | undefined => (behind === null ? undefined : lt(column, idsBehind(behind)));
const record = ({ of, row }: About): Entry["record"] => ({ type: of.kind, id: row.id });

const history: Source = async (ctx, about, behind, limit) => {
  const { of, row } = about;
  const rows = await ctx.db.select(auditEvents, { where: and(eq(auditEvents.entity, of.kind), eq(auditEvents.entity_id, row.id), behindId(auditEvents.id, behind)), orderBy: desc(auditEvents.id), limit });
  const seen = (fields: object | null): object | null => (fields && ctx.access ? maskFields(ctx.access, of.path, fields) : fields);
  return rows.map((one) => ({ kind: "history", at: timeOf(one.id), id: one.id, title: one.action, actor: { kind: one.actor_kind, id: one.actor_id }, record: record(about), data: { before: seen(one.before), after: seen(one.after) } }));
};

const transitions: Source = async (ctx, about, behind, limit) => {
  const { of, row } = about;
  const rows = await ctx.db.select(recordTransitions, { where: and(eq(recordTransitions.kind, of.kind), eq(recordTransitions.record_id, row.id), behindId(recordTransitions.id, behind)), orderBy: desc(recordTransitions.id), limit });
  return rows.map(({ id, field, from_value, to_value, since }) => {
    const hidden = ctx.access !== null && isMasked(ctx.access, of.path, field);
    const [from, to] = hidden ? [null, null] : [from_value, to_value];
    return { kind: "transition", at: timeOf(id), id, title: `${field}: ${from ?? "–"} → ${to ?? "–"}`, actor: null, record: record(about), data: { field, from, to, since: since === null ? null : new Date(since).toISOString() } };
  });
};

const notes: Source = async (ctx, about, behind, limit) => {
  const table = recordTable(entities.note);
  const mine = aboutIt(table, about);
  const rows = (await ctx.db.select(table, { where: and(isNull(table.deleted_at), mine, behindId(table.id, behind)), orderBy: desc(table.id), limit })) as RecordRow[];
  return shown(ctx, "note", about, rows, "body", (row) => timeOf(row.id));
};

/** By when it was, which may be long before somebody wrote it down. */
const activities: Source = async (ctx, about, behind, limit) => {
  const table = recordTable(entities.activity);
  const when = columnOf(table, "happened_at");
  const later = behind === null ? undefined : or(lt(when, behind.at), and(eq(when, behind.at), lt(table.id, behind.id)));
  // The first part is what the index is searched by.
  const bound = behind === null ? undefined : sql`${when} <= ${behind.at}`;
  const rows = (await ctx.db.select(table, { where: and(isNull(table.deleted_at), aboutIt(table, about), bound, later), orderBy: sql`${desc(when)}, ${desc(table.id)}`, limit })) as RecordRow[];
  return shown(ctx, "activity", about, rows, "subject", (row) => Number(row["happened_at"] ?? row.created_at));
};

/** Tasks that name it among what they are about; what may not be seen is passed over. */
const tasks: Source = async (ctx, about, behind, limit) => {
  const { of, row } = about;
  const table = recordTable(entities.task);
  const found: RecordRow[] = [];
  let after: SQL | undefined = behindId(recordValues.record_id, behind);
  for (let rounds = 0; rounds < 5 && found.length < limit; rounds++) {
    const ids = (await ctx.db.select(recordValues, { where: and(eq(recordValues.kind, "task"), eq(recordValues.field, "relations"), eq(recordValues.value, `${of.kind}:${row.id}`), after), orderBy: desc(recordValues.record_id), limit })).map(({ record_id }) => record_id);
    const rows = ids.length === 0 ? [] : ((await ctx.db.select(table, { where: and(among(table.id, ids), isNull(table.deleted_at), within(ctx, entities.task)), orderBy: desc(table.id) })) as RecordRow[]);
    found.push(...rows.slice(0, limit - found.length));
    const last = ids.at(-1);
    if (last === undefined || ids.length < limit) break;
    after = lt(recordValues.record_id, last);
  }
  return shown(ctx, "task", about, found, "title", (one) => timeOf(one.id));
};

const files: Source = async (ctx, about, behind, limit) => {
  const { of, row } = about;
  const rows = await ctx.db.select(attachments, { where: and(eq(attachments.record_type, of.kind), eq(attachments.record_id, row.id), eq(attachments.state, "ready"), behindId(attachments.id, behind)), orderBy: desc(attachments.id), limit });
  return rows.map((one) => ({ kind: "attachment", at: timeOf(one.id), id: one.id, title: one.name, actor: { kind: "unknown", id: one.created_by }, record: record(about), data: viewAttachment(one) }));
};

function aboutIt(table: ReturnType<typeof recordTable>, { of, row }: About): SQL | undefined {
  return and(eq(columnOf(table, "record_type"), of.kind), eq(columnOf(table, "record_id"), row.id));
}

async function shown(ctx: RecordContext, kind: "note" | "activity" | "task", about: About, rows: readonly RecordRow[], label: string, at: (row: RecordRow) => number): Promise<Entry[]> {
  return Promise.all(
    rows.map(async (row) => {
      const data = await show(ctx, entities[kind], row);
      return { kind, at: at(row), id: row.id, title: String(data[label] ?? "").slice(0, 120), actor: { kind: "unknown", id: row.created_by }, record: record(about), data };
    }),
  );
}

const all: Readonly<Record<EntryKind, { source: Source; permission: "notes.read" | "tasks.read" | null }>> = {
  history: { source: history, permission: null },
  transition: { source: transitions, permission: null },
  note: { source: notes, permission: "notes.read" },
  activity: { source: activities, permission: "notes.read" },
  task: { source: tasks, permission: "tasks.read" },
  attachment: { source: files, permission: "notes.read" },
};

/** Those of the wanted kinds that the actor may see. */
export function sourcesFor({ access }: Pick<RecordContext, "access">, kinds: readonly EntryKind[]): Source[] {
  return kinds.flatMap((kind) => {
    const { source, permission } = all[kind];
    return permission === null || access === null || can(access, permission) ? [source] : [];
  });
}
