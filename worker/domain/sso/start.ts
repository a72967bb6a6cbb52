import { z } from "zod";
import { issueToken } from "../../../db/one-time-tokens.ts";
import { findProvider } from "../../../db/sso.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { randomBytes, toBase64Url } from "../../auth/bytes.ts";
import { authorizationUrl } from "../../auth/oidc.ts";
import type { BaseContext } from "../context.ts";
import { settingsOf, type TenantSettings } from "../tenants/settings.ts";
import { clientOf, publicUrl } from "./client.ts";

export const startQuery = z.object({
  redirect_uri: z.string().max(1000).describe("Where the browser comes back to: on the platform itself, or on an origin that the tenant lists (`redirect_origins`)"),
  code_challenge: z
    .string()
    .regex(/^[A-Za-z0-9_-]{43}$/, "the SHA-256 of a random code_verifier, in base64url")
    .describe("Binds the sign-in to the browser that begins it (RFC 7636, S256)"),
});

/** How long somebody may take at the provider. */
const lifeMs = 10 * 60_000;

/** What the way back needs; see finish.ts. */
export const signInUnderWay = z.object({ provider_id: z.string(), nonce: z.string(), verifier: z.string(), redirect_uri: z.string(), code_challenge: z.string() });

/**
 * @returns where the browser goes to sign in
 * @throws PlatformError `not-found`, `bad-request`, `sso-provider-failed`
 */
export async function startSso({ ctx, input }: { ctx: BaseContext; input: z.infer<typeof startQuery> & { provider: string } }): Promise<string> {
  const { env, now } = ctx;
  const { redirect_uri, code_challenge } = input;
  const found = await findProvider(env.DB, input.provider);
  if (!found) throw new PlatformError("not-found", `There is no sign-in provider ${input.provider}.`);
  const { provider } = found;
  mustLeadBack(redirect_uri, publicUrl(env), settingsOf(found));
  const [nonce, verifier] = [toBase64Url(randomBytes(32)), toBase64Url(randomBytes(32))];
  const data: z.infer<typeof signInUnderWay> = { provider_id: provider.id, nonce, verifier, redirect_uri, code_challenge };
  const { token: state, statement } = await issueToken(env.DB, { purpose: "oidc", tenantId: provider.tenant_id, data, now, lifeMs });
  const location = await authorizationUrl(env, await clientOf(env, provider), { state, nonce, verifier }, now);
  await statement;
  return location;
}

/** Nowhere else: what comes back opens a session. */
function mustLeadBack(address: string, own: string, { redirect_origins }: TenantSettings): void {
  const url = URL.canParse(address) ? new URL(address) : null;
  const allowed = url !== null && url.hash === "" && url.username === "" && url.password === "" && [new URL(own).origin, ...redirect_origins].includes(url.origin);
  if (allowed) return;
  const detail = "an address on this platform, or on an origin in the tenant's setting `redirect_origins`, without a fragment";
  throw new PlatformError("bad-request", `/query/redirect_uri: ${detail}`, [{ pointer: "/query/redirect_uri", detail }]);
}
