import { z } from "zod";
import { isOff } from "../../../db/second-factors.ts";
import { tenantDb } from "../../../db/tenant-db.ts";
import { updateUser } from "../../../db/users.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { seal } from "../../auth/seal.ts";
import { newTotpSecret, totpUri } from "../../auth/totp.ts";
import { audited } from "../audit/record.ts";
import type { UserContext } from "../context.ts";
import { me, mustKnowPassword } from "./me.ts";
import { sealedFor } from "./prove.ts";

export const setupBody = z.strictObject({ password: z.string().min(1).max(1000).describe("The current password") });

export const setupView = z.object({
  secret: z.string().describe("In base32, for apps without a camera; shown this once"),
  otpauth_uri: z.string().describe("For a QR code"),
});

/**
 * Makes a secret for an authenticator app. It counts from `enable` on; until then another call
 * replaces it.
 * @throws PlatformError `invalid-credentials`, `too-many-attempts`, `conflict`
 */
export async function setUpMfa({ ctx, input }: { ctx: UserContext; input: z.infer<typeof setupBody> }): Promise<z.infer<typeof setupView>> {
  const { env, now, actor } = ctx;
  const user = await me(ctx);
  await mustKnowPassword(ctx, user, input.password);
  const secret = newTotpSecret();
  const sealed = await seal(env, secret, sealedFor(user.id));
  const db = tenantDb(env.DB, actor.tenantId);
  const set = updateUser(env.DB, user.id, { mfa_secret: sealed, mfa_last_step: null, updated_at: now });
  const done = await db.batchIf(isOff(user.id), [set, audited({ ...ctx, db }, { action: "mfa.setup", entityId: user.id })]);
  if (!done) throw new PlatformError("conflict", "The second factor is on. Turn it off first, with POST /api/v1/auth/mfa/disable.");
  return { secret, otpauth_uri: totpUri({ secret, issuer: "Everstep", account: user.email }) };
}
