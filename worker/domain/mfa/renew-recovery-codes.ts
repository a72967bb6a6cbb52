import type { z } from "zod";
import { replaceRecoveryCodes } from "../../../db/second-factors.ts";
import { tenantDb } from "../../../db/tenant-db.ts";
import { hashRecoveryCode, newRecoveryCodes } from "../../auth/recovery-codes.ts";
import { audited } from "../audit/record.ts";
import type { UserContext } from "../context.ts";
import type { RecoveryCodesView } from "./enable.ts";
import { meWithMfa } from "./me.ts";
import { type codeBody, withProof } from "./prove.ts";

/**
 * A new set; the old one ends.
 * @throws PlatformError `invalid-credentials`, `too-many-attempts`, `conflict`
 */
export async function renewRecoveryCodes({ ctx, input }: { ctx: UserContext; input: z.infer<typeof codeBody> }): Promise<RecoveryCodesView> {
  const { env, actor } = ctx;
  const user = await meWithMfa(ctx);
  const codes = newRecoveryCodes();
  const db = tenantDb(env.DB, actor.tenantId);
  await withProof(ctx, user, input, [...replaceRecoveryCodes(env.DB, user.id, await Promise.all(codes.map(hashRecoveryCode))), audited({ ...ctx, db }, { action: "mfa.renew_recovery_codes", entityId: user.id })]);
  return { recovery_codes: codes };
}
