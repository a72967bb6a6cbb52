/**
 * Merges that somebody has begun and nobody goes on with, whosesoever they are: the sweep looks
 * over all tenants, and opens each one's rows through tenantDb from there.
 * @module
 */
import { and, asc, inArray, lt } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { merges } from "./schema/merges.ts";

export function listUnfinishedMerges(d1: D1Database, before: number, limit: number): Promise<(typeof merges.$inferSelect)[]> {
  return drizzle(d1)
    .select()
    .from(merges)
    .where(and(inArray(merges.status, ["moving", "moving_back"]), lt(merges.updated_at, before)))
    .orderBy(asc(merges.updated_at))
    .limit(limit);
}
