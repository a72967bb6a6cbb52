/**
 * Meta's scheme (WhatsApp, Instagram, Messenger): `X-Hub-Signature-256: sha256=<hex>`, HMAC-SHA256
 * of the raw body under the app's secret; and the handshake by which an address is registered.
 * @module
 */
import { sameSecret } from "../../auth/bytes.ts";
import { verifyTokenHash } from "../../domain/hooks/secret.ts";
import { verifyGithub } from "./github.ts";

/** The same form as GitHub's, which took it from the same draft. */
export const verifyMeta = verifyGithub;

const longestChallenge = 1024;

/** @returns the challenge to answer with; null when it is no handshake, or has another token */
export async function answerHandshake(query: URLSearchParams, tokenHash: string): Promise<string | null> {
  const challenge = query.get("hub.challenge");
  const token = query.get("hub.verify_token");
  if (query.get("hub.mode") !== "subscribe" || token === null || challenge === null || challenge.length > longestChallenge) return null;
  return (await sameSecret(await verifyTokenHash(token), tokenHash)) ? challenge : null;
}
