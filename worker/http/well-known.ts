/**
 * What other programs look for at fixed addresses (RFC 8615).
 * @module
 */
import { publishedKeys } from "../auth/signing-keys.ts";
import type { Env } from "../env.ts";

export const jwksPath = "/.well-known/jwks.json";

/**
 * The keys that access tokens verify with (RFC 7517). Kept for less long than a token lives:
 * a new key is known everywhere before the tokens of the old one are over.
 */
export async function jwks(env: Env, now: number): Promise<Response> {
  const keys = await publishedKeys(env, now);
  return Response.json({ keys }, { headers: { "content-type": "application/jwk-set+json", "cache-control": "public, max-age=300", "access-control-allow-origin": "*" } });
}
