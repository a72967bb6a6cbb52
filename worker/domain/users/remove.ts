import { and, eq, isNull } from "drizzle-orm";
import { apiKeys } from "../../../db/schema/api-keys.ts";
import { memberships } from "../../../db/schema/memberships.ts";
import { sessions } from "../../../db/schema/sessions.ts";
import { dispatchSoon } from "../../events/emit.ts";
import { userEvent } from "../../events/user-events.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { mustNotBeAbove } from "../roles/find.ts";
import { keepsAdmin, whyNot } from "./admins.ts";
import { findUser } from "./find.ts";

/**
 * Ends a membership: the person's sessions here and the API keys they made end with it. Their
 * account, and what they are in other tenants, stays.
 * @throws PlatformError `not-found`, `forbidden`, `last-admin`, `conflict`
 */
export async function removeUser({ ctx, input }: { ctx: TenantContext; input: { id: string } }): Promise<void> {
  const member = await findUser(ctx, input.id, "users.write");
  await mustNotBeAbove(ctx, member.role);
  const { id, role, team_id, status } = member;
  const open = and(eq(apiKeys.created_by, id), isNull(apiKeys.revoked_at));
  const keys = await ctx.db.select(apiKeys, { where: open });
  const done = await ctx.db.batchIf(keepsAdmin(ctx, member, null), [
    ctx.db.delete(memberships, eq(memberships.user_id, id)),
    ctx.db.update(sessions, { revoked_at: ctx.now, revoked_reason: "member_removed" }, and(eq(sessions.user_id, id), isNull(sessions.revoked_at))),
    ctx.db.update(apiKeys, { revoked_at: ctx.now }, open),
    audited(ctx, { action: "user.remove", entityId: id, before: { role, team_id, status } }),
    userEvent(ctx, "removed", id, member),
    ...keys.map((key) => audited(ctx, { action: "api_key.revoke", entityId: key.id, before: { revoked: false }, after: { revoked: true } })),
  ]);
  if (!done) throw await whyNot(ctx, member);
  dispatchSoon(ctx);
}
