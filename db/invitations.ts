/**
 * An invitation by the token of its link: whoever opens it has not signed in, and no tenant
 * is known yet. Their administration goes through tenantDb.
 * @module
 */
import { eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { invitations } from "./schema/sessions.ts";
import { tenants } from "./schema/tenants.ts";

export type InvitationRow = typeof invitations.$inferSelect;

export async function findInvitation(d1: D1Database, tokenHash: string) {
  const [row] = await drizzle(d1)
    .select({ invitation: invitations, tenant: { id: tenants.id, name: tenants.name, status: tenants.status } })
    .from(invitations)
    .innerJoin(tenants, eq(tenants.id, invitations.tenant_id))
    .where(eq(invitations.token_hash, tokenHash))
    .limit(1);
  return row ?? null;
}
