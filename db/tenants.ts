/**
 * Tenants themselves: read and written by the operator and by the platform, never by a tenant.
 * @module
 */
import { and, asc, eq, gte, lt, or, type SQL, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { apiKeys } from "./schema/api-keys.ts";
import type { JsonObject } from "./schema/json.ts";
import { tenants } from "./schema/tenants.ts";
import type { Statement } from "./tenant-db.ts";

export type TenantRow = typeof tenants.$inferSelect;

export async function findTenant(d1: D1Database, id: string): Promise<TenantRow | null> {
  const [row] = await drizzle(d1).select().from(tenants).where(eq(tenants.id, id)).limit(1);
  return row ?? null;
}

export async function findTenantBySlug(d1: D1Database, slug: string): Promise<TenantRow | null> {
  const [row] = await drizzle(d1).select().from(tenants).where(eq(tenants.slug, slug)).limit(1);
  return row ?? null;
}

/** By id, the oldest first: for the operator alone. */
export function listTenants(d1: D1Database, { where, limit }: { where: SQL | undefined; limit: number }): Promise<TenantRow[]> {
  return drizzle(d1).select().from(tenants).where(where).orderBy(asc(tenants.id)).limit(limit);
}

/** For the batch of the change it belongs to. */
export function insertTenant(d1: D1Database, row: typeof tenants.$inferInsert): Statement {
  return drizzle(d1).insert(tenants).values(row);
}

/** What is merged into the column of JSON: members that are named replace those there. */
export const merged = (column: typeof tenants.settings | typeof tenants.egress, changes: JsonObject): SQL => sql`json_patch(coalesce(${column}, '{}'), ${JSON.stringify(changes)})`;

/** For the batch of the change it belongs to; an SQL expression may stand for any value. */
export function updateTenant(d1: D1Database, id: string, set: { [K in keyof Omit<TenantRow, "id">]?: TenantRow[K] | SQL }): Statement {
  return drizzle(d1).update(tenants).set(set).where(eq(tenants.id, id));
}

/** Those slugs that are `base`, or `base` with something behind a `-`. */
export async function takenSlugs(d1: D1Database, base: string): Promise<Set<string>> {
  // `.` follows `-`, and a slug has none: the range is an index search, unlike LIKE.
  const rows = await drizzle(d1)
    .select({ slug: tenants.slug })
    .from(tenants)
    .where(or(eq(tenants.slug, base), and(gte(tenants.slug, `${base}-`), lt(tenants.slug, `${base}.`))));
  return new Set(rows.map(({ slug }) => slug));
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
