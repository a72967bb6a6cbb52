import { z } from "zod";
import { consumeToken } from "../../../db/one-time-tokens.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { sameSecret, sha256, toBase64Url } from "../../auth/bytes.ts";
import type { BaseContext } from "../context.ts";
import { beginSession } from "../sessions/begin.ts";
import type { SessionGrant } from "../sessions/view.ts";

export const exchangeBody = z.strictObject({
  code: z.string().min(1).max(200).describe("From the address the browser came back to"),
  code_verifier: z.string().regex(/^[A-Za-z0-9._~-]{43,128}$/, "43 to 128 characters, as in RFC 7636").describe("Whose SHA-256 began the sign-in"),
});

/**
 * The last step of a sign-in with a provider. A code that somebody else's browser brought
 * opens nothing: only who began the sign-in has the verifier.
 * @throws PlatformError `sign-in-expired`, `forbidden`
 */
export async function exchangeSso({ ctx, input }: { ctx: BaseContext; input: z.infer<typeof exchangeBody> }): Promise<SessionGrant> {
  // Used up first: a wrong verifier does not get a second try.
  const admitted = await consumeToken(ctx.env.DB, { token: input.code, purpose: "sso", now: ctx.now });
  const challenge = toBase64Url(await sha256(input.code_verifier));
  const fits = admitted !== null && (await sameSecret(challenge, String(admitted.data["code_challenge"])));
  if (!fits || !admitted.user_id || !admitted.tenant_id) throw new PlatformError("sign-in-expired", "The code was used, has expired, or belongs to another sign-in. Begin again.");
  return beginSession(ctx, { userId: admitted.user_id, tenantId: admitted.tenant_id, method: "sso" });
}
