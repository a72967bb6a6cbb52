/**
 * Requests for approval that the sweep has something to do with, whosesoever they are: it goes
 * over all tenants and opens each one's rows through tenantDb from there.
 * @module
 */
import { asc, lte } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { approvals } from "./schema/approvals.ts";

export function listDueApprovals(d1: D1Database, now: number, limit: number): Promise<(typeof approvals.$inferSelect)[]> {
  return drizzle(d1).select().from(approvals).where(lte(approvals.next_at, now)).orderBy(asc(approvals.next_at)).limit(limit);
}
