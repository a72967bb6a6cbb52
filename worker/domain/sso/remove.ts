import { and, eq, isNull } from "drizzle-orm";
import { removeIdentities } from "../../../db/identities.ts";
import { sessions } from "../../../db/schema/sessions.ts";
import { ssoProviders } from "../../../db/schema/sso.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { findOwnProvider } from "./find.ts";

/**
 * With the provider go the links to people's accounts, and the sessions that were begun with
 * one: whoever removes a provider no longer trusts what it said. The people stay members.
 * @throws PlatformError `not-found`
 */
export async function removeProvider({ ctx, input }: { ctx: TenantContext; input: { id: string } }): Promise<void> {
  const row = await findOwnProvider(ctx, input.id);
  await ctx.db.batch([
    removeIdentities(ctx.env.DB, row.id),
    ctx.db.delete(ssoProviders, eq(ssoProviders.id, row.id)),
    ctx.db.update(sessions, { revoked_at: ctx.now, revoked_reason: "sso_provider_removed" }, and(eq(sessions.method, "sso"), isNull(sessions.revoked_at))),
    audited(ctx, { action: "sso_provider.delete", entityId: row.id, before: row }),
  ]);
}
