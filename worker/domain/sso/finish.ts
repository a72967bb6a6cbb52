import { z } from "zod";
import { batch } from "../../../db/batch.ts";
import { consumeToken, issueToken } from "../../../db/one-time-tokens.ts";
import { findProvider, type ProviderRow } from "../../../db/sso.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { type OidcPerson, redeem } from "../../auth/oidc.ts";
import { dispatchSoon } from "../../events/emit.ts";
import type { BaseContext, PublicContext } from "../context.ts";
import { clientOf } from "./client.ts";
import { memberOf } from "./member.ts";
import { signInUnderWay } from "./start.ts";

/** What a provider sends along; how it is checked is the protocol's affair. */
export const callbackQuery = z.looseObject({
  state: z.string().max(200),
  code: z.string().max(4000).optional(),
  error: z.string().max(200).optional(),
});

/** The browser goes straight back; the front end exchanges the code at once. */
const codeLifeMs = 120_000;

/**
 * The way back from the provider.
 * @returns where the browser goes: the front end, with a one-time code, never with tokens. A
 *   browser also brings a refusal there, as `error` and `error_description`.
 * @throws PlatformError `sign-in-expired`, `sso-refused`, `sso-not-a-member`, `sso-provider-failed`
 */
export async function finishSso({ ctx, input }: { ctx: PublicContext; input: { provider: string; query: z.infer<typeof callbackQuery> } }): Promise<string> {
  const { env, now } = ctx;
  const { query } = input;
  const begun = await consumeToken(env.DB, { token: query.state, purpose: "oidc", now });
  if (!begun) throw new PlatformError("sign-in-expired", "This sign-in took too long, or has come back before. Begin again.");
  const underWay = signInUnderWay.parse(begun.data);
  try {
    const code = await signIn(ctx, input.provider, query, underWay);
    return withParameters(underWay.redirect_uri, { code });
  } catch (error) {
    if (!ctx.opensPage || !(error instanceof PlatformError)) throw error;
    return withParameters(underWay.redirect_uri, { error: error.code, error_description: error.message });
  }
}

async function signIn(ctx: BaseContext, providerId: string, query: z.infer<typeof callbackQuery>, { provider_id, nonce, verifier, code_challenge }: z.infer<typeof signInUnderWay>): Promise<string> {
  const { env, now } = ctx;
  if (provider_id !== providerId) throw new PlatformError("sso-refused", "This sign-in was begun with another provider.");
  const found = await findProvider(env.DB, provider_id);
  if (!found) throw new PlatformError("sso-refused", "The sign-in provider has been removed.");
  const { provider } = found;
  const returned = new URLSearchParams(Object.entries(query).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
  const person = await redeem(env, await clientOf(env, provider), returned, { state: query.state, nonce, verifier }, now);
  return admit(ctx, provider, person, code_challenge);
}

/** Links or creates what has to be, and makes the code for the front end, in one transaction. */
async function admit(ctx: BaseContext, provider: ProviderRow, person: OidcPerson, codeChallenge: string, again = true): Promise<string> {
  const { env, now } = ctx;
  const { userId, along } = await memberOf(ctx, provider, person);
  const { token, statement } = await issueToken(env.DB, { purpose: "sso", userId, tenantId: provider.tenant_id, data: { code_challenge: codeChallenge }, now, lifeMs: codeLifeMs });
  try {
    await batch(env.DB, [...along, statement]);
    if (along.length > 0) dispatchSoon({ ...ctx, db: { tenant: provider.tenant_id } });
  } catch (error) {
    // The same person in two windows at once: the other one has made the link.
    if (!again || along.length === 0) throw error;
    return admit(ctx, provider, person, codeChallenge, false);
  }
  return token;
}

function withParameters(address: string, parameters: Record<string, string>): string {
  const url = new URL(address);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}
