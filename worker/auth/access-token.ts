/**
 * Access tokens: JWTs (RFC 9068 in spirit) that say who is signed in where, for 15 minutes.
 * What the person may do is not in them: it is looked up, so that a change counts at once.
 * @module
 */
import { errors, type JWTHeaderParameters, jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import type { Env } from "../env.ts";
import { signingKeys } from "./signing-keys.ts";

export const accessTokenSeconds = 900;
const issuer = "everstep";
const audience = "everstep-api";

const claims = z.object({ sub: z.string(), tid: z.string(), sid: z.string() });

export interface AccessToken {
  userId: string;
  tenantId: string;
  sessionId: string;
}

export async function signAccessToken(env: Env, { userId, tenantId, sessionId }: AccessToken, now: number): Promise<string> {
  const { signing } = await signingKeys(env, now);
  const seconds = Math.floor(now / 1000);
  return new SignJWT({ tid: tenantId, sid: sessionId })
    .setProtectedHeader({ alg: "EdDSA", kid: signing.kid, typ: "at+jwt" })
    .setSubject(userId)
    .setIssuer(issuer)
    .setAudience(audience)
    .setJti(crypto.randomUUID())
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + accessTokenSeconds)
    .sign(signing.key);
}

/** `expired` for a token that was good once; null for anything else that is none of ours. */
export async function verifyAccessToken(env: Env, token: string, now: number): Promise<AccessToken | "expired" | null> {
  try {
    const { payload } = await jwtVerify(token, (header) => verifyingKey(env, now, header), { issuer, audience, algorithms: ["EdDSA"], typ: "at+jwt", currentDate: new Date(now) });
    const { sub, tid, sid } = claims.parse(payload);
    return { userId: sub, tenantId: tid, sessionId: sid };
  } catch (error) {
    if (error instanceof errors.JWTExpired) return "expired";
    if (error instanceof errors.JOSEError || error instanceof z.ZodError) return null;
    throw error;
  }
}

async function verifyingKey(env: Env, now: number, header: JWTHeaderParameters): Promise<CryptoKey> {
  const { verifier } = await signingKeys(env, now);
  return verifier(header).catch(async (error: unknown) => {
    if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
    return (await signingKeys(env, now, true)).verifier(header);
  });
}
