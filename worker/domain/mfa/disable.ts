import type { z } from "zod";
import { replaceRecoveryCodes } from "../../../db/second-factors.ts";
import { tenantDb } from "../../../db/tenant-db.ts";
import { updateUser } from "../../../db/users.ts";
import { audited } from "../audit/record.ts";
import type { UserContext } from "../context.ts";
import { meWithMfa, mustKnowPassword } from "./me.ts";
import { eitherCode, oneOfBoth, oneOfBothText, withProof } from "./prove.ts";
import { setupBody } from "./setup.ts";

export const disableBody = setupBody.extend(eitherCode).refine(oneOfBoth, oneOfBothText);

/**
 * Turns the second factor off: needs both.
 * @throws PlatformError `invalid-credentials`, `too-many-attempts`, `conflict`
 */
export async function disableMfa({ ctx, input }: { ctx: UserContext; input: z.infer<typeof disableBody> }): Promise<void> {
  const { env, now, actor } = ctx;
  const user = await meWithMfa(ctx);
  await mustKnowPassword(ctx, user, input.password);
  const db = tenantDb(env.DB, actor.tenantId);
  await withProof(ctx, user, input, [
    updateUser(env.DB, user.id, { mfa_secret: null, mfa_enabled_at: null, mfa_last_step: null, updated_at: now }),
    ...replaceRecoveryCodes(env.DB, user.id, []),
    audited({ ...ctx, db }, { action: "mfa.disable", entityId: user.id }),
  ]);
}
