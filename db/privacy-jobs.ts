/**
 * Exports and erasures under way, and the cleaning by age: the cron takes up what is due,
 * whosesoever it is, and an erased tenant's row outlives the tenant.
 * @module
 */
import { and, asc, desc, eq, gt, lt, lte } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { Statement } from "./batch.ts";
import { privacyJobs, retentionState } from "./schema/privacy.ts";
import { tenants } from "./schema/tenants.ts";

export type PrivacyJob = typeof privacyJobs.$inferSelect;

/** Those nobody works on, the oldest first. */
export function listDueJobs(d1: D1Database, now: number, limit: number): Promise<PrivacyJob[]> {
  return drizzle(d1).select().from(privacyJobs).where(and(eq(privacyJobs.status, "running"), lte(privacyJobs.next_at, now))).orderBy(asc(privacyJobs.next_at), asc(privacyJobs.id)).limit(limit);
}

/** Takes a job until `lease`; null when somebody else has it, or it is done. */
export async function claimJob(d1: D1Database, id: string, now: number, lease: number): Promise<PrivacyJob | null> {
  const [row] = await drizzle(d1).update(privacyJobs).set({ next_at: lease }).where(and(eq(privacyJobs.id, id), eq(privacyJobs.status, "running"), lte(privacyJobs.next_at, now))).returning();
  return row ?? null;
}

/** False when the lease was over and somebody else has taken the job: then nothing is written. */
export async function saveJob(d1: D1Database, { id, next_at, state, counts, left }: PrivacyJob, nextAt: number): Promise<boolean> {
  const saved = await drizzle(d1).update(privacyJobs).set({ state, counts, left, next_at: nextAt }).where(and(eq(privacyJobs.id, id), eq(privacyJobs.next_at, next_at), eq(privacyJobs.status, "running"))).returning({ id: privacyJobs.id });
  return saved.length > 0;
}

export function updateJob(d1: D1Database, id: string, set: Partial<PrivacyJob>): Statement {
  return drizzle(d1).update(privacyJobs).set(set).where(eq(privacyJobs.id, id));
}

/** Exports whose file has to go. */
export function listExpiredJobs(d1: D1Database, now: number, limit: number): Promise<PrivacyJob[]> {
  return drizzle(d1).select().from(privacyJobs).where(lte(privacyJobs.expires_at, now)).orderBy(asc(privacyJobs.expires_at)).limit(limit);
}

/** Erasures of whole tenants, the latest first. */
export function listTenantErasures(d1: D1Database, { before, limit }: { before: string | null; limit: number }): Promise<PrivacyJob[]> {
  return drizzle(d1).select().from(privacyJobs).where(and(eq(privacyJobs.kind, "erase_tenant"), before === null ? undefined : lt(privacyJobs.id, before))).orderBy(desc(privacyJobs.id)).limit(limit);
}

export type RetentionState = typeof retentionState.$inferSelect;
const one = "retention";

/** Takes the cleaning until `lease`; null when it is not due. */
export async function claimRetention(d1: D1Database, now: number, lease: number): Promise<RetentionState | null> {
  const db = drizzle(d1);
  await db.insert(retentionState).values({ id: one, tenant_id: "", counts: {}, next_at: 0 }).onConflictDoNothing();
  const [row] = await db.update(retentionState).set({ next_at: lease }).where(and(eq(retentionState.id, one), lte(retentionState.next_at, now))).returning();
  return row ?? null;
}

export function saveRetention(d1: D1Database, set: Partial<RetentionState>): Statement {
  return drizzle(d1).update(retentionState).set(set).where(eq(retentionState.id, one));
}

/** The tenant itself (`at`), or the next one by id. */
export async function tenantFrom(d1: D1Database, after: string) {
  const [row] = await drizzle(d1).select().from(tenants).where(gt(tenants.id, after)).orderBy(asc(tenants.id)).limit(1);
  return row ?? null;
}
