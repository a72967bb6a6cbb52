import { z } from "zod";
import { isOff, replaceRecoveryCodes } from "../../../db/second-factors.ts";
import { tenantDb } from "../../../db/tenant-db.ts";
import { updateUser } from "../../../db/users.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { hashRecoveryCode, newRecoveryCodes } from "../../auth/recovery-codes.ts";
import { audited } from "../audit/record.ts";
import type { UserContext } from "../context.ts";
import { me } from "./me.ts";
import { type codeBody, withProof } from "./prove.ts";

export const recoveryCodesView = z.object({ recovery_codes: z.array(z.string()).describe("Each opens the account once without the app; shown this once") });
export type RecoveryCodesView = z.infer<typeof recoveryCodesView>;

/**
 * Turns the second factor on, once the app has shown that it has the secret.
 * @throws PlatformError `invalid-credentials`, `too-many-attempts`, `conflict`
 */
export async function enableMfa({ ctx, input }: { ctx: UserContext; input: z.infer<typeof codeBody> }): Promise<RecoveryCodesView> {
  const { env, now, actor } = ctx;
  const user = await me(ctx);
  if (user.mfa_enabled_at !== null) throw new PlatformError("conflict", "The second factor is on already.");
  if (user.mfa_secret === null) throw new PlatformError("conflict", "There is no secret yet. Begin with POST /api/v1/auth/mfa/setup.");
  const codes = newRecoveryCodes();
  const db = tenantDb(env.DB, actor.tenantId);
  await withProof(ctx, user, input, [
    updateUser(env.DB, user.id, { mfa_enabled_at: now, updated_at: now }),
    ...replaceRecoveryCodes(env.DB, user.id, await Promise.all(codes.map(hashRecoveryCode))),
    audited({ ...ctx, db }, { action: "mfa.enable", entityId: user.id }),
  ], isOff(user.id));
  return { recovery_codes: codes };
}
