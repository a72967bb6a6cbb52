import { and, eq, isNull } from "drizzle-orm";
import { apiKeys } from "../../../db/schema/api-keys.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";

/**
 * From the next request on the key opens nothing. Revoking twice is a no-op.
 * @throws PlatformError `not-found`
 */
export async function revokeApiKey({ ctx, input }: { ctx: TenantContext; input: { id: string } }): Promise<void> {
  const row = await ctx.db.first(apiKeys, eq(apiKeys.id, input.id));
  if (!row) throw new PlatformError("not-found", `There is no API key ${input.id}.`);
  const open = and(eq(apiKeys.id, row.id), isNull(apiKeys.revoked_at));
  await ctx.db.batchIf(ctx.db.exists(apiKeys, open), [
    ctx.db.update(apiKeys, { revoked_at: ctx.now }, open),
    audited(ctx, { action: "api_key.revoke", entityId: row.id, before: { revoked: false }, after: { revoked: true } }),
  ]);
}
