/**
 * Schedules as deployments write them, thousands in one statement; and the schedulers that the
 * cron has to look after, whosesoever they are. The tenant is named by the caller, who has it
 * from an actor or from a row.
 * @module
 */
import { and, asc, eq, lt, or, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { Statement } from "./batch.ts";
import { schedulers, schedules } from "./schema/schedules.ts";

export type ScheduleRow = typeof schedules.$inferSelect;
export type NewSchedule = Pick<ScheduleRow, "id" | "workflow_id" | "cron" | "timezone" | "options">;

/** A parameter has at most 2 MB. */
const perStatement = 2_000;

/** The schedules of these workflows are those given, and no others. Who is paused stays so. */
export function replaceSchedules(d1: D1Database, tenant: string, workflowIds: readonly string[], rows: readonly NewSchedule[], now: number): Statement[] {
  const db = drizzle(d1);
  const ids = JSON.stringify(rows.map(({ id }) => id));
  const gone = db.delete(schedules).where(and(eq(schedules.tenant_id, tenant), sql`${schedules.workflow_id} in (select value from json_each(${JSON.stringify(workflowIds)}))`, sql`${schedules.id} not in (select value from json_each(${ids}))`));
  const field = (name: string) => sql.raw(`json_extract(value, '$.${name}')`);
  // In the order of the table's columns.
  const write = (some: readonly NewSchedule[]) =>
    db
      .insert(schedules)
      .select(sql`select ${field("id")}, ${tenant}, ${field("workflow_id")}, ${field("cron")}, ${field("timezone")}, ${field("options")}, 0, ${now}, ${now} from json_each(${JSON.stringify(some)}) where true`)
      .onConflictDoUpdate({ target: schedules.id, set: { options: sql`excluded.options`, updated_at: sql`excluded.updated_at` }, setWhere: sql`${schedules.options} <> excluded.options` });
  if (rows.length === 0) return [gone, changed(d1, tenant)];
  const parts = Array.from({ length: Math.ceil(rows.length / perStatement) }, (_, index) => rows.slice(index * perStatement, (index + 1) * perStatement));
  return [gone, ...parts.map(write), announce(d1, tenant, now)];
}

/** The tenant's schedules, or what they depend on, are different from now on. */
export function changed(d1: D1Database, tenant: string): Statement {
  return drizzle(d1).update(schedulers).set({ revision: sql`${schedulers.revision} + 1` }).where(eq(schedulers.tenant_id, tenant));
}

function announce(d1: D1Database, tenant: string, now: number): Statement {
  return drizzle(d1).insert(schedulers).values({ tenant_id: tenant, revision: 1, synced: 0, looked_at: now }).onConflictDoUpdate({ target: schedulers.tenant_id, set: { revision: sql`${schedulers.revision} + 1` } });
}

/** Null for a tenant that never had schedules. */
export async function revisionOf(d1: D1Database, tenant: string): Promise<number | null> {
  const [row] = await drizzle(d1).select().from(schedulers).where(eq(schedulers.tenant_id, tenant)).limit(1);
  return row?.revision ?? null;
}

/** The scheduler has read what there was at this revision. */
export async function noteSynced(d1: D1Database, tenant: string, revision: number): Promise<void> {
  await drizzle(d1).update(schedulers).set({ synced: revision }).where(and(eq(schedulers.tenant_id, tenant), lt(schedulers.synced, revision)));
}

/** Tenants whose scheduler has not read the last change, or that nobody has looked at since; the longest unseen first. */
export async function takeUnseen(d1: D1Database, { now, before, limit }: { now: number; before: number; limit: number }): Promise<string[]> {
  const db = drizzle(d1);
  const rows = await db.select().from(schedulers).where(or(lt(schedulers.synced, schedulers.revision), lt(schedulers.looked_at, before))).orderBy(asc(schedulers.looked_at)).limit(limit);
  if (rows.length === 0) return [];
  const ids = rows.map(({ tenant_id }) => tenant_id);
  await db.update(schedulers).set({ looked_at: now }).where(sql`${schedulers.tenant_id} in (select value from json_each(${JSON.stringify(ids)}))`);
  return ids;
}
