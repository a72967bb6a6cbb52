/**
 * Executions of deleted workflows that are being ended: the cron takes up what is due,
 * whosesoever it is.
 */
import { and, asc, eq, lte } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { endJobs } from "./schema/ends.ts";

export type EndJob = typeof endJobs.$inferSelect;

/** Those nobody works on, the oldest first. */
export function listDueEndJobs(d1: D1Database, now: number, limit: number): Promise<EndJob[]> {
  return drizzle(d1).select().from(endJobs).where(lte(endJobs.next_at, now)).orderBy(asc(endJobs.next_at)).limit(limit);
}

/** Takes a job until `lease`; null when somebody else has it, or it is done. */
export async function claimEndJob(d1: D1Database, id: string, now: number, lease: number): Promise<EndJob | null> {
  const [row] = await drizzle(d1).update(endJobs).set({ next_at: lease }).where(and(eq(endJobs.id, id), lte(endJobs.next_at, now))).returning();
  return row ?? null;
}

/** Null: done. False when the lease was over and somebody else has taken the job: then nothing is written. */
export async function saveEndJob(d1: D1Database, { id, next_at: lease, state }: EndJob, nextAt: number | null): Promise<boolean> {
  const mine = and(eq(endJobs.id, id), eq(endJobs.next_at, lease));
  const db = drizzle(d1);
  const saved = nextAt === null ? await db.delete(endJobs).where(mine).returning({ id: endJobs.id }) : await db.update(endJobs).set({ state, next_at: nextAt }).where(mine).returning({ id: endJobs.id });
  return saved.length > 0;
}
