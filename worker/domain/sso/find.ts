import { eq } from "drizzle-orm";
import { ssoProviders } from "../../../db/schema/sso.ts";
import type { ProviderRow } from "../../../db/sso.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { TenantContext } from "../context.ts";

/** @throws PlatformError `not-found` */
export async function findOwnProvider(ctx: Pick<TenantContext, "db">, id: string): Promise<ProviderRow> {
  const row = await ctx.db.first(ssoProviders, eq(ssoProviders.id, id));
  if (!row) throw new PlatformError("not-found", `There is no sign-in provider ${id}.`);
  return row;
}
