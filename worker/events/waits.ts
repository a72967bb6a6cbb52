/**
 * Steps that wait for an event of their tenant (`waitForEvent` with `match`).
 *
 * Invariant: an event that is committed after a step was announced finds its row here; one that
 * was committed before is found by the look back. So none falls in between, and one that both
 * find is the same to the step.
 *
 * Before and after is by `occurred_at`, which the Worker's clock set, against `since`, by the
 * clock of the execution's object; they are not made to agree.
 * @module
 */
import { and, asc, eq, gt, gte, isNull, or, type SQL, sql } from "drizzle-orm";
import { among } from "../../db/among.ts";
import { events, eventWaits } from "../../db/schema/events.ts";
import { type TenantDb, tenantDb } from "../../db/tenant-db.ts";
import type { OutboxEvent } from "../../durable-objects/dispatcher/contract.ts";
import type { Cause, OutsideStep } from "../../durable-objects/execution/ports.ts";
import { matchesFilter } from "../../sdk/schema/filter.ts";
import { encodeJson } from "../domain/encode.ts";
import { objectsOf } from "../domain/ports.ts";
import { unwrap } from "../domain/reply.ts";
import type { Env } from "../env.ts";
import { heedWait } from "./interest.ts";

export type WaitRow = typeof eventWaits.$inferSelect;

/** Events looked at at once. */
const pageSize = 200;

export async function announceWaits(env: Env, { tenant, executionId }: Cause, steps: readonly OutsideStep[]): Promise<void> {
  const rows = steps.flatMap(({ key, startedAt, due, detail: { type, match } }): WaitRow[] => (type === undefined || match === undefined ? [] : [{ tenant_id: tenant, execution_id: executionId, step_key: key, type, match, since: startedAt, until: due }]));
  if (rows.length === 0) return;
  const db = tenantDb(env.DB, tenant);
  const key = [eventWaits.tenant_id, eventWaits.execution_id, eventWaits.step_key];
  await db.batch(rows.map((row) => db.upsert(eventWaits, row, key, { type: row.type, match: row.match, since: row.since, until: row.until })));
  await heedWait(env, tenant, rows.map(({ type }) => type));
  for (const row of rows) await lookBack(env, db, row);
}

export async function withdrawWaits(env: Env, { tenant, executionId }: Cause, steps: readonly string[]): Promise<void> {
  if (steps.length === 0) return;
  const db = tenantDb(env.DB, tenant);
  await db.batch([db.delete(eventWaits, and(eq(eventWaits.execution_id, executionId), among(eventWaits.step_key, steps)))]);
}

/** Events that are still on their way count too: their dispatch may have looked for waits before. */
async function lookBack(env: Env, db: TenantDb, wait: WaitRow): Promise<void> {
  for (let after: OutboxEvent | null = null; ; ) {
    const later: SQL | undefined = after === null ? undefined : or(gt(events.occurred_at, after.occurred_at), and(eq(events.occurred_at, after.occurred_at), gt(events.seq, after.seq)));
    const page: OutboxEvent[] = await db.select(events, { where: and(eq(events.type, wait.type), gte(events.occurred_at, wait.since), later), orderBy: sql`${asc(events.occurred_at)}, ${asc(events.seq)}`, limit: pageSize });
    const found = page.find((event) => isFor(wait, event));
    if (found) return bring(env, db, wait, found);
    after = page.at(-1) ?? null;
    if (page.length < pageSize || after === null) return;
  }
}

/** Whether a step waits for just that. */
export function isFor({ match, since, until }: WaitRow, { occurred_at, data, previous }: OutboxEvent): boolean {
  return occurred_at >= since && (until === null || occurred_at < until) && matchesFilter(match, data, previous);
}

/** Those that wait for an event now. */
export async function waitingFor(db: TenantDb, event: OutboxEvent): Promise<WaitRow[]> {
  const rows = await db.select(eventWaits, { where: and(eq(eventWaits.type, event.type), or(isNull(eventWaits.until), gt(eventWaits.until, event.occurred_at))) });
  return rows.filter((row) => isFor(row, event));
}

/** The step has it when this resolves, or does not wait any more; then it need not be found again. */
export async function bring(env: Env, db: TenantDb, { execution_id, step_key, since }: WaitRow, event: OutboxEvent): Promise<void> {
  const reply = await objectsOf(env).execution(db.tenant, execution_id).deliver(db.tenant, execution_id, step_key, encodeJson(event.data), event.id);
  // An execution that is gone waits for nothing; one that has no room yet is asked again.
  if (!reply.ok && reply.code !== "not-found") await unwrap(reply);
  // Whoever has begun to wait anew under the same key has another beginning.
  await db.batch([db.delete(eventWaits, and(eq(eventWaits.execution_id, execution_id), eq(eventWaits.step_key, step_key), eq(eventWaits.since, since)))]);
}
