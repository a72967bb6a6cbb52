/**
 * Events that are older than a tenant keeps them, with what they started, and what actions gave.
 * @module
 */
import { asc, eq, lt } from "drizzle-orm";
import { among } from "../../../db/among.ts";
import { actionResults, events, eventStarts, eventWaits } from "../../../db/schema/events.ts";
import type { TenantDb } from "../../../db/tenant-db.ts";

const atOnce = 100;

/** The oldest of each status, by their order: as soon as one is young enough, so are those behind it, or nearly. */
export async function oldEvents({ db, before }: { db: TenantDb; before: number }): Promise<Record<string, number>> {
  const rows = await Promise.all((["dispatched", "dead"] as const).map((status) => db.select(events, { where: eq(events.status, status), orderBy: asc(events.seq), limit: atOnce })));
  const ids = rows.flat().flatMap(({ id, occurred_at }) => (occurred_at < before ? [id] : []));
  if (ids.length > 0) await db.batch([db.delete(eventStarts, among(eventStarts.event_id, ids)), db.delete(events, among(events.id, ids))]);
  return ids.length > 0 ? { events: ids.length } : {};
}

/** Waits that nobody took back, and results that no attempt asks for any more. */
export async function oldWaitsAndResults({ db, before }: { db: TenantDb; before: number }): Promise<Record<string, number>> {
  const [waits, results] = await Promise.all([db.remove(eventWaits, lt(eventWaits.until, before)), removeResults(db, before)]);
  return { ...(waits > 0 ? { event_waits: waits } : {}), ...(results > 0 ? { action_results: results } : {}) };
}

async function removeResults(db: TenantDb, before: number): Promise<number> {
  const rows = await db.select(actionResults, { where: lt(actionResults.created_at, before), orderBy: asc(actionResults.key), limit: atOnce });
  return rows.length === 0 ? 0 : db.remove(actionResults, among(actionResults.key, rows.map(({ key }) => key)));
}
