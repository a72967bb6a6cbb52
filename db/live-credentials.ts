/**
 * What many sessions or keys of one tenant open by now, in few reads: for sockets, which stay
 * open longer than a request. The tenant is known; what is read spans the tables of several.
 */
import { and, eq, inArray, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { apiKeys } from "./schema/api-keys.ts";
import { memberships } from "./schema/memberships.ts";
import { roles } from "./schema/roles.ts";
import { sessions } from "./schema/sessions.ts";
import { tenants } from "./schema/tenants.ts";
import { users } from "./schema/users.ts";

/** A statement of D1 takes 100 parameters. */
const atOnce = 90;

const role = { role: memberships.role, team_id: memberships.team_id, status: memberships.status, grants: roles.grants, masked: roles.masked };

export async function findLiveSessions(d1: D1Database, tenantId: string, ids: readonly string[]) {
  return inChunks(ids, (chunk) =>
    drizzle(d1)
      .select({
        id: sessions.id,
        user_id: sessions.user_id,
        revoked_at: sessions.revoked_at,
        expires_at: sessions.expires_at,
        method: sessions.method,
        mfa_enabled_at: users.mfa_enabled_at,
        // Whatever is not plainly false asks for one.
        require_mfa: sql<number>`coalesce(json_extract(${tenants.settings}, '$.require_mfa'), 0) <> 0`,
        ...role,
      })
      .from(sessions)
      .innerJoin(users, eq(users.id, sessions.user_id))
      .innerJoin(memberships, and(eq(memberships.user_id, sessions.user_id), eq(memberships.tenant_id, sessions.tenant_id)))
      .innerJoin(tenants, eq(tenants.id, sessions.tenant_id))
      .leftJoin(roles, and(eq(roles.id, memberships.role), eq(roles.tenant_id, memberships.tenant_id)))
      .where(and(eq(sessions.tenant_id, tenantId), inArray(sessions.id, chunk))),
  );
}

export async function findLiveKeys(d1: D1Database, tenantId: string, hashes: readonly string[]) {
  return inChunks(hashes, (chunk) =>
    drizzle(d1)
      .select({ hash: apiKeys.hash, revoked_at: apiKeys.revoked_at, expires_at: apiKeys.expires_at, scopes: apiKeys.scopes, created_by: apiKeys.created_by, ...role })
      .from(apiKeys)
      .leftJoin(memberships, and(eq(memberships.tenant_id, apiKeys.tenant_id), eq(memberships.user_id, apiKeys.created_by)))
      .leftJoin(roles, and(eq(roles.id, memberships.role), eq(roles.tenant_id, apiKeys.tenant_id)))
      .where(and(eq(apiKeys.tenant_id, tenantId), inArray(apiKeys.hash, chunk))),
  );
}

async function inChunks<T>(all: readonly string[], read: (chunk: string[]) => PromiseLike<T[]>): Promise<T[]> {
  const rows: T[] = [];
  for (let from = 0; from < all.length; from += atOnce) rows.push(...(await read(all.slice(from, from + atOnce))));
  return rows;
}
