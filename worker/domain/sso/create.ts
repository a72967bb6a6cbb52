import type { z } from "zod";
import { newId } from "../../../db/ids.ts";
import { ssoProviders } from "../../../db/schema/sso.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { discover } from "../../auth/oidc.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { mustBeAbleToGive } from "../roles/find.ts";
import { sealSecret } from "./client.ts";
import type { providerBody } from "./fields.ts";
import { type ProviderView, viewProvider } from "./view.ts";

/**
 * The provider is asked for its discovery document at once: a wrong issuer shows here, not
 * when somebody cannot sign in.
 * @throws PlatformError `bad-request`, `forbidden` for a role that the actor cannot give
 */
export async function createProvider({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof providerBody> }): Promise<ProviderView> {
  await mustBeAbleToGive(ctx, input.role);
  await mustBeProvider(ctx, input.issuer);
  const id = newId(ctx.now);
  const { client_secret, ...rest } = input;
  const secret = client_secret === null ? null : await sealSecret(ctx.env, { id, tenant_id: ctx.tenant }, client_secret);
  const row = { ...rest, id, client_secret: secret, created_at: ctx.now, updated_at: ctx.now };
  const view = viewProvider(ctx.env, { ...row, tenant_id: ctx.tenant });
  await ctx.db.batch([ctx.db.insert(ssoProviders, row), audited(ctx, { action: "sso_provider.create", entityId: id, after: row })]);
  return view;
}

async function mustBeProvider(ctx: TenantContext, issuer: string): Promise<void> {
  try {
    await discover(ctx.env, { tenant: ctx.tenant, issuer }, ctx.now);
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    throw new PlatformError("bad-request", error.message, [{ pointer: "/issuer", detail: error.message }]);
  }
}
