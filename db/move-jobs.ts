/**
 * Moves of executions to another version that are under way: the cron takes up what is due,
 * whosesoever it is.
 */
import { and, asc, eq, lte } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { moveJobs } from "./schema/moves.ts";

export type MoveJob = typeof moveJobs.$inferSelect;

/** Those nobody works on, the oldest first. */
export function listDueMoveJobs(d1: D1Database, now: number, limit: number): Promise<MoveJob[]> {
  return drizzle(d1).select().from(moveJobs).where(lte(moveJobs.next_at, now)).orderBy(asc(moveJobs.next_at)).limit(limit);
}

/** Takes a job until `lease`; null when somebody else has it, or it is done. */
export async function claimMoveJob(d1: D1Database, id: string, now: number, lease: number): Promise<MoveJob | null> {
  const [row] = await drizzle(d1).update(moveJobs).set({ next_at: lease }).where(and(eq(moveJobs.id, id), lte(moveJobs.next_at, now))).returning();
  return row ?? null;
}

/** False when the lease was over and somebody else has taken the job: then nothing is written. */
export async function saveMoveJob(d1: D1Database, { id, next_at: lease, state, status }: MoveJob, nextAt: number | null): Promise<boolean> {
  if (lease === null) return false;
  const saved = await drizzle(d1).update(moveJobs).set({ state, status, next_at: nextAt }).where(and(eq(moveJobs.id, id), eq(moveJobs.next_at, lease))).returning({ id: moveJobs.id });
  return saved.length > 0;
}
