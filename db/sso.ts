/**
 * Sign-in providers as somebody meets them who has not signed in: by id, or by the slug of
 * the tenant. Their administration goes through tenantDb.
 * @module
 */
import { asc, eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { ssoProviders } from "./schema/sso.ts";
import { tenants } from "./schema/tenants.ts";

export type ProviderRow = typeof ssoProviders.$inferSelect;

/** A provider, and what its tenant says of sign-ins. */
export async function findProvider(d1: D1Database, id: string) {
  const [row] = await drizzle(d1)
    .select({ provider: ssoProviders, settings: tenants.settings })
    .from(ssoProviders)
    .innerJoin(tenants, eq(tenants.id, ssoProviders.tenant_id))
    .where(eq(ssoProviders.id, id))
    .limit(1);
  return row ?? null;
}

/** What a sign-in page shows. */
export function listProvidersOf(d1: D1Database, slug: string): Promise<{ id: string; name: string }[]> {
  return drizzle(d1)
    .select({ id: ssoProviders.id, name: ssoProviders.name })
    .from(ssoProviders)
    .innerJoin(tenants, eq(tenants.id, ssoProviders.tenant_id))
    .where(eq(tenants.slug, slug))
    .orderBy(asc(ssoProviders.name), asc(ssoProviders.id));
}
