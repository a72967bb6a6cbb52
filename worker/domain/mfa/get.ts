import { z } from "zod";
import { countRecoveryCodes } from "../../../db/second-factors.ts";
import { findTenant } from "../../../db/tenants.ts";
import { iso, type UserContext } from "../context.ts";
import { settingsOf } from "../tenants/settings.ts";
import { me } from "./me.ts";

export const mfaView = z.object({
  enabled_at: z.string().nullable().describe("Null: the second factor is off"),
  recovery_codes_left: z.number().int(),
  required: z.boolean().describe("Whether the tenant asks for one"),
});

export async function getMfa({ ctx }: { ctx: UserContext }): Promise<z.infer<typeof mfaView>> {
  const { env, actor } = ctx;
  const [user, left, tenant] = await Promise.all([me(ctx), countRecoveryCodes(env.DB, actor.userId), findTenant(env.DB, actor.tenantId)]);
  return { enabled_at: user.mfa_enabled_at === null ? null : iso(user.mfa_enabled_at), recovery_codes_left: left, required: tenant !== null && settingsOf(tenant).require_mfa };
}
