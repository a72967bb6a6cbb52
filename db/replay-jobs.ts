/**
 * Replays under way: the cron takes up what is due, whosesoever it is.
 * @module
 */
import { and, asc, eq, lte } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { replayJobs } from "./schema/dead-letters.ts";

export type ReplayJob = typeof replayJobs.$inferSelect;

/** Those nobody works on, the oldest first. */
export function listDueReplays(d1: D1Database, now: number, limit: number): Promise<{ id: string; tenant_id: string }[]> {
  return drizzle(d1)
    .select({ id: replayJobs.id, tenant_id: replayJobs.tenant_id })
    .from(replayJobs)
    .where(and(eq(replayJobs.status, "running"), lte(replayJobs.next_at, now)))
    .orderBy(asc(replayJobs.next_at), asc(replayJobs.id))
    .limit(limit);
}

/** Takes a job until `lease`; null when somebody else has it, or it is done. */
export async function claimReplay(d1: D1Database, id: string, now: number, lease: number): Promise<ReplayJob | null> {
  const [row] = await drizzle(d1)
    .update(replayJobs)
    .set({ next_at: lease })
    .where(and(eq(replayJobs.id, id), eq(replayJobs.status, "running"), lte(replayJobs.next_at, now)))
    .returning();
  return row ?? null;
}

/** False when the lease was over and somebody else has taken the job: then nothing is written. */
export async function saveReplay(d1: D1Database, { id, next_at }: ReplayJob, set: Partial<ReplayJob>): Promise<boolean> {
  const saved = await drizzle(d1)
    .update(replayJobs)
    .set(set)
    .where(and(eq(replayJobs.id, id), eq(replayJobs.next_at, next_at), eq(replayJobs.status, "running")))
    .returning({ id: replayJobs.id });
  return saved.length > 0;
}
