/**
 * Sign-ins. A session is found by its id before its tenant is known (a refresh token comes
 * alone), and a person sees and ends their own in every tenant.
 * @module
 */
import { and, desc, eq, gt, isNull, lt, ne } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { sessions } from "./schema/sessions.ts";
import { tenants } from "./schema/tenants.ts";
import type { Statement } from "./tenant-db.ts";

export type SessionRow = typeof sessions.$inferSelect;

export function insertSession(d1: D1Database, row: SessionRow): Statement {
  return drizzle(d1).insert(sessions).values(row);
}

export async function findSession(d1: D1Database, id: string): Promise<SessionRow | null> {
  const [row] = await drizzle(d1).select().from(sessions).where(eq(sessions.id, id)).limit(1);
  return row ?? null;
}

interface Whose {
  now: number;
  /** Of this tenant alone. */
  tenantId: string | undefined;
}

const inOneOrAll = (tenantId: string | undefined) => (tenantId === undefined ? undefined : eq(sessions.tenant_id, tenantId));
const isOpen = (userId: string, { now, tenantId }: Whose) => and(eq(sessions.user_id, userId), isNull(sessions.revoked_at), gt(sessions.expires_at, now), inOneOrAll(tenantId));

/**
 * A person's sessions that still open something, the latest first.
 * @param before ids that come after this one in the list; null for its beginning
 */
export function listOpenSessions(d1: D1Database, userId: string, { before, limit, ...whose }: Whose & { before: string | null; limit: number }) {
  return drizzle(d1)
    .select({ session: sessions, tenant: { id: tenants.id, slug: tenants.slug, name: tenants.name } })
    .from(sessions)
    .innerJoin(tenants, eq(tenants.id, sessions.tenant_id))
    .where(and(isOpen(userId, whose), before === null ? undefined : lt(sessions.id, before)))
    .orderBy(desc(sessions.id))
    .limit(limit);
}

export function allOpenSessions(d1: D1Database, userId: string, whose: Whose): Promise<SessionRow[]> {
  return drizzle(d1).select().from(sessions).where(isOpen(userId, whose));
}

/** Puts the next refresh token in the place of the one that came; of two callers at once one gets the row. */
export async function rotateRefreshHash(d1: D1Database, { id, from, to, now, expiresAt }: { id: string; from: string; to: string; now: number; expiresAt: number }): Promise<SessionRow | null> {
  const [row] = await drizzle(d1)
    .update(sessions)
    .set({ refresh_hash: to, last_used_at: now, expires_at: expiresAt })
    .where(and(eq(sessions.id, id), eq(sessions.refresh_hash, from), isNull(sessions.revoked_at), gt(sessions.expires_at, now)))
    .returning();
  return row ?? null;
}

interface Revocation {
  now: number;
  reason: string;
}

/** For the batch of the change it belongs to. */
export function revokeSession(d1: D1Database, id: string, { now, reason }: Revocation): Statement {
  return drizzle(d1).update(sessions).set({ revoked_at: now, revoked_reason: reason }).where(and(eq(sessions.id, id), isNull(sessions.revoked_at)));
}

/** The same for all that a person has by then, also those begun a moment ago. @param except one that goes on */
export function revokeSessionsOf(d1: D1Database, userId: string, { now, reason, except, tenantId }: Revocation & Whose & { except: string | undefined }): Statement {
  return drizzle(d1)
    .update(sessions)
    .set({ revoked_at: now, revoked_reason: reason })
    .where(and(eq(sessions.user_id, userId), isNull(sessions.revoked_at), except === undefined ? undefined : ne(sessions.id, except), inOneOrAll(tenantId)));
}
