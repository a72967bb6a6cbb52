/**
 * Who holds a key: the lookup before any tenant is known. One read brings the key, what its
 * maker may by now, whether the tenant is suspended, and the workflow about to be started
 * when there is one, so that a start costs one round trip.
 * @module
 */
import { and, eq, isNull, lt, or } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { apiKeys } from "./schema/api-keys.ts";
import { memberships } from "./schema/memberships.ts";
import { roles } from "./schema/roles.ts";
import { tenants } from "./schema/tenants.ts";
import { workflows } from "./schema/workflows.ts";

export type WorkflowRow = typeof workflows.$inferSelect;

const key = {
  key_id: apiKeys.id,
  name: apiKeys.name,
  tenant_id: apiKeys.tenant_id,
  tenant_status: tenants.status,
  revoked_at: apiKeys.revoked_at,
  expires_at: apiKeys.expires_at,
  /** Null: everything that its maker may. */
  scopes: apiKeys.scopes,
  last_used_at: apiKeys.last_used_at,
  /** The person who made it; null for one made by the operator. */
  created_by: apiKeys.created_by,
  /** What that person is now: null when they are no member any more. */
  role: memberships.role,
  status: memberships.status,
  grants: roles.grants,
  masked: roles.masked,
};

/** @param workflowId also read this workflow of the key's tenant; `null` reads none. */
export async function findCredential(d1: D1Database, hash: string, workflowId: string | null) {
  const [row] = await drizzle(d1)
    .select({ ...key, workflow: workflows })
    .from(apiKeys)
    .innerJoin(tenants, eq(tenants.id, apiKeys.tenant_id))
    .leftJoin(memberships, and(eq(memberships.tenant_id, apiKeys.tenant_id), eq(memberships.user_id, apiKeys.created_by)))
    .leftJoin(roles, and(eq(roles.id, memberships.role), eq(roles.tenant_id, apiKeys.tenant_id)))
    // No workflow has an empty name.
    .leftJoin(workflows, and(eq(workflows.tenant_id, apiKeys.tenant_id), eq(workflows.id, workflowId ?? "")))
    .where(eq(apiKeys.hash, hash))
    .limit(1);
  return row ?? null;
}
export type Credential = NonNullable<Awaited<ReturnType<typeof findCredential>>>;

/** Notes the use of a key, at most once in `everyMs`. */
export async function touchCredential(d1: D1Database, keyId: string, now: number, everyMs: number): Promise<void> {
  await drizzle(d1)
    .update(apiKeys)
    .set({ last_used_at: now })
    .where(and(eq(apiKeys.id, keyId), or(isNull(apiKeys.last_used_at), lt(apiKeys.last_used_at, now - everyMs))));
}
