/**
 * Changes of many records that are under way: the cron takes up what is due, whosesoever it is.
 */
import { and, asc, eq, lte } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { recordJobs } from "./schema/record-jobs.ts";

export type RecordJob = typeof recordJobs.$inferSelect;

/** Those nobody works on, the oldest first. */
export function listDueRecordJobs(d1: D1Database, now: number, limit: number): Promise<RecordJob[]> {
  return drizzle(d1).select().from(recordJobs).where(lte(recordJobs.next_at, now)).orderBy(asc(recordJobs.next_at)).limit(limit);
}

/** Takes a job until `lease`; null when somebody else has it, or it is done. */
export async function claimRecordJob(d1: D1Database, id: string, now: number, lease: number): Promise<RecordJob | null> {
  const [row] = await drizzle(d1).update(recordJobs).set({ next_at: lease }).where(and(eq(recordJobs.id, id), lte(recordJobs.next_at, now))).returning();
  return row ?? null;
}

/** False when the lease was over and somebody else has taken the job: then nothing is written. */
export async function saveRecordJob(d1: D1Database, { id, next_at, state }: RecordJob, nextAt: number): Promise<boolean> {
  const saved = await drizzle(d1).update(recordJobs).set({ state, next_at: nextAt }).where(and(eq(recordJobs.id, id), eq(recordJobs.next_at, next_at))).returning({ id: recordJobs.id });
  return saved.length > 0;
}
