/**
 * Tenants themselves: read and written by the operator and by the platform, never by a tenant.
 * @module
 */
import { and, eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { apiKeys } from "./schema/api-keys.ts";
import { tenants } from "./schema/tenants.ts";

export type TenantRow = typeof tenants.$inferSelect;

export async function findTenant(d1: D1Database, id: string): Promise<TenantRow | null> {
  const [row] = await drizzle(d1).select().from(tenants).where(eq(tenants.id, id)).limit(1);
  return row ?? null;
}

/**
 * Creates the tenant or changes the one with this slug; `egress` and `limits` change only when given.
 * @param owner the tenant it must be, null for any; another one gives null and changes nothing
 */
export async function upsertTenant(d1: D1Database, values: typeof tenants.$inferInsert, owner: string | null): Promise<TenantRow | null> {
  const set = { name: values.name, egress: values.egress, limits: values.limits };
  if (owner !== null) {
    const [row] = await drizzle(d1).update(tenants).set(set).where(and(eq(tenants.id, owner), eq(tenants.slug, values.slug))).returning();
    return row ?? null;
  }
  const [row] = await drizzle(d1).insert(tenants).values(values).onConflictDoUpdate({ target: tenants.slug, set }).returning();
  return row ?? null;
}

/** Whose key this is, and whether it still opens anything. */
export async function findKeyOwner(d1: D1Database, hash: string): Promise<{ tenant_id: string; revoked_at: number | null } | null> {
  const [row] = await drizzle(d1)
    .select({ tenant_id: apiKeys.tenant_id, revoked_at: apiKeys.revoked_at })
    .from(apiKeys)
    .where(eq(apiKeys.hash, hash))
    .limit(1);
  return row ?? null;
}

/** Throws when the database does not answer. */
export async function ping(d1: D1Database): Promise<void> {
  await d1.prepare("select 1").first();
}
