import { z } from "zod";
import { findSession } from "../../../db/sessions.ts";
import { tenantsOfUser } from "../../../db/users.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { UserContext } from "../context.ts";
import { beginSession } from "../sessions/begin.ts";
import type { SessionGrant } from "../sessions/view.ts";
import { chosen } from "./login.ts";
import { beyondReach, onlyTenantOf } from "./reach.ts";

export const switchBody = z.strictObject({ tenant: z.string().min(1).max(64).describe("Slug or id") });

/**
 * Another session, in another tenant of the same person; this one goes on. It ends when the
 * sign-in it stems from is too old, however often one switches.
 * @throws PlatformError `not-found` unless the person is an active member there, `forbidden` for
 *   who signed in with a tenant's provider
 */
export async function switchTenant({ ctx, input }: { ctx: UserContext; input: z.infer<typeof switchBody> }): Promise<SessionGrant> {
  const { userId, sessionId } = ctx.actor;
  if (onlyTenantOf(ctx.actor) !== undefined) throw beyondReach();
  const [memberOf, session] = await Promise.all([tenantsOfUser(ctx.env.DB, userId), findSession(ctx.env.DB, sessionId)]);
  const tenant = chosen(memberOf, input.tenant);
  if (!tenant || !session) throw new PlatformError("not-found", `You are not a member of a tenant ${JSON.stringify(input.tenant)}.`);
  return beginSession(ctx, { userId, tenantId: tenant.tenant_id, method: session.method === "mfa" ? "mfa" : "switch", signedInAt: session.created_at });
}
