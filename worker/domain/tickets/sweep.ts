/**
 * Tickets that were not answered or solved in time, found by the cron. Each change is made on
 * top of the state it was seen in: a ticket is late once, whoever looks at the same time.
 * @module
 */
import { and, isNull, lte } from "drizzle-orm";
import { among } from "../../../db/among.ts";
import { listDueTickets } from "../../../db/due-tickets.ts";
import { columnOf, type RecordRow, tickets } from "../../../db/schema/record-tables.ts";
import { tenantDb } from "../../../db/tenant-db.ts";
import { entities } from "../../../sdk/schema/crm/index.ts";
import type { Env } from "../../env.ts";
import type { RecordContext } from "../records/context.ts";
import { carryOut, planRecords } from "../records/plan.ts";

/** Of one call, and of one transaction. */
const [most, atOnce] = [1000, 100];

/** @throws AggregateError after all were tried */
export async function sweepTickets(env: Env, now: number, waitUntil: (work: Promise<unknown>) => void): Promise<void> {
  const byTenant = new Map<string, string[]>();
  for (const { tenant, id } of await listDueTickets(env.DB, now, most)) byTenant.set(tenant, [...(byTenant.get(tenant) ?? []), id]);
  const failures: unknown[] = [];
  for (const [tenant, ids] of byTenant) {
    const ctx: RecordContext = { env, db: tenantDb(env.DB, tenant), tenant, now, actor: { kind: "system" }, access: null, chain: [], requestId: null, caller: { ip: null }, waitUntil };
    for (let begin = 0; begin < ids.length; begin += atOnce) await breach(ctx, ids.slice(begin, begin + atOnce)).catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw new AggregateError(failures, `looking for late tickets failed: ${failures.map(String).join("; ")}`);
}

async function breach(ctx: RecordContext, ids: readonly string[]): Promise<void> {
  const due = columnOf(tickets, "sla_due_at");
  await carryOut(ctx, async () => {
    const late = (await ctx.db.select(tickets, { where: and(isNull(tickets.deleted_at), among(tickets.id, ids), lte(due, ctx.now)) })) as RecordRow[];
    return planRecords(ctx, entities.ticket, late.map((before) => ({ before, given: {}, also: { sla_breached_at: before["sla_due_at"] }, action: "ticket.breach" })));
  });
}
