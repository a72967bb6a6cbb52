import { eq } from "drizzle-orm";
import type { z } from "zod";
import { ssoProviders } from "../../../db/schema/sso.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { mustBeAbleToGive } from "../roles/find.ts";
import { sealSecret } from "./client.ts";
import type { providerChange } from "./fields.ts";
import { findOwnProvider } from "./find.ts";
import { type ProviderView, viewProvider } from "./view.ts";

/** @throws PlatformError `not-found`, `bad-request`, `forbidden` for a role that the actor cannot give */
export async function updateProvider({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof providerChange> & { id: string } }): Promise<ProviderView> {
  const before = await findOwnProvider(ctx, input.id);
  const { name = before.name, client_id = before.client_id, scopes = before.scopes, domains = before.domains, role = before.role } = input;
  // Other domains give the same role to other people.
  await mustBeAbleToGive(ctx, role);
  const { client_secret: secret } = input;
  const client_secret = secret === undefined ? before.client_secret : secret && (await sealSecret(ctx.env, before, secret));
  const after = { ...before, name, client_id, client_secret, scopes, domains, role, updated_at: ctx.now };
  const { tenant_id: _, ...set } = after;
  await ctx.db.batch([ctx.db.update(ssoProviders, set, eq(ssoProviders.id, before.id)), audited(ctx, { action: "sso_provider.update", entityId: before.id, before, after })]);
  return viewProvider(ctx.env, after);
}
