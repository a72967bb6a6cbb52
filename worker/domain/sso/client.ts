/**
 * A provider as the protocol sees it.
 * @module
 */
import type { ProviderRow } from "../../../db/sso.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { OidcClient } from "../../auth/oidc.ts";
import { open, seal } from "../../auth/seal.ts";
import type { Env } from "../../env.ts";

export const sealedFor = (row: Pick<ProviderRow, "id" | "tenant_id">): string[] => ["sso", row.tenant_id, row.id];

export function sealSecret(env: Env, row: Pick<ProviderRow, "id" | "tenant_id">, secret: string): Promise<string> {
  return seal(env, secret, sealedFor(row));
}

export async function clientOf(env: Env, row: ProviderRow): Promise<OidcClient> {
  const clientSecret = row.client_secret === null ? null : await open(env, row.client_secret, sealedFor(row));
  return { tenant: row.tenant_id, issuer: row.issuer, clientId: row.client_id, clientSecret, scopes: row.scopes, redirectUri: callbackUrl(env, row.id) };
}

/** The redirect URI to register with the provider: every provider has its own. */
export function callbackUrl(env: Env, providerId: string): string {
  return `${publicUrl(env)}/api/v1/auth/sso/${providerId}/callback`;
}

/**
 * Where people reach this installation. The operator's word, never the request's Host header.
 * @throws PlatformError `unavailable` when PUBLIC_URL is not set
 */
export function publicUrl(env: Env): string {
  if (!env.PUBLIC_URL || !URL.canParse(env.PUBLIC_URL)) throw new PlatformError("unavailable", "Nobody can be sent to a sign-in provider and back: PUBLIC_URL, the address people reach this installation at, is not set.");
  return env.PUBLIC_URL.replace(/\/+$/, "");
}
