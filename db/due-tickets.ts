/**
 * Tickets that are late since nobody did anything, whosesoever they are: the sweep goes over
 * all tenants and opens each one's rows through tenantDb from there.
 * @module
 */
import { and, asc, isNotNull, isNull, lte } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { columnOf, tickets } from "./schema/record-tables.ts";

const due = columnOf(tickets, "sla_due_at");

export async function listDueTickets(d1: D1Database, now: number, limit: number): Promise<{ id: string; tenant: string }[]> {
  const rows = await drizzle(d1)
    .select({ id: tickets.id, tenant: tickets.tenant_id })
    .from(tickets)
    // The first two as the index has them.
    .where(and(isNotNull(due), isNull(tickets.deleted_at), lte(due, now)))
    .orderBy(asc(due), asc(tickets.id))
    .limit(limit);
  return rows.map(({ id, tenant }) => ({ id: String(id), tenant: String(tenant) }));
}
