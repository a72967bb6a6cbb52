import { z } from "zod";
import { tokenUse, tryToken } from "../../../db/one-time-tokens.ts";
import { findUser, tenantsOfUser } from "../../../db/users.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { choices, type signedIn } from "../auth/login.ts";
import type { BaseContext } from "../context.ts";
import { beginSession } from "../sessions/begin.ts";
import { eitherCode, oneOfBoth, oneOfBothText, withProof } from "./prove.ts";

/** Tries that one sign-in has. */
const triesPerToken = 5;
const purpose = "mfa";

export const verifyBody = z.strictObject({ mfa_token: z.string().min(1).max(200).describe("What signing in answered instead of a session"), ...eitherCode }).refine(oneOfBoth, oneOfBothText);

/**
 * The second half of a sign-in.
 * @throws PlatformError `sign-in-expired` when the token is over, `invalid-credentials`, `too-many-attempts`
 */
export async function verifyMfa({ ctx, input }: { ctx: BaseContext; input: z.infer<typeof verifyBody> }): Promise<z.infer<typeof signedIn>> {
  const { env, now } = ctx;
  const token = input.mfa_token;
  const challenge = await tryToken(env.DB, { token, purpose, now, most: triesPerToken });
  if (!challenge?.user_id || !challenge.tenant_id) throw over();
  const { user_id: userId, tenant_id: tenantId } = challenge;
  const user = await findUser(env.DB, userId);
  if (!user || user.mfa_enabled_at === null) throw over();
  const [{ condition, statement }, memberOf] = await Promise.all([tokenUse(env.DB, { token, purpose, now }), tenantsOfUser(env.DB, userId)]);
  await withProof(ctx, user, input, [statement], condition);
  return { ...(await beginSession(ctx, { userId, tenantId, method: "mfa" })), tenants: choices(memberOf) };
}

const over = () => new PlatformError("sign-in-expired", "It took too long, had too many wrong codes, or was finished already. Sign in again.");
