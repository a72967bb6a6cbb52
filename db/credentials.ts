/**
 * Who holds a key: the lookup before any tenant is known. One read brings the key, and the
 * workflow about to be started when there is one, so that a start costs one round trip.
 * @module
 */
import { and, eq, isNull, lt, or } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { apiKeys } from "./schema/api-keys.ts";
import { workflows } from "./schema/workflows.ts";

export type WorkflowRow = typeof workflows.$inferSelect;

export interface Credential {
  key_id: string;
  name: string;
  tenant_id: string;
  revoked_at: number | null;
  expires_at: number | null;
  /** Null: everything. */
  scopes: string[] | null;
  last_used_at: number | null;
  workflow: WorkflowRow | null;
}

/** @param workflowId also read this workflow of the key's tenant; `null` reads none. */
export async function findCredential(d1: D1Database, hash: string, workflowId: string | null): Promise<Credential | null> {
  const db = drizzle(d1);
  const key = { key_id: apiKeys.id, name: apiKeys.name, tenant_id: apiKeys.tenant_id, revoked_at: apiKeys.revoked_at, expires_at: apiKeys.expires_at, scopes: apiKeys.scopes, last_used_at: apiKeys.last_used_at };
  if (workflowId === null) {
    const [row] = await db.select(key).from(apiKeys).where(eq(apiKeys.hash, hash)).limit(1);
    return row ? { ...row, workflow: null } : null;
  }
  const [row] = await db
    .select({ key, workflow: workflows })
    .from(apiKeys)
    .leftJoin(workflows, and(eq(workflows.tenant_id, apiKeys.tenant_id), eq(workflows.id, workflowId)))
    .where(eq(apiKeys.hash, hash))
    .limit(1);
  return row ? { ...row.key, workflow: row.workflow } : null;
}

/** Notes the use of a key, at most once in `everyMs`. */
export async function touchCredential(d1: D1Database, keyId: string, now: number, everyMs: number): Promise<void> {
  await drizzle(d1)
    .update(apiKeys)
    .set({ last_used_at: now })
    .where(and(eq(apiKeys.id, keyId), or(isNull(apiKeys.last_used_at), lt(apiKeys.last_used_at, now - everyMs))));
}
