/** What a session opens, in one read: the lookup before any tenant is trusted. */
import { and, eq, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { memberships } from "./schema/memberships.ts";
import { roles } from "./schema/roles.ts";
import { sessions } from "./schema/sessions.ts";
import { tenants } from "./schema/tenants.ts";
import { users } from "./schema/users.ts";

/** @returns null unless the session is the user's, in that tenant, and the user a member of it */
export async function findSignedIn(d1: D1Database, { sessionId, userId, tenantId }: { sessionId: string; userId: string; tenantId: string }) {
  const [row] = await drizzle(d1)
    .select({
      revoked_at: sessions.revoked_at,
      name: users.name,
      role: memberships.role,
      team_id: memberships.team_id,
      status: memberships.status,
      grants: roles.grants,
      masked: roles.masked,
      tenant_status: tenants.status,
      method: sessions.method,
      mfa_enabled_at: users.mfa_enabled_at,
      // Whatever is not plainly false asks for one: see settingsOf in worker/domain/tenants/settings.ts.
      require_mfa: sql<number>`coalesce(json_extract(${tenants.settings}, '$.require_mfa'), 0) <> 0`,
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.user_id))
    .innerJoin(memberships, and(eq(memberships.user_id, sessions.user_id), eq(memberships.tenant_id, sessions.tenant_id)))
    .innerJoin(tenants, eq(tenants.id, sessions.tenant_id))
    .leftJoin(roles, and(eq(roles.id, memberships.role), eq(roles.tenant_id, memberships.tenant_id)))
    .where(and(eq(sessions.id, sessionId), eq(sessions.user_id, userId), eq(sessions.tenant_id, tenantId)))
    .limit(1);
  return row ?? null;
}
