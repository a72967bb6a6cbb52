import { and, eq, isNull, sql } from "drizzle-orm";
import { z } from "zod";
import type { Member } from "../../../db/members.ts";
import { memberships, teams } from "../../../db/schema/memberships.ts";
import { roles } from "../../../db/schema/roles.ts";
import { sessions } from "../../../db/schema/sessions.ts";
import { mustBeAbleTo } from "../../auth/can.ts";
import { isBuiltInRole } from "../../auth/roles.ts";
import { dispatchSoon } from "../../events/emit.ts";
import { userEvent } from "../../events/user-events.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { mustHaveRoom } from "../plans/room.ts";
import { mustBeAbleToGive, mustNotBeAbove } from "../roles/find.ts";
import { findTeam } from "../teams/find.ts";
import { keepsAdmin, whyNot } from "./admins.ts";
import { findUser } from "./find.ts";
import { memberStatus, type UserView, viewUser } from "./view.ts";

export const userChange = z
  .strictObject({
    role: z.string().max(64).optional().describe("A built-in role or the id of one of the tenant's"),
    team_id: z.string().max(64).nullable().optional(),
    status: memberStatus.optional().describe("`disabled` ends their sessions here and stops their API keys"),
  })
  .refine((change) => Object.keys(change).length > 0, "say what to change: `role`, `team_id` or `status`");

/**
 * What somebody is in this tenant; it counts from their next request on.
 * @throws PlatformError `not-found`, `forbidden`, `last-admin`, `conflict`
 */
export async function updateUser({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof userChange> & { id: string } }): Promise<UserView> {
  const { id, ...change } = input;
  const before = await findUser(ctx, id, "users.write");
  await mustNotBeAbove(ctx, before.role);
  const after: Member = { ...before, role: change.role ?? before.role, status: change.status ?? before.status, team_id: change.team_id === undefined ? before.team_id : change.team_id };
  mustBeAbleTo(ctx.actor, "users.write", { owner_id: id, team_id: after.team_id });
  if (after.role !== before.role) await mustBeAbleToGive(ctx, after.role);
  if (after.team_id !== null && after.team_id !== before.team_id) await findTeam(ctx, after.team_id);

  if (before.status === "disabled" && after.status === "active") await mustHaveRoom(ctx, ctx.tenant, "users");

  const fields = ({ role, team_id, status }: Member) => ({ role, team_id, status });
  const ending = before.status === "active" && after.status === "disabled";
  const done = await ctx.db.batchIf(sql`${keepsAdmin(ctx, before, after)} and ${stillThere(ctx, after)}`, [
    ctx.db.update(memberships, { ...fields(after), updated_at: ctx.now }, eq(memberships.user_id, id)),
    ...(ending ? [ctx.db.update(sessions, { revoked_at: ctx.now, revoked_reason: "member_disabled" }, and(eq(sessions.user_id, id), isNull(sessions.revoked_at)))] : []),
    audited(ctx, { action: "user.update", entityId: id, before: fields(before), after: fields(after) }),
    userEvent(ctx, "updated", id, after, before),
  ]);
  if (!done) throw await whyNot(ctx, before);
  dispatchSoon(ctx);
  return viewUser(ctx.actor, { ...after, updated_at: ctx.now });
}

/** A role or team that is being deleted takes nobody in. */
function stillThere(ctx: TenantContext, { role, team_id }: Member) {
  const known = isBuiltInRole(role) ? sql`true` : ctx.db.exists(roles, eq(roles.id, role));
  return team_id === null ? known : sql`${known} and ${ctx.db.exists(teams, eq(teams.id, team_id))}`;
}
